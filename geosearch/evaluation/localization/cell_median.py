"""The median of squares of pixels, from cells of one value each.

Of all pixels in a square around a pixel only the number in each cell matters, and that is the
product of how far the square reaches over the cell's row and its column. So the number of pixels
up to a value is a product of three small matrices, for a block of pixels at once, and the median
is the first value that half of the pixels do not exceed. Equal to OpenCV's ``medianBlur``.
"""

import numpy as np
from numpy.typing import NDArray


def median_of_cells(
    levels: NDArray[np.uint8],
    row_edges: NDArray[np.int64],
    col_edges: NDArray[np.int64],
    size_px: int,
) -> NDArray[np.uint8]:
    """Blur a map that is given by cells; at the borders the edge pixels are repeated.

    Args:
        levels: uint8 [rows, columns] of cells.
        row_edges: int64 [rows + 1], pixels, from 0 to the height.
        col_edges: int64 [columns + 1], pixels, from 0 to the width.
        size_px: Edge of the square, odd.

    Returns:
        uint8 [height, width].
    """
    blurred = np.empty((int(row_edges[-1]), int(col_edges[-1])), np.uint8)
    half = size_px**2 // 2 + 1
    cols = _reaches(col_edges, size_px)
    for rows, row_cells, row_reach in _reaches(row_edges, size_px):
        for columns, col_cells, col_reach in cols:
            seen = levels[row_cells, col_cells]
            blurred[rows, columns] = _block(seen, row_reach, col_reach, half)
    return blurred


_Reach = tuple[slice, slice, NDArray[np.float32]]
"""Pixels, the cells that squares around them reach, and how far: [pixels, cells]."""


def _reaches(edges: NDArray[np.int64], size_px: int) -> list[_Reach]:
    """Return spans of pixels along an axis whose squares reach the same cells."""
    extent, half = int(edges[-1]), size_px // 2
    pixel = np.arange(extent)[:, None]
    # in float32 all counts are exact, up to squares of 4096 pixels
    low = np.maximum(pixel - half, edges[:-1])
    high = np.minimum(pixel + half + 1, edges[1:])
    reach = np.maximum(high - low, 0).astype(np.float32)
    reach[:, 0] += np.maximum(half - pixel[:, 0], 0)  # the first pixel, repeated
    reach[:, -1] += np.maximum(pixel[:, 0] + half + 1 - extent, 0)
    touched = reach > 0
    first = touched.argmax(axis=1)
    after = touched.shape[1] - touched[:, ::-1].argmax(axis=1)
    changes = np.flatnonzero((np.diff(first) != 0) | (np.diff(after) != 0)) + 1
    found = []
    for start, end in zip([0, *changes], [*changes, extent], strict=True):
        cells = slice(int(first[start]), int(after[start]))
        found.append((slice(int(start), int(end)), cells, reach[start:end, cells]))
    return found


def _block(
    seen: NDArray[np.uint8],
    row_reach: NDArray[np.float32],
    col_reach: NDArray[np.float32],
    half: int,
) -> NDArray[np.uint8]:
    values = np.unique(seen)
    place = np.zeros((len(row_reach), len(col_reach)), np.uint8)
    for value in values[:-1]:
        not_above = row_reach @ (seen <= value).astype(np.float32) @ col_reach.T
        place += not_above < half
    return values[place]
