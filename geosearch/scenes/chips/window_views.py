"""Windows of one width at one distance, as views of the rows that they are in."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def equal_spans(lefts: Sequence[int], widths: Sequence[int]) -> Iterator[slice]:
    """Yield which windows of a row follow each other at one distance and have one width.

    Args:
        lefts: Where each begins, in any order.
        widths: How wide each is.
    """
    first = 0
    for at in range(1, len(lefts) + 1):
        if at < len(lefts) and widths[at] == widths[first] and lefts[at] > lefts[at - 1]:
            apart = lefts[at] - lefts[at - 1]
            if at - first < 2 or apart == lefts[first + 1] - lefts[first]:
                continue
        yield slice(first, at)
        first = at


def side_by_side(rows: NDArray[Any], left: int, width: int, apart: int, count: int) -> NDArray[Any]:
    """Return windows of rows without a copy, read-only.

    Args:
        rows: [height, columns, ...].
        left: Where the first begins.
        width: Columns of a window.
        apart: From where one begins to where the next does, at least 1.
        count: Number of windows.

    Returns:
        [count, height, width, ...].
    """
    used = rows[:, left : left + (count - 1) * apart + width]
    windows = np.lib.stride_tricks.sliding_window_view(used, width, axis=1)[:, ::apart]
    return np.moveaxis(windows, (1, -1), (0, 2))
