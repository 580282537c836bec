"""Which files are scenes: folders walked, patterns matched, ids given.

Only names and sizes are looked at; whether a raster can be read and placed is seen
when it is opened.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geosearch.errors import Refusal
from geosearch.scenes.walk import Listing, listing, walk
from geosearch.scenes.wildcards import Pattern, parse_pattern

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
    Hidden files and sidecars (masks, overviews, thumbnails, world files) are no scenes. A path
    that is not there and has ``*``, ``?`` or ``[`` is a pattern; ``**`` is any number of folders.

    Args:
        paths: Files, folders and patterns.
    """
    refused: list[Refusal] = []
    found: list[tuple[Path, Path]] = []  # the file, and the folder its id is relative to
    for path in paths:
        if _REMOTE.match(str(path)):
            refused.append(
                Refusal(str(path), "it is not a local path", "download it first: gdal_translate")
            )
            continue
        start = Path(os.path.abspath(path))
        if start.is_dir():
            found += [(file, start) for file in _walked(start, refused)]
        elif start.exists():
            found.append((start, start.parent))
        elif pattern := parse_pattern(str(path)):
            matched = list(_matched(pattern, refused))
            if not matched:
                reason = "no scene matches the pattern"
                refused.append(Refusal(str(path), reason, "check it with: ls PATTERN"))
            found += [(file, pattern.root) for file in matched]
        else:
            refused.append(Refusal(str(path), "there is no such file or folder", "check the path"))
    return Found(_with_ids(_each_once(found)), tuple(refused))


def archive_name(path: str | Path) -> str:
    """Return what an archive is called: its folder's name, or its file's without the ending."""
    start = Path(os.path.abspath(path))
    if not start.exists() and (pattern := parse_pattern(str(path))):
        start = pattern.root
    return start.stem if start.is_file() else start.resolve().name


def _walked(folder: Path, refused: list[Refusal]) -> Iterator[Path]:
    for listed in walk(folder, refused):
        yield from (listed.folder / name for name in listed.names)


def _matched(pattern: Pattern, refused: list[Refusal]) -> Iterator[Path]:
    """Yield the scenes that match a pattern, and those below the folders that do."""
    beside: dict[Path, Listing] = {}
    for place in pattern.places():
        if place.is_dir():
            yield from (file for file in _walked(place, refused) if pattern.accepts(file, place))
            continue
        folder = place.parent
        if folder not in beside:
            beside[folder] = listing(folder, os.listdir(folder))
        if place.name in beside[folder].names:
            yield place


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
