"""What a search needs of a segment on its hot path, as plain arrays that can be mapped.

Made from the same rows as the sidecar, in the same order, and can be made again
from it. Files are raw little-endian arrays; their shapes follow from the row count.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.packed import Packed, rectangles
from geosearch.index.files.mapped import map_array, release_pages
from geosearch.index.filtering.blocks import (
    Blocks,
    footprint_types,
    make_blocks,
    write_blocks,
)
from geosearch.index.folder.layout import (
    BLOCKS,
    CHIPS,
    COLUMNS,
    FOOTPRINT_BYTES,
    FOOTPRINT_STARTS,
    ID_BYTES,
    ID_STARTS,
)
from geosearch.index.segment.chip_entries import parts_of_entries

_WRITTEN_ROWS = 1 << 14


def write_rows(
    folder: Path,
    columns: dict[str, NDArray[Any]],
    outlines: Packed,
    ids: Packed | None = None,
    order: NDArray[np.int64] | None = None,
) -> None:
    """Write the columns of ``COLUMNS``, footprints and ids, each to a file of its name.

    What hits show is written once more, together.

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
            release_pages(footprints.data)
            if own is not None:
                release_pages(own.data)
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
        release_pages(outlines.data)
    return types, rectangular


def _write_packed(data: Path, starts: Path, packed: Packed, order: NDArray[np.int64]) -> Packed:
    """Write values in an order, and map what was written."""
    lengths = np.diff(packed.starts)[order]
    begins = np.concatenate([[0], np.cumsum(lengths)]).astype("<i8")
    begins.tofile(starts)
    with data.open("wb") as file:
        for first in range(0, len(order), _WRITTEN_ROWS):
            file.write(packed.take(order[first : first + _WRITTEN_ROWS]).data.tobytes())
            release_pages(packed.data)
    return Packed(map_array(data, "u1", (int(begins[-1]),)), begins)
