"""Exact scores of stored rows, at memory speed.

FAISS's own scanner reads the mapped 16-bit rows in place, adds in float32 and keeps
the best in a heap. No copy is made: converting the rows to float32 in numpy first would
take many times as long as the products themselves.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError

Vectors = NDArray[np.float16]
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

_LABEL_OF_ROW_0 = 1 << 62
_SHORT_RUN = 24
"""Runs shorter than this on average cost more by themselves than gathering their rows."""
_PART_ROWS = 65_536
"""Rows that are gathered or numbered at once: bounds the memory."""


def best_rows(vectors: Vectors, query: Scores, rows: Rows | None, k: int) -> tuple[Rows, Scores]:
    """Return the rows with the greatest inner products, best first, ties by row.

    Args:
        vectors: float16 [n, dim], C-contiguous.
        query: float32 [dim].
        rows: int64 [m], ascending, to choose from; None for all.
        k: How many.

    Returns:
        rows int64 and scores float32, [min(k, m)].

    Raises:
        IndexFolderError: A score is not a number.
    """
    count = len(vectors) if rows is None else len(rows)
    k = min(k, count)
    if k == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    heap = _Heap(query, k)
    if rows is None:
        _scan_run(heap, vectors, 0, count)
    elif count >= _SHORT_RUN * (runs := _runs(rows)).shape[0]:
        for start, stop in runs.tolist():
            _scan_run(heap, vectors, start, stop)
    else:
        for first in range(0, count, _PART_ROWS):
            part = rows[first : first + _PART_ROWS]
            heap.scan(np.ascontiguousarray(vectors[part]), part)
    return heap.best()


def scores_of(vectors: Vectors, query: Scores, rows: Rows) -> Scores:
    """Return the inner products float32 [m] of some rows int64 [m]."""
    # float32 sums, as the scanner's; a few thousand rows at most
    return np.asarray(vectors[rows].astype(np.float32) @ query, dtype=np.float32)


def _scan_run(heap: "_Heap", vectors: Vectors, start: int, stop: int) -> None:
    for first in range(start, stop, _PART_ROWS):
        last = min(first + _PART_ROWS, stop)
        heap.scan(vectors[first:last], np.arange(first, last))


def _runs(rows: Rows) -> Rows:
    """Return the runs of consecutive numbers, int64 [r, 2], first and one behind the last."""
    edges = np.flatnonzero(np.diff(rows) != 1) + 1
    starts = np.concatenate([[0], edges])
    stops = np.concatenate([edges, [len(rows)]])
    return np.stack([rows[starts], rows[stops - 1] + 1], axis=1)


class _Heap:
    """The best rows that were met so far, in FAISS's heap."""

    def __init__(self, query: Scores, k: int) -> None:
        import faiss as library

        faiss: Any = library  # its stubs lack the scanners
        self._faiss = faiss
        self._k = k
        self._query = np.ascontiguousarray(query, dtype=np.float32)
        kind = faiss.ScalarQuantizer.QT_fp16
        # kept: the scanner points into it
        self._index: Any = faiss.IndexScalarQuantizer(len(query), kind, faiss.METRIC_INNER_PRODUCT)
        self._scanner: Any = self._index.sq.select_InvertedListScanner(
            faiss.METRIC_INNER_PRODUCT, None, False, None, False
        )
        self._scanner.set_list(0, 0.0)
        self._scanner.set_query(faiss.swig_ptr(self._query))
        self._scores = np.full(k, -np.inf, dtype=np.float32)
        self._labels = np.full(k, -1, dtype=np.int64)

    def scan(self, vectors: Vectors, rows: Rows) -> None:
        """Offer contiguous vectors float16 [m, dim], which stand for rows int64 [m]."""
        swig_ptr = self._faiss.swig_ptr
        codes = vectors.view(np.uint8).reshape(-1)
        # FAISS drops the smallest label among equal scores; the greatest row shall go
        labels = _LABEL_OF_ROW_0 - rows
        self._scanner.scan_codes(
            len(vectors),
            swig_ptr(codes),
            swig_ptr(labels),
            swig_ptr(self._scores),
            swig_ptr(self._labels),
            self._k,
        )

    def best(self) -> tuple[Rows, Scores]:
        """Return what is in the heap, best first, ties by row."""
        if (self._labels < 0).any():  # NaN is not greater than anything, so it takes no place
            raise IndexFolderError(
                "a score is not a number: vectors of the query or of the index are not finite",
                hint="restore the index from a copy, or index the scenes anew into another folder",
            )
        rows = _LABEL_OF_ROW_0 - self._labels
        order = np.lexsort((rows, -self._scores))
        return rows[order], self._scores[order]
