"""Files that answers are written to: whole or not at all, and under a name that fits.

A name whose ending promises another format is refused: a spreadsheet cannot open a
``hits.csv`` that holds Parquet.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geosearch.atomic_write import atomic_write
from geosearch.errors import GeosearchError, UsageError
from geosearch.paths import PathLike


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds."""

    name: str
    """For messages."""
    endings: tuple[str, ...]
    """Of its files, in small letters; the first is the usual one."""
    is_text: bool = True
    """Whether it may go to a terminal or a pipe."""


GEOJSON = Format("GeoJSON", (".geojson", ".json"))
GEOJSON_LINES = Format("GeoJSON lines", (".geojsonl",))
GEOJSON_SEQUENCE = Format("a GeoJSON text sequence", (".geojsons",))
JSON_LINES = Format("JSON Lines", (".jsonl", ".ndjson", ".json"))
JSON = Format("JSON", (".json",))
STAC = Format("STAC Items", (".stac.json", ".json", ".geojson"))
CSV = Format("comma-separated values", (".csv",))
KML = Format("KML", (".kml",))
HTML = Format("an HTML page", (".html", ".htm"))
TABLE = Format("a table", (".txt",))
PNG = Format("a PNG picture", (".png",), is_text=False)
GEOPARQUET = Format("GeoParquet", (".parquet", ".geoparquet"), is_text=False)
GEOPACKAGE = Format("a GeoPackage", (".gpkg",), is_text=False)
GEOTIFF = Format("a GeoTIFF", (".tif", ".tiff"), is_text=False)
CHIPS = Format("a zip file of GeoTIFFs", (".zip",), is_text=False)
NPZ = Format("NumPy arrays", (".npz",), is_text=False)

HIT_FORMATS = {
    "table": TABLE,
    "geojson": GEOJSON,
    "geojsonl": GEOJSON_LINES,
    "geojsons": GEOJSON_SEQUENCE,
    "json": JSON_LINES,
    "csv": CSV,
    "parquet": GEOPARQUET,
    "gpkg": GEOPACKAGE,
    "kml": KML,
    "stac": STAC,
    "html": HTML,
    "png": PNG,
    "chips": CHIPS,
}
"""What hits are written as. An ending of several stands for the one that comes first, and a longer
ending for more than a shorter one."""


def hit_format(path: PathLike) -> str:
    """Return the name in `HIT_FORMATS` of what a path would hold: a folder holds chips.

    Args:
        path: A file; or a folder, if it ends in ``/``.

    Raises:
        UsageError: No format has such an ending.
    """
    if is_folder_name(path):
        return "chips"
    fitting = {
        kind: max(len(ending) for ending in form.endings if _ends_in(path, ending))
        for kind, form in HIT_FORMATS.items()
        if has_ending(path, form)
    }
    if not fitting:
        choice = "" if Path(path).suffix else ", or choose a format"
        raise UsageError(
            f"unknown ending of {path}",
            hint=f"end it in {endings_text(*HIT_FORMATS.values())}, or in / for a folder of "
            f"chips{choice}",
            parameter="path",
        )
    return max(fitting, key=lambda kind: fitting[kind])  # the first of equals


def is_folder_name(path: PathLike) -> bool:
    """Return whether a text names a folder: it ends in ``/``, which a `Path` cannot."""
    return os.fspath(path).endswith(("/", os.sep))


def has_ending(path: PathLike, kind: Format) -> bool:
    """Return whether a file's name ends as those of a format do."""
    return any(_ends_in(path, ending) for ending in kind.endings)


def _ends_in(path: PathLike, ending: str) -> bool:
    name = Path(path).name.lower()
    return name.endswith(ending) and name != ending


def endings_text(*kinds: Format) -> str:
    """Return all endings of some formats: ``.parquet or .geoparquet``."""
    *first, last = dict.fromkeys(ending for kind in kinds for ending in kind.endings)
    return f"{', '.join(first)} or {last}" if first else last


def require_output(path: PathLike, kind: Format) -> None:
    """Refuse a file that could not be written, before anything is computed for it.

    Nothing is changed: a file is made beside the place and taken away again.

    Args:
        path: The file; one without an ending may hold anything.
        kind: What it would hold.

    Raises:
        UsageError: Its ending promises another format, or it cannot be written there.
    """
    target = Path(path)
    if target.suffix and not has_ending(target, kind):
        raise UsageError(
            f"{target} would hold {kind.name}, but its name does not end in {endings_text(kind)}",
            hint=f"give a name that ends in {endings_text(kind)}",
            parameter="path",
        )
    try:
        if _is_special(target):
            return  # a pipe is opened once, when there is something to write
        with suppress(_UntouchedError), atomic_write(target, shared=True) as beside:
            beside.touch()
            raise _UntouchedError
    except OSError as error:
        raise cannot_write(target, error) from error


def require_folder(path: Path) -> None:
    """Make a folder to write into, unless it is there.

    Raises:
        UsageError: It cannot be made, or not be written into.
    """
    try:
        _is_special(path / "file")
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise UsageError(
            f"cannot write into {path}: {error.strerror or error}",
            hint="give a folder that can be made and is writable",
            parameter="path",
        ) from error


class _UntouchedError(Exception):
    """Leaves what is there as it is."""


@contextmanager
def output_file(path: PathLike) -> Iterator[BinaryIO]:
    """Give a file to write to, which is moved to its place once it is whole.

    An existing file that is not a regular file (``/dev/stdout``) is written to directly.

    Raises:
        UsageError: It cannot be written there.
    """
    target = Path(path)
    try:
        if _is_special(target):
            with target.open("wb") as file:
                yield file
            return
        with atomic_write(target, shared=True) as beside, beside.open("wb") as file:
            yield file
            file.close()  # the last bytes are in it before it is moved
    except GeosearchError:  # of what was to be written: it may be an OSError too
        raise
    except OSError as error:
        raise cannot_write(target, error) from error


def write_bytes(path: PathLike, data: bytes) -> None:
    """Write a file whole or not at all; see `output_file`."""
    with output_file(path) as file:
        file.write(data)


def write_text(path: PathLike, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all; see `output_file`."""
    write_bytes(path, text.encode())


def cannot_write(path: PathLike, error: OSError) -> UsageError:
    """Return the error for a file that cannot be written."""
    return UsageError(
        f"cannot write {path}: {error.strerror or error}",
        hint="give a file in a folder that exists and is writable",
        parameter="path",
    )


def _is_special(target: Path) -> bool:
    """Return whether something exists there that is neither a file nor a folder.

    Raises:
        OSError: It is a folder, or a name that no file can have.
    """
    try:
        name = os.fsencode(target)
    except UnicodeEncodeError:
        name = b"\0"
    if b"\0" in name:
        raise OSError(errno.EINVAL, "not a valid file name")
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    return target.exists() and not target.is_file()
