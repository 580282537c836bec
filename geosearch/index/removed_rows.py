"""Rows that are not searched any more, one bit a row, in a file beside the segments.

A segment is never edited: what is removed of it is said by the generation, whose manifest
names such a file. Its own name is a hash of its content, so that generations never share one
by mistake and a reader of an older generation keeps its own.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.index.durable import write_durable
from geosearch.index.mapped import map_array

REMOVED = "removed"


def write_removed_rows(index_folder: Path, gone: NDArray[np.bool_]) -> str:
    """Write which rows of a segment are removed, bool [n], and return the file's name."""
    folder = index_folder / REMOVED
    folder.mkdir(exist_ok=True)
    bits = np.packbits(gone, bitorder="little").tobytes()
    name = sha256(bits).hexdigest()[:16]
    write_durable(folder / name, bits)
    return name


def read_removed_rows(index_folder: Path, name: str, rows: int) -> NDArray[np.bool_]:
    """Return which rows of a segment are removed, bool [rows].

    Raises:
        IndexFolderError: The file is missing or has another size.
    """
    bits = map_array(index_folder / REMOVED / name, "u1", ((rows + 7) // 8,))
    return np.unpackbits(bits, count=rows, bitorder="little").astype(bool)
