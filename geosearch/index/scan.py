"""Exact scores of stored rows, at memory speed.

FAISS's own scanner reads the mapped 16-bit rows in place, adds in float32 and keeps
the best in a heap. No copy is made: converting the rows to float32 in numpy first would
take many times as long as the products themselves.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.runs import Rows, Runs, rows_of, run_rows

Vectors = NDArray[np.float16]
Scores = NDArray[np.float32]

SHORT_RUN = 24
"""Runs shorter than this on average cost more by themselves than gathering their rows."""
_LABEL_OF_ROW_0 = 1 << 62
_PART_ROWS = 65_536
"""Rows that are gathered or numbered at once: bounds the memory."""
_LEAST_ROWS_A_THREAD = 16_384
_COUNT = np.arange(_PART_ROWS, dtype=np.int64)


def best_rows(
    vectors: Vectors, query: Scores, runs: Runs, k: int, *, threads: int = 1
) -> tuple[Rows, Scores]:
    """Return the rows with the greatest inner products, best first, ties by row.

    Args:
        vectors: float16 [n, dim], C-contiguous.
        query: float32 [dim].
        runs: int64 [r, 2], rows to choose from.
        k: How many.
        threads: How many may work, where there is enough to do.

    Returns:
        rows int64 and scores float32, [min(k, m)].

    Raises:
        IndexFolderError: A score is not a number.
    """
    count = run_rows(runs)
    k = min(k, count)
    if k == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    parts = _shares(runs, min(threads, count // _LEAST_ROWS_A_THREAD))
    if len(parts) == 1:
        return _scan(vectors, query, runs, k).best(k)
    with ThreadPoolExecutor(len(parts)) as pool:  # FAISS lets go of the interpreter's lock
        heaps = list(pool.map(lambda part: _scan(vectors, query, part, k), parts))
    return _Heap.merged(heaps).best(k)


def _shares(runs: Runs, count: int) -> list[Runs]:
    """Divide runs into about equal shares."""
    if count < 2:
        return [runs]
    pieces = np.concatenate([_pieces(first, last) for first, last in runs.tolist()])
    before = np.cumsum(pieces[:, 1] - pieces[:, 0])
    edges = np.searchsorted(before, before[-1] * np.arange(1, count) / count, "left") + 1
    return [part for part in np.split(pieces, edges) if len(part)]


def _pieces(first: int, last: int) -> Runs:
    starts = np.arange(first, last, _LEAST_ROWS_A_THREAD, dtype=np.int64)
    return np.stack([starts, np.append(starts[1:], last)], axis=1)


def _scan(vectors: Vectors, query: Scores, runs: Runs, k: int) -> "_Heap":
    count = run_rows(runs)
    heap = _Heap(query, min(k, count))
    if count >= SHORT_RUN * len(runs):
        for start, stop in runs.tolist():
            for first in range(start, stop, _PART_ROWS):
                last = min(first + _PART_ROWS, stop)
                heap.scan(vectors[first:last], _LABEL_OF_ROW_0 - first - _COUNT[: last - first])
    else:
        rows = rows_of(runs)
        for first in range(0, count, _PART_ROWS):
            part = rows[first : first + _PART_ROWS]
            heap.scan(np.ascontiguousarray(vectors[part]), _LABEL_OF_ROW_0 - part)
    return heap


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
        self._into = faiss.swig_ptr(self._scores), faiss.swig_ptr(self._labels)

    def scan(self, vectors: Vectors, labels: Rows) -> None:
        """Offer contiguous vectors float16 [m, dim], by labels int64 [m].

        FAISS drops the smallest label among equal scores; the greatest row shall go: labels are
        a large number minus the row.
        """
        swig_ptr = self._faiss.swig_ptr
        codes = vectors.view(np.uint8).reshape(-1)
        self._scanner.scan_codes(
            len(vectors), swig_ptr(codes), swig_ptr(labels), *self._into, self._k
        )

    @staticmethod
    def merged(heaps: "list[_Heap]") -> "_Heap":
        """Return the first heap with what is in all of them; it may hold more than it was for."""
        first = heaps[0]
        first._scores = np.concatenate([heap._scores for heap in heaps])
        first._labels = np.concatenate([heap._labels for heap in heaps])
        return first

    def best(self, k: int) -> tuple[Rows, Scores]:
        """Return the best ``k``, best first, ties by row."""
        if (self._labels < 0).any():  # NaN is not greater than anything, so it takes no place
            raise IndexFolderError(
                "a score is not a number: vectors of the query or of the index are not finite",
                hint="restore the index from a copy, or index the scenes anew into another folder",
            )
        rows = _LABEL_OF_ROW_0 - self._labels
        order = np.lexsort((rows, -self._scores))[:k]
        return rows[order], self._scores[order]
