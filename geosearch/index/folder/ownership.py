"""What geosearch made for an index, and how it knows: nothing else is ever deleted or emptied.

A name is not proof, and neither is a place. A segment and a staged scene hold a JSON file that
says for which index they were made and what they are called; what is written beside its place has
the id of the index, 128 bits that were drawn for it, in its name. Of such a folder only files go
that have names which geosearch gives; what somebody else put there stays, and no link is followed.
"""

import json
import re
from hashlib import sha256
from secrets import token_hex

from geosearch.index.files.faults import BROKEN_DOCUMENT, DamagedError
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.own_files import read_file
from geosearch.index.folder.description import read_description
from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    EVERY_FILE,
    ROWS,
)
from geosearch.index.folder.manifest import is_segment_id

SCENE = "scene.json"
BEGUN = "begun.json"
STAGED_VECTORS = "vectors.f16"
UNFINISHED = ".unfinished"

_PART = re.compile(r"([0-9a-f]{32})-[0-9a-f]{8}\.part")
_FILE_PART = re.compile(r"\.(.+)\.([0-9a-f]{32})\.part")
_BUILT = re.compile(r"waiting/(outlines|ids)?|chips\.duckdb\.(wal|tmp/.*)")
"""What a segment has beside its files while it is built: the table's, and DuckDB's own."""
_STAGED_FILE = re.compile(r"scene\.json|begun\.json|vectors\.f16|columns-\d{6}\.npz")
_STAGED = re.compile(r"[0-9a-f]{32}(\.unfinished)?")
_FOLDERS = {f"{ROWS}/", f"{ANN}/"}
_MAX_SCENE_BYTES = 1 << 28


def new_part(index_id: str) -> str:
    """Return the name of a folder in which something is made before it is moved to its place."""
    return f"{index_id}-{token_hex(4)}.part"


def is_part(name: str, index_id: str) -> bool:
    """Return whether a folder has the name of one in which something was made for an index."""
    match = _PART.fullmatch(name)
    return match is not None and match[1] == index_id


def is_file_part(name: str, index_id: str) -> bool:
    """Return whether a file has a name under which files of an index are written first."""
    match = _FILE_PART.fullmatch(name)
    return match is not None and match[2] == index_id


def is_any_part(name: str) -> bool:
    """Return whether something has a name under which things of some index are made first."""
    return (_PART.fullmatch(name) or _FILE_PART.fullmatch(name)) is not None


def is_staged_name(name: str) -> bool:
    """Return whether something in ``staging`` has a name of ours."""
    return _STAGED.fullmatch(name) is not None


def is_our_segment(segments: HeldFolder, name: str, index_id: str) -> bool:
    """Return whether a folder in ``segments`` was made for an index, and says so itself."""
    if not is_segment_id(name) or segments.stat(name) is None:
        return False
    try:
        with segments.inner(name):  # and no link
            description = read_description(segments.path / name)
    except DamagedError:
        return False
    return description.index == index_id and description.id == name


def remove_segment(segments: HeldFolder, name: str, index_id: str) -> int:
    """Remove a segment that was made for an index; return the bytes that were freed."""

    def is_ours(path: str) -> bool:
        known = path in EVERY_FILE or path in _FOLDERS or path == DESCRIPTION
        return known or is_file_part(path.rpartition("/")[2], index_id)

    return segments.remove_made(name, is_ours, (DESCRIPTION,))


def remove_part(segments: HeldFolder, name: str) -> int:
    """Remove what was made beside its place in ``segments``; return the bytes that were freed."""

    def is_ours(path: str) -> bool:
        known = path in EVERY_FILE or path in _FOLDERS or path == DESCRIPTION
        return known or _BUILT.fullmatch(path) is not None

    return segments.remove_made(name, is_ours)


def is_our_scene(staging: HeldFolder, name: str, index_id: str) -> bool:
    """Return whether a folder in ``staging`` was made for an index, and says so itself."""
    if not is_staged_name(name) or staging.stat(name) is None:
        return False
    return any(_says_index(staging, name, file, index_id) for file in (SCENE, BEGUN))


def _says_index(staging: HeldFolder, name: str, file: str, index_id: str) -> bool:
    try:
        with staging.inner(name):  # and no link
            document = json.loads(read_file(staging.path / name / file, _MAX_SCENE_BYTES))
            return bool(document["index"] == index_id)
    except (DamagedError, *BROKEN_DOCUMENT):
        return False


def remove_scene(staging: HeldFolder, name: str, index_id: str) -> int:
    """Remove a staged scene that was made for an index; return the bytes that were freed."""

    def is_ours(path: str) -> bool:
        return _STAGED_FILE.fullmatch(path) is not None or is_file_part(path, index_id)

    return staging.remove_made(name, is_ours, (SCENE, BEGUN))


def is_removed_rows(removed: HeldFolder, name: str, index_id: str) -> bool:
    """Return whether a file in ``removed`` is ours: its name is a hash of what it holds."""
    if is_file_part(name, index_id):
        return True
    if not is_segment_id(name):
        return False
    try:
        data = read_file(removed.path / name, 1 << 40)
    except DamagedError:
        return False
    return sha256(data).hexdigest()[: len(name)] == name
