"""What a search needs of a segment on its hot path, as plain arrays that can be mapped.

Made from the same rows as the sidecar, in the same order, and can be made again
from it. Files are raw little-endian arrays; their shapes follow from the row count.
"""

import mmap
import os
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geosearch.index.blocks import Blocks, footprint_types, make_blocks, write_blocks
from geosearch.index.chip_entries import CHIPS, parts_of_entries
from geosearch.index.faults import cannot_read, damaged
from geosearch.index.packed import Packed, rectangles
from geosearch.index.regular_files import open_regular

COLUMNS: dict[str, tuple[str, int]] = {
    "bounds": ("<f8", 4),
    "time_ms": ("<i8", 1),
    "scene_no": ("<i4", 1),
    "valid": ("<f4", 1),
    "cloud": ("<f4", 1),
    "windows": ("<i4", 4),
    "size_m": ("<f4", 2),
    "gsd_m": ("<f4", 1),
}
"""Name to type and numbers a row."""

CUTS = frozenset({"windows", "size_m", "gsd_m"})
"""How chips were cut."""

FOOTPRINT_STARTS = "footprint_starts"
FOOTPRINT_BYTES = "footprints"
ID_STARTS = "id_starts"
ID_BYTES = "ids"
BLOCKS = "blocks.npz"

_WRITTEN_ROWS = 1 << 14


def write_rows(
    folder: Path,
    columns: dict[str, NDArray[Any]],
    outlines: Packed,
    ids: Packed | None = None,
    order: NDArray[np.int64] | None = None,
) -> None:
    """Write the columns of ``COLUMNS``, footprints and ids, each to a file of its name.

    What hits tell is written once more, together.

    Args:
        folder: Made here.
        columns: In row order.
        outlines: Footprints as WKB.
        ids: The chips' own ids; None where they have none.
        order: Which of outlines and ids stands in each row, int64 [n]; None if they are in order.
    """
    folder.mkdir()
    for name, (kind, _) in COLUMNS.items():
        np.ascontiguousarray(columns[name], dtype=kind).tofile(folder / name)
    order = np.arange(len(outlines)) if order is None else order
    footprints = _write_packed(folder / FOOTPRINT_BYTES, folder / FOOTPRINT_STARTS, outlines, order)
    own = None
    if ids is not None:
        own = _write_packed(folder / ID_BYTES, folder / ID_STARTS, ids, order)
    with (folder / CHIPS).open("wb") as file:
        for _, part in parts_of_entries(columns, footprints, own):
            file.write(part.tobytes())
            give_back(footprints.data)
            if own is not None:
                give_back(own.data)
    types, rectangular = _kinds(outlines)
    write_blocks(folder / BLOCKS, make_blocks(columns, types[order], rectangular[order]))


def blocks_of(columns: dict[str, NDArray[Any]], outlines: Packed) -> Blocks:
    """Return the blocks of rows whose columns and footprints are in order."""
    return make_blocks(columns, *_kinds(outlines))


def _kinds(outlines: Packed) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the WKB types of footprints, and which are the rectangle of their bounds."""
    types = np.zeros(len(outlines), np.int32)
    rectangular = np.zeros(len(outlines), bool)
    for first in range(0, len(outlines), _WRITTEN_ROWS):
        last = first + _WRITTEN_ROWS
        some = Packed(outlines.data, outlines.starts[first : last + 1])
        types[first:last] = footprint_types(some.data, some.starts)
        rectangular[first:last] = rectangles(some)
        give_back(outlines.data)
    return types, rectangular


def _write_packed(data: Path, starts: Path, packed: Packed, order: NDArray[np.int64]) -> Packed:
    """Write values in an order, and map what was written."""
    lengths = np.diff(packed.starts)[order]
    begins = np.concatenate([[0], np.cumsum(lengths)]).astype("<i8")
    begins.tofile(starts)
    with data.open("wb") as file:
        for first in range(0, len(order), _WRITTEN_ROWS):
            file.write(packed.take(order[first : first + _WRITTEN_ROWS]).data.tobytes())
            give_back(packed.data)
    return Packed(map_array(data, "u1", (int(begins[-1]),)), begins)


def map_array(path: Path, kind: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array read-only; its file must have exactly that size.

    Raises:
        IndexFolderError: It is missing, not a regular file, or larger or smaller than it should be.
    """
    handle = open_regular(path, array_bytes(kind, shape))
    try:
        return map_open(path, handle, kind, shape)
    finally:
        os.close(handle)


def map_open(path: Path, handle: int, kind: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array whose file is open, and of that size; its name may have gone.

    Raises:
        IndexFolderError: The system does not map it.
    """
    if not prod(shape):  # an empty file cannot be mapped
        return np.zeros(shape, dtype=kind)
    try:
        with open(handle, "rb", closefd=False) as file:
            return np.memmap(file, kind, "r", shape=shape).view(np.ndarray)
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # it has become shorter
        raise damaged(path, "it has become shorter") from error


def array_bytes(kind: DTypeLike, shape: tuple[int, ...]) -> int:
    """Return the bytes of a raw array."""
    # Python's numbers do not wrap round: a forged row count cannot make a small size
    return np.dtype(kind).itemsize * prod(shape)


def give_back(mapped: NDArray[Any]) -> None:
    """Take the pages of a mapped file out of this process; what was written there stays."""
    # an array that is not mapped has none, a view has those of what it is a view of
    pages = getattr(mapped, "_mmap", None) or getattr(mapped.base, "_mmap", None)
    if pages is not None and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
