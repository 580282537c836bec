"""Windows of semantic localisation, and the cells that they divide a picture into.

The windows' edges divide the picture into cells in each of which the map has one value. There are
some thousands of cells where there are a hundred million pixels: sums, means and medians over
pixels are computed from cells, and come out the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_SIZES_PX = (256, 512, 768)
"""Edges of the windows in the authors' code."""


@dataclass(frozen=True, slots=True)
class WindowGrid:
    """Windows over a picture."""

    windows: NDArray[np.int64]
    """int64 [n, 4], each once: first row, row after the last, first column, column after the
    last."""
    row_edges: NDArray[np.int64]
    """int64 [rows of cells + 1], from 0 to the height."""
    col_edges: NDArray[np.int64]
    """int64 [columns of cells + 1], from 0 to the width."""

    def cell_means(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the mean of the windows over each cell.

        Args:
            values: [n, queries], of each window.

        Returns:
            float64 [queries, rows of cells, columns of cells].
        """
        top, bottom = np.searchsorted(self.row_edges, self.windows[:, :2]).T
        left, right = np.searchsorted(self.col_edges, self.windows[:, 2:]).T
        shape = (len(self.row_edges) - 1, len(self.col_edges) - 1)
        total = np.zeros((*shape, values.shape[1]))
        count = np.zeros((*shape, 1))
        # added up, not differences of running sums: those would leave a rounding error, which
        # the truncation to 256 levels turns into a level
        for i, value in enumerate(values.astype(np.float64)):
            cells = slice(top[i], bottom[i]), slice(left[i], right[i])
            total[cells] += value
            count[cells] += 1
        return np.moveaxis(total / count, 2, 0)


def window_grid(
    height_px: int, width_px: int, sizes_px: Sequence[int] = WINDOW_SIZES_PX
) -> WindowGrid:
    """Lay the windows of the SeLo evaluation code over a picture.

    For each size, windows side by side, and again shifted by half of it in both directions; a
    window that reaches or passes the border is moved back to end at it. Where the picture is
    smaller than a window, which that code does not handle, the window is clipped to the picture.

    Args:
        height_px: Of the picture.
        width_px: Of the picture.
        sizes_px: Edges of the windows.
    """
    found: set[tuple[int, int, int, int]] = set()
    for size in sizes_px:
        for first in (0, size // 2):
            rows = _spans(height_px, size, first)
            cols = _spans(width_px, size, first)
            found |= {(*row, *col) for row in rows for col in cols}
    windows = np.asarray(sorted(found), np.int64)
    return WindowGrid(windows, np.unique(windows[:, :2]), np.unique(windows[:, 2:]))


def _spans(extent_px: int, size_px: int, first: int) -> list[tuple[int, int]]:
    starts = range(first, extent_px, size_px)
    last = max(extent_px - size_px, 0)
    return [(min(start, last), min(min(start, last) + size_px, extent_px)) for start in starts]
