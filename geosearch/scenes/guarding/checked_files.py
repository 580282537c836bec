"""Files that GDAL may be given: regular ones, with nothing beside them that never ends."""

import os
from dataclasses import dataclass
from pathlib import Path

from geosearch.errors import SceneError
from geosearch.regular_file import require_regular
from geosearch.scenes.places.companions import special_files
from geosearch.scenes.places.raster_endings import RASTER_ENDINGS
from geosearch.text import shown

HEAD_BYTES = 4096
"""Bytes at a file's beginning that tell its format."""
_MAX_PATH_BYTES = 2030
"""Bytes of a path: GDAL joins names in buffers of 2,048, and adds endings to them."""
_TEXTS = {"aux", "dim", "hdr", "imd", "met", "prj", "pvl", "rpb", "rsc", "tfw", "txt", "wld", "xml"}
"""Endings of what GDAL looks for beside a raster by names that have not its own in them."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file as it was when it was looked at."""

    path: str
    size: int
    mtime_ns: int
    inode: int


def checked_file(file: str) -> CheckedFile:
    """Return the state of a regular file that has no pipe among what GDAL looks for beside it."""
    if (length := len(os.fsencode(file))) > _MAX_PATH_BYTES:
        raise SceneError(
            f"its path has {length:,} bytes, and GDAL reads {_MAX_PATH_BYTES:,}",
            hint="shorten the names of its folders, or index it by a link: ln -s FOLDER /tmp/NAME",
        )
    status = require_regular(file)
    path = Path(file)
    stem = path.stem.rpartition("_")[0] or path.stem
    for name in special_files(str(path.parent)):
        ending = name.rpartition(".")[2].lower()
        is_beside = name.startswith(stem) and ending not in RASTER_ENDINGS
        if name != path.name and (is_beside or ending in _TEXTS):
            raise SceneError(
                f"{shown(path.name)} has {shown(name)} beside it, which is not a file",
                hint="remove it: reading it would never end",
            )
    return CheckedFile(file, status.st_size, status.st_mtime_ns, status.st_ino)
