"""Rows that are not searched any more, one bit per row, in a file beside the segments.

A segment is never edited: what is removed of it is said by the generation, whose manifest
names such a file. Its own name is a hash of its content, so that generations never share one
by mistake, a reader of an older generation keeps its own, and damage is seen when it is read.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.index.files.durable import part_name
from geosearch.index.files.faults import damaged
from geosearch.index.files.own_files import read_file, require_folder
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import REMOVED


def write_removed_rows(hold: Hold, gone: NDArray[np.bool_]) -> str:
    """Write which rows of a segment are removed, bool [n], and return the file's name."""
    bits = np.packbits(gone, bitorder="little").tobytes()
    name = sha256(bits).hexdigest()[:16]
    with hold.root.made(REMOVED) as folder:
        folder.write(name, bits, part_name(name, hold.index_id), last=hold.require_place)
    return name


def read_removed_rows(index_folder: Path, name: str, rows: int) -> NDArray[np.bool_]:
    """Return which rows of a segment are removed, bool [rows].

    Raises:
        IndexFolderError: The file is missing or damaged.
    """
    require_folder(index_folder / REMOVED)
    path, size = index_folder / REMOVED / name, (rows + 7) // 8
    bits = read_file(path, size)
    if len(bits) != size:
        raise damaged(path, f"it has {len(bits)} bytes and should have {size}")
    if sha256(bits).hexdigest()[: len(name)] != name:
        raise damaged(path, "its content has changed")
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=rows, bitorder="little").astype(bool)
