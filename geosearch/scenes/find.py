"""Which files are scenes: folders walked, sidecars left out, ids given.

Only names and sizes are looked at; whether a raster can be read and placed is seen
when it is opened.
"""

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from geosearch.errors import Refusal

RASTER_ENDINGS = frozenset(
    {"tif", "tiff", "gtiff", "btf", "jp2", "j2k", "jpx", "vrt", "img", "nc", "gpkg", "ntf", "nitf"}
    | {"bil", "bsq", "bip", "mrf", "hgt", "dt0", "dt1", "dt2"}
)
"""File name endings that count as scenes in a folder; a file that is named is always tried."""
_PICTURES = {"png": "pgw pngw wld", "jpg": "jgw jpgw wld", "jpeg": "jgw jpegw wld"}
"""Pictures count only beside a world file or an ``.aux.xml``: the rest are thumbnails."""
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|/vsi")


@dataclass(frozen=True, slots=True)
class SceneFile:
    """A file that is to be opened as a scene."""

    path: Path
    """Where it is, absolute."""
    id: str
    """Its name in the index: the path relative to the folder that was indexed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is below some paths."""

    files: tuple[SceneFile, ...]
    """Scenes to open, sorted by id; each file once."""
    refused: tuple[Refusal, ...]
    """Paths that cannot be looked at."""


def find_scenes(paths: Sequence[str | Path]) -> Found:
    """Find the raster files below some folders, and among some files.

    Folders are walked with all their folders; links are followed, a folder is entered once.
    Hidden files and sidecars (masks, overviews, world files) are no scenes.

    Args:
        paths: Files and folders.
    """
    refused: list[Refusal] = []
    found: list[tuple[Path, Path]] = []  # the file, and the folder its id is relative to
    entered: set[tuple[int, int]] = set()
    for path in paths:
        if _REMOTE.match(str(path)):
            refused.append(
                Refusal(str(path), "it is not a local path", "download it first: gdal_translate")
            )
            continue
        start = Path(os.path.abspath(path))
        if start.is_dir():
            found += [(file, start) for file in _walk(start, entered, refused)]
        elif start.exists():
            found.append((start, start.parent))
        else:
            refused.append(Refusal(str(path), "there is no such file or folder", "check the path"))
    return Found(_with_ids(_each_once(found)), tuple(refused))


def _walk(folder: Path, entered: set[tuple[int, int]], refused: list[Refusal]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        name = str(error.filename or folder)
        refused.append(Refusal(name, error.strerror or str(error), "allow it to be read"))

    for here, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
        status = os.stat(here)
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        beside = {name.lower() for name in files}
        for name in sorted(files):
            file = Path(here, name)
            if not name.startswith(".") and _is_raster(file, beside) and not file.is_dir():
                yield file


def _is_raster(file: Path, beside: set[str]) -> bool:
    ending = file.suffix[1:].lower()
    if ending in _PICTURES:
        name = file.name.lower()
        sidecars = {f"{file.stem.lower()}.{other}" for other in _PICTURES[ending].split()}
        return bool(beside & (sidecars | {f"{name}.aux.xml", f"{name}w"}))
    return ending in RASTER_ENDINGS and (ending != "gpkg" or _holds_raster(file))


def _holds_raster(geopackage: Path) -> bool:
    """Return whether a GeoPackage has a raster table (OGC 12-128r19, 2.2); True if in doubt."""
    query = "SELECT count(*) FROM gpkg_contents WHERE data_type IN ('tiles', '2d-gridded-coverage')"
    try:
        uri = f"{geopackage.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return bool(connection.execute(query).fetchone()[0])
    except sqlite3.Error:
        return True  # opening it will say what is wrong


def _each_once(found: list[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
    first: dict[str, tuple[Path, Path]] = {}
    for file, folder in found:
        first.setdefault(os.path.realpath(file), (file, folder))
    return list(first.values())


def _with_ids(found: list[tuple[Path, Path]]) -> tuple[SceneFile, ...]:
    """Name each file by its path in its folder; where two are equal, by more of the path."""
    depth = [0] * len(found)
    while True:
        ids = [_relative(file, folder, up) for (file, folder), up in zip(found, depth, strict=True)]
        counts = Counter(ids)
        twins = [at for at, name in enumerate(ids) if counts[name] > 1]
        if not twins:
            break
        for at in twins:
            depth[at] += 1
    files = (SceneFile(file, name) for (file, _), name in zip(found, ids, strict=True))
    return tuple(sorted(files, key=lambda file: file.id))


def _relative(file: Path, folder: Path, up: int) -> str:
    for _ in range(up):
        folder = folder.parent
    return file.relative_to(folder).as_posix()
