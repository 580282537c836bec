"""In which order rows get into the lists: filters by place and by time both skip codes.

FAISS passes over a block of 32 codes if none of its rows passes the filter. The rows of a segment
are ordered by place. Were each list ordered so too, its blocks would be compact places, and nearly
all of them would hold some row of any time. So a list holds spans of time one after the other, and
each span in the order of places: as many spans as there are parts of a block's side in each of the
two directions, for then filters of one selectivity skip about as much by place as by time.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Rows
from geosearch.index.scoring.ann.lists import BLOCK_ROWS


def time_spans(time_ms: NDArray[np.int64], lists: int) -> NDArray[np.int64]:
    """Return where a span of time begins that is not the first, ascending, int64 [spans - 1].

    There are as many as the cube root of a list's blocks, and about as many rows in each, but
    rows of one time are never divided.

    Args:
        time_ms: int64 [n], milliseconds since 1970.
        lists: Number of lists.
    """
    spans = int(np.cbrt(len(time_ms) / lists / BLOCK_ROWS))
    if spans < 2:
        return np.zeros(0, np.int64)
    places = len(time_ms) * np.arange(1, spans) // spans
    return np.unique(np.partition(time_ms, places)[places])


def in_list_order(time_ms: NDArray[np.int64], lists: int, maximum: int) -> Iterator[Rows]:
    """Yield all rows, span of time by span of time, int64 [m], at most so many together."""
    begins = time_spans(time_ms, lists)
    of_row = np.searchsorted(begins, time_ms, "right").astype(np.int16)
    for span in range(len(begins) + 1):
        rows = np.flatnonzero(of_row == span)
        yield from (rows[first : first + maximum] for first in range(0, len(rows), maximum))
