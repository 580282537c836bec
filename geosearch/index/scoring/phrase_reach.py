"""The best rows of a segment for many phrases at once: one pass over its vectors."""

import numpy as np

from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.files.mapped import release_pages

_BLOCK_ROWS = 8_192


def best_for_each(
    vectors: Halves, rows: Rows | None, phrases: Floats, count: int
) -> tuple[Rows, Floats]:
    """Return the best rows for each of some phrases.

    Args:
        vectors: float16 [n, dim].
        rows: Rows to choose from, ascending; None for all.
        phrases: float32 [p, dim].
        count: Rows for each phrase.

    Returns:
        Rows int64 and scores float32, both [p, min(count, m)], best first; ties by row.
    """
    total = len(vectors) if rows is None else len(rows)
    best = np.zeros((len(phrases), 0), np.int64)
    scores = np.zeros((len(phrases), 0), np.float32)
    for first in range(0, total, _BLOCK_ROWS):
        last = min(first + _BLOCK_ROWS, total)
        chosen = np.arange(first, last) if rows is None else rows[first:last]
        block = vectors[first:last] if rows is None else vectors[chosen]
        found = phrases @ block.astype(np.float32).T
        kept = min(count, last - first)
        places = np.argpartition(-found, kept - 1, axis=1)[:, :kept]
        best = np.concatenate([best, chosen[places]], axis=1)
        scores = np.concatenate([scores, np.take_along_axis(found, places, axis=1)], axis=1)
        order = np.lexsort((best, -scores), axis=1)[:, :count]
        best = np.take_along_axis(best, order, axis=1)
        scores = np.take_along_axis(scores, order, axis=1)
        release_pages(vectors)
    return best, scores
