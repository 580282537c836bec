"""What a local raster leads to, looked at before GDAL follows it: regular files of this machine.

A virtual raster names its sources, any raster may name its overviews, and GDAL opens what is named
with all its drivers: a web map, another machine's file, a pipe that nobody writes to. What may be
named are files that are there, in formats that may be read (`drivers.LOCAL`), that name nothing
else in turn. What cannot be understood is refused.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasterio.errors import RasterioIOError

from geosearch.errors import SceneError
from geosearch.regular_file import NotRegularError, open_regular, require_regular
from geosearch.scenes.guarding.checked_files import HEAD_BYTES, CheckedFile, checked_file
from geosearch.scenes.guarding.databases import require_tables
from geosearch.scenes.guarding.drivers import NOT_RECOGNIZED, names_other_files
from geosearch.scenes.guarding.opened_beside import Opener, opened_beside, require_nothing_beside
from geosearch.scenes.guarding.virtual_rasters import NamedSource, is_virtual, named_sources
from geosearch.scenes.places.remote import container, is_remote, uses_network, without_secrets
from geosearch.text import shown

_MAX_DEPTH = 8
_MAX_SOURCES = 200_000
_SQLITE = b"SQLite format 3\0"
_WEB_DOCUMENTS = (
    b"<GDAL_WM",
    b"<GDALTileIndex",
    b"<WMS_",
    b"<WCS_",
    b"<WMT",
    b"<TileMap",
    b"<VRTTI",
)
"""What drivers that may not read a local file recognize theirs by."""
_MIN_BYTES = 12
"""Shorter files name nothing: no web document and no virtual raster has so few bytes."""
_DATABASES = {".gpkg", ".mbtiles"}
# NETCDF:"file.nc":variable, HDF5:file.h5://group/x, GTIFF_DIR:2:file.tif, GPKG:file.gpkg:table
_INSIDE = re.compile(
    r"(?:NETCDF|HDF5|HDF4_SDS:[A-Z]+|HDF4_EOS:[A-Z_]+|GTIFF_DIR:(?:off:)?\d+|NITF_IM:\d+|GPKG|BAG)"
    r':(?:"(?P<quoted>[^"]+)"|(?P<plain>.+?))(?P<rest>:.*)?',
    re.IGNORECASE | re.DOTALL,
)
_HINT = "name the file that holds the pixels; geosearch follows a local file to local files only"


def require_local(file: str, opener: Opener) -> None:
    """Check a local raster, and all that it leads to.

    Args:
        file: Its path, or a ``/vsi`` name of something in a local file.
        opener: Opens sources; the raster itself is left to the caller, who then calls
            `require_own_overviews`.

    Raises:
        OSError: It is not there, may not be read, or is not a regular file.
        SceneError: It leads to what may not be followed.
    """
    if is_remote(file):
        inner = container(file)
        if os.path.lexists(inner):
            require_regular(inner)
            require_nothing_beside(file, opener)
        return
    found = checked_file(file)
    if found.size == 0:
        raise SceneError(f"{shown(Path(file).name)} is empty: 0 bytes", hint="fetch the file again")
    _require_named_itself(file)
    _Inspection(opener).inspect_sources(found, depth=0)


def _require_named_itself(file: str) -> None:
    with open_regular(file) as opened:
        head = opened.read(HEAD_BYTES)
    what = names_other_files(head)
    if what is not None and not is_virtual(head):
        raise SceneError(
            f"{shown(Path(file).name)} is {what}: it names other files, which are not followed",
            hint="name the image file itself, or make one: gdal_translate IN OUT.tif",
        )


def require_own_overviews(dataset: Any, opener: Opener) -> None:
    """Check the file that an open raster names for its overviews: GDAL would open anything.

    Raises:
        SceneError: It is not a local raster.
    """
    named = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    if named is None:
        return
    base = Path(dataset.name).parent
    name = named.removeprefix(":::BASE:::")
    source = NamedSource(name, relative=name != named)
    _Inspection(opener).inspect_source(source, base, shown(dataset.name), depth=1)


def require_plain(file: str, opener: Opener) -> None:
    """Check a local raster before GDAL opens it as a source of a virtual raster of ours.

    Raises:
        OSError: It is not there, may not be read, or is not a regular file.
        SceneError: GDAL could take it for something else.
    """
    if not is_remote(file) and not _is_plain(checked_file(file), opener):
        raise _not_plain(file, "it")


@lru_cache(maxsize=1024)
def _sources_of(file: CheckedFile) -> tuple[NamedSource, ...]:
    with open_regular(file.path) as opened:
        head = opened.read(HEAD_BYTES)
        if head.startswith(_SQLITE):
            require_tables(Path(file.path))
        if not is_virtual(head):
            return ()
        opened.seek(0)
        return named_sources(opened, shown(Path(file.path).name))


class _Inspection:
    """Inspects what one raster leads to, each file once."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._reads: dict[tuple[str, str], int] = {}
        """Folder and name of each file that was seen to be right, to how many files GDAL opens to
        read it. What it names is relative to the folder, whatever its own links lead to."""

    def inspect_sources(self, file: CheckedFile, depth: int) -> int:
        """Check what a file names.

        Args:
            file: The file.
            depth: Number of files that led to it.

        Returns:
            Number of files GDAL opens to read it: one that is named twice is opened twice, and so
            is all that it names.
        """
        name, folder = shown(Path(file.path).name), Path(file.path).parent
        reads = 1
        for source in _sources_of(file):
            reads += self.inspect_source(source, folder, name, depth + 1)
            if reads > _MAX_SOURCES:
                raise _too_many(name)
        for beside in opened_beside(file.path):
            if os.path.isfile(beside) and os.path.getsize(beside) < _MIN_BYTES:
                continue
            source = NamedSource(beside)
            reads += self.inspect_source(source, folder, name, depth + 1)
        return reads

    def inspect_source(self, source: NamedSource, base: Path, by: str, depth: int) -> int:
        """Check a file that another one names; return what `inspect_sources` does.

        Args:
            source: What is named.
            base: The folder of the file that names it.
            by: What that is called in errors.
            depth: Number of files that led to it.
        """
        if depth > _MAX_DEPTH:
            raise _too_many(by)
        name, inside = source.name, False
        if not os.path.lexists(_path_of(name, source, base)) and (match := _INSIDE.fullmatch(name)):
            name, inside = match["quoted"] or match["plain"], True
        if not inside and is_remote(name) and not uses_network(name):
            raise _archived(source, by)
        if uses_network(name) or is_remote(name) or _is_document(name):
            raise _elsewhere(source, by)
        path = _path_of(name, source, base)
        try:
            found = checked_file(path)
        except NotRegularError as error:
            raise SceneError(
                f"{by} leads to {shown(path)}, which is {error.strerror}", hint=_HINT
            ) from error
        except OSError:
            if inside or _has_scheme(name):
                raise _elsewhere(source, by) from None
            return 1  # GDAL says which source is missing
        folder, file = os.path.split(path)
        place = os.path.realpath(folder), file
        if place not in self._reads:
            reads = self.inspect_sources(found, depth)
            if not _is_plain(found, self._opener):
                raise _not_plain(path, by)
            self._reads[place] = reads
        return self._reads[place]


def _too_many(name: str) -> SceneError:
    return SceneError(
        f"{name} names more than {_MAX_SOURCES:,} files, or files that name others more than "
        f"{_MAX_DEPTH} times",
        hint="make one file of them: gdal_translate IN OUT.tif",
    )


def _path_of(name: str, source: NamedSource, base: Path) -> str:
    return os.path.join(base, name) if source.relative else name


def _is_document(name: str) -> bool:
    """Return whether GDAL takes a name for a document, not for a file's."""
    return name.lstrip()[:1] in ("<", "{", "[") and not os.path.lexists(name)


def _has_scheme(name: str) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+._-]+:", name))


def _archived(source: NamedSource, by: str) -> SceneError:
    inner = container(source.name)
    if not os.path.lexists(inner):
        return _elsewhere(source, by)
    try:
        require_regular(inner)
    except OSError as error:
        return SceneError(f"{by} leads to {shown(inner)}, which is {error.strerror}", hint=_HINT)
    return SceneError(
        f"{by} leads into {shown(inner)}: what is beside it in a zip or tar file is not known",
        hint="unpack it, and name its files",
    )


@lru_cache(maxsize=1 << 16)
def _is_plain(file: CheckedFile, opener: Opener) -> bool:
    """Return whether only a driver that may read a source recognizes it.

    A source is opened by GDAL itself, with all drivers: those that come first, or know a file by
    its name alone, must not be among those that may not.
    """
    suffixes = [ending.lower() for ending in Path(file.path).suffixes]
    with open_regular(file.path) as opened:
        head = opened.read(HEAD_BYTES)
    if ".gti" in suffixes or any(word in head for word in _WEB_DOCUMENTS):
        return False
    if head.startswith(_SQLITE) and (not suffixes or suffixes[-1] not in _DATABASES):
        return False
    try:
        dataset = opener(file.path)
    except (IndexError, ValueError):  # rasterio, of a container without bands of its own
        return True
    except RasterioIOError as error:
        if NOT_RECOGNIZED not in str(error):
            raise
        return False
    with dataset:
        require_own_overviews(dataset, opener)
    return True


def _not_plain(path: str, by: str) -> SceneError:
    return SceneError(
        f"{by} leads to {shown(path)}, which is not a raster that GDAL can read from there",
        hint=_HINT,
    )


def _elsewhere(source: NamedSource, by: str) -> SceneError:
    name = shown(without_secrets(source.name))
    name = f"{name[:200]} ..." if len(name) > 200 else name
    return SceneError(f"{by} leads to {name}, which is not a file on this machine", hint=_HINT)
