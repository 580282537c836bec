"""Exact scores of stored rows, at memory speed.

FAISS's own scanner reads the mapped 16-bit rows in place, adds in float32 and keeps
the best in a heap. No copy is made: converting the rows to float32 in numpy first would
take many times as long as the products themselves.
"""

from collections.abc import Iterator
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
    if runs.min() < 0 or runs.max() > len(vectors):  # they become addresses
        raise ValueError(f"rows {runs.min()} to {runs.max()} of {len(vectors)}")
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
    pieces = np.concatenate([_pieces(a, b, _LEAST_ROWS_A_THREAD) for a, b in runs.tolist()])
    before = np.cumsum(pieces[:, 1] - pieces[:, 0])
    edges = np.searchsorted(before, before[-1] * np.arange(1, count) / count, "left") + 1
    return [part for part in np.split(pieces, edges) if len(part)]


def _pieces(first: int, last: int, most: int) -> Runs:
    starts = np.arange(first, last, most, dtype=np.int64)
    return np.stack([starts, np.append(starts[1:], last)], axis=1)


def _scan(vectors: Vectors, query: Scores, runs: Runs, k: int) -> "_Heap":
    count = run_rows(runs)
    heap = _Heap(query, min(k, count))
    if count >= SHORT_RUN * len(runs):
        for some in _in_parts(runs):
            heap.scan(vectors, some)
    else:
        rows = rows_of(runs)
        for first in range(0, count, _PART_ROWS):
            part = rows[first : first + _PART_ROWS]
            gathered = np.ascontiguousarray(vectors[part])
            heap.scan(gathered, np.array([[0, len(part)]]), _LABEL_OF_ROW_0 - part)
    return heap


def _in_parts(runs: Runs) -> Iterator[Runs]:
    """Yield runs, long ones divided, so many at a time that their labels take little memory."""
    if (runs[:, 1] - runs[:, 0]).max() > _PART_ROWS:
        runs = np.concatenate([_pieces(a, b, _PART_ROWS) for a, b in runs.tolist()])
    part = np.cumsum(runs[:, 1] - runs[:, 0]) // _PART_ROWS
    edges = np.flatnonzero(np.diff(part)) + 1
    yield from np.split(runs, edges)


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

    def scan(self, vectors: Vectors, runs: Runs, labels: Rows | None = None) -> None:
        """Offer runs of contiguous vectors float16 [n, dim].

        FAISS drops the smallest label among equal scores; the greatest row shall go: labels,
        int64, one a row of the runs, are a large number minus the row.
        """
        labels = _LABEL_OF_ROW_0 - rows_of(runs) if labels is None else labels
        code, label = self._faiss.cast_integer_to_uint8_ptr, self._faiss.cast_integer_to_idx_t_ptr
        # addresses, not arrays: slicing arrays takes longer than scoring a short run
        codes, row_bytes, at = vectors.ctypes.data, vectors.strides[0], labels.ctypes.data
        for first, last in runs.tolist():
            self._scanner.scan_codes(
                last - first, code(codes + first * row_bytes), label(at), *self._into, self._k
            )
            at += labels.itemsize * (last - first)

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
