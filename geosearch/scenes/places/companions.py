"""Files beside a raster that decide how it is read: masks, overviews, world files, projections.

GDAL finds them by their names (drivers' `GetFileList`, and the PAM and MD readers), and so do we
where it does not (``.prj``). A folder is listed once, and again when its entries have changed.
"""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import time_ns

from geosearch.scenes.places.raster_endings import RASTER_ENDINGS

_STEM_SUFFIXES = ("_rpc.txt", "_metadata.txt")
"""What follows a file's name without its ending, and is not an ending itself."""
# fmt: off
_NEVER_READ = frozenset(
    {
        "cpg", "csv", "dbf", "doc", "docx", "geojson", "gif", "gz", "htm", "html", "ipynb",
        "jpeg", "jpg", "json", "kml", "kmz", "log", "md", "md5", "pdf", "png", "py", "qgz",
        "qix", "qml", "sbn", "sbx", "sha1", "sha256", "shp", "shx", "sld", "tar", "toml", "tsv",
        "txt", "webp", "xls", "xlsx", "yaml", "yml", "zip",
    }
)
# fmt: on
"""Endings of what people keep beside a raster and GDAL does not read with it."""
_PLACE_ONLY = re.compile(
    r"(?:\.(?:prj|wld|tab|geo|points|rpb|rpc|imd|pvl|met|xml|(?!raw)\w\ww|tifw|tiffw|jpe?gw|pngw|jp2w)"
    r"|_rpc\.txt|_metadata\.txt)\Z",
    re.IGNORECASE,
)
"""Companions that decide about the place and the date, and not about pixels."""
_DOUBLE = (".aux", ".ovr", ".msk")
"""Endings before the last one: ``x.aux.xml``, ``x.ovr.ovr``."""
_REMEMBERED = 64
_SETTLED_NS = 2_000_000_000
"""A folder whose entries changed less than this ago may change again within the same tick of its
clock (as git's index reckons with "racy" files)."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a folder holds besides folders."""

    by_beginning: Mapping[str, Sequence[str]]
    """Names by what they are in lower case without their endings."""
    special: tuple[str, ...]
    """Names of what is not a file either: pipes, devices, sockets."""


def _listing(folder: str) -> _Listing | None:
    """Return what a folder holds; None where it cannot be listed."""
    try:
        changed_ns = os.stat(folder).st_mtime_ns
        is_settled = time_ns() - changed_ns > _SETTLED_NS
        return (_listed if is_settled else _listed.__wrapped__)(folder, changed_ns)
    except OSError:
        return None


@lru_cache(maxsize=_REMEMBERED)
def _listed(folder: str, _changed_ns: int) -> _Listing:
    """List a folder as it is since it was last changed."""
    with os.scandir(folder) as entries:
        inside = [one for one in entries if not _is_folder(one)]
    special = tuple(one.name for one in inside if _is_special(one))
    return _Listing(_by_beginning([one.name for one in inside]), special)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # links in a circle: the other names count all the same


def _is_special(entry: "os.DirEntry[str]") -> bool:
    try:
        if entry.is_file():
            return False
        return stat.S_IFMT(entry.stat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR)
    except OSError:
        return False  # a link to nothing: nobody can wait for it


def special_files(folder: str) -> tuple[str, ...]:
    """Return what is neither a file nor a folder there; a folder that cannot be listed has none."""
    listing = _listing(folder)  # what cannot be listed, GDAL cannot list either
    return () if listing is None else listing.special


def _by_beginning(names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        lower = name.lower()
        beginning, ending = os.path.splitext(lower)
        for suffix in _STEM_SUFFIXES:
            beginning = beginning if not lower.endswith(suffix) else lower.removesuffix(suffix)
        if ending[1:] not in RASTER_ENDINGS:  # those are scenes of their own
            found.setdefault(beginning, []).append(name)
            if beginning.endswith(_DOUBLE):  # x.aux.xml is of x as well as of a file called x.aux
                found.setdefault(os.path.splitext(beginning)[0], []).append(name)
    return found


def companions(file: str) -> list[str]:
    """Return the files beside a local raster that may decide how it is read, sorted.

    Drivers have companions of many endings, and which of them are read is known only once they are
    there: all of the raster's name count, but for other rasters and what is never read with one.

    Args:
        file: Its path; what it is called in, upper or lower case, does not matter.
    """
    folder, name = os.path.split(file)
    listing = _listing(folder or ".")
    if listing is None:  # a folder may be entered and not listed
        beside = (f"{file}{one}" for one in (".aux.xml", ".ovr", ".msk"))
        return sorted(path for path in beside if os.path.lexists(path))
    lower = name.lower()
    there = listing.by_beginning
    found = {*there.get(lower, ()), *there.get(os.path.splitext(lower)[0], ())}
    return sorted(os.path.join(folder, one) for one in found if one != name and _is_read(one))


def _is_read(name: str) -> bool:
    lower = name.lower()
    ending = os.path.splitext(lower)[1][1:]
    return (bool(ending) and ending not in _NEVER_READ) or lower.endswith(_STEM_SUFFIXES)


def affects_pixels(companion: str) -> bool:
    """Return whether a companion may decide about the pixels, by its name."""
    name = os.path.basename(companion)
    return name.lower().endswith(".aux.xml") or not _PLACE_ONLY.search(name)
