"""What ``segment.json`` says of a segment: whose it is, its scenes, and each file's checksum."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from geosearch.index.files.faults import BROKEN_DOCUMENT, DamagedError, damaged
from geosearch.index.files.own_files import (
    file_sum,
    read_file,
    require_file,
    require_folder,
)
from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    EVERY_FILE,
    ROWS,
)
from geosearch.index.folder.manifest import is_index_id, is_segment_id
from geosearch.index.records import SceneKey
from geosearch.text import shown

_MAX_BYTES = 1 << 32
"""Bytes of a description, at most: it names scenes."""


@dataclass(frozen=True, slots=True)
class FileSum:
    """A file of a segment, relative to its folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Description:
    """What ``segment.json`` says."""

    index: str
    """Id of the index that it was made for."""
    id: str
    """Id of the segment: the name of its folder."""
    rows: int
    scenes: tuple[SceneKey, ...]
    """In the order of their numbers."""
    files: tuple[FileSum, ...]


def changed_files(folder: Path, description: Description) -> list[DamagedError]:
    """Return what is wrong with the files that a description names; reads them all.

    Raises:
        IndexFolderError: A file cannot be read, which says nothing about it.
    """
    found: list[DamagedError] = []
    for place in (folder, folder / ROWS, folder / ANN):
        try:
            if place != folder / ANN or any(
                one.path.startswith(f"{ANN}/") for one in description.files
            ):
                require_folder(place)
        except DamagedError as error:
            found.append(error)
    if found:  # what is behind a link is not looked at
        return found
    for file in description.files:
        path = folder / file.path
        try:
            require_file(path, file.bytes)
            if file_sum(path) != file.sha256:
                raise damaged(path, "its content has changed")
        except DamagedError as error:
            found.append(error)
    return found


def read_description(folder: Path, checksum: str | None = None) -> Description:
    """Return what a segment's ``segment.json`` says.

    Args:
        folder: The segment.
        checksum: SHA-256 of the file, where it is known.

    Raises:
        IndexFolderError: It is missing or damaged.
    """
    path = folder / DESCRIPTION
    data = read_file(path, _MAX_BYTES)
    if checksum is not None and sha256(data).hexdigest() != checksum:
        raise damaged(path, "its content has changed")
    try:
        document = json.loads(data)
        return _described(document)
    except BROKEN_DOCUMENT as error:
        raise damaged(path, f"{type(error).__name__}: {shown(error)}") from error


def _described(document: dict[str, Any]) -> Description:
    if not is_index_id(document["index"]) or not is_segment_id(document["id"]):
        raise ValueError("invalid ids")
    files = tuple(
        FileSum(str(one["path"]), int(one["bytes"]), str(one["sha256"]))
        for one in document["files"]
    )
    # paths lead to files: only such as a segment has
    if others := sorted({one.path for one in files} - EVERY_FILE):
        raise ValueError(f"it names {others[0]}, which is not a file of a segment")
    if len({one.path for one in files}) != len(files):
        raise ValueError("it names a file twice")
    return Description(
        index=document["index"],
        id=document["id"],
        rows=int(document["rows"]),
        scenes=tuple(SceneKey(str(one["id"]), str(one["state"])) for one in document["scenes"]),
        files=files,
    )


def description_bytes(description: Description) -> bytes:
    """Return the content of a ``segment.json``."""
    document = {
        "index": description.index,
        "id": description.id,
        "rows": description.rows,
        "scenes": [{"id": scene.id, "state": scene.state} for scene in description.scenes],
        "files": [
            {"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in description.files
        ],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def file_sums(folder: Path, *, known: Sequence[FileSum] = ()) -> tuple[FileSum, ...]:
    """Return size and checksum of every file of a segment but ``segment.json``.

    Args:
        folder: The segment.
        known: Files that have not changed since these were worked out: they are not read again.
    """
    before = {one.path: one for one in known}
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and path != folder / DESCRIPTION
    )
    names = [path.relative_to(folder).as_posix() for path in paths]
    return tuple(
        before.get(name) or FileSum(name, path.stat().st_size, file_sum(path))
        for name, path in zip(names, paths, strict=True)
    )
