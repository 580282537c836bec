"""Exact scores of stored rows, at memory speed.

FAISS's own scanner reads the mapped 16-bit rows in place, adds in float32 and keeps the best in a
heap: converting the rows to float32 in numpy first would take many times as long as the products
themselves. To FAISS each range is a list of an inverted file, so that one call scans thousands of
them: a call per range takes as long as scoring fifty rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.arrays.row_ranges import RowRanges

Scored = tuple[Rows, Floats]

_PART_ROWS = 65_536
"""Rows that are handed to FAISS at once: bounds the memory."""
_MIN_ROWS_PER_THREAD = 16_384
_MAX_LISTS = 1 << 40
"""More than ranges are ever scanned at once."""


def best_rows(
    vectors: Halves, query: Floats, ranges: RowRanges, k: int, *, threads: int = 1
) -> tuple[Rows, Floats]:
    """Return the rows with the largest inner products, best first, ties by row.

    Args:
        vectors: float16 [n, dim], C-contiguous.
        query: float32 [dim].
        ranges: Rows to choose from.
        k: Number of rows.
        threads: Maximum number of threads, where there is enough to do.

    Returns:
        rows int64 and scores float32, [min(k, m)].

    Raises:
        IndexFolderError: A score is not a number.
    """
    rows, scores = tied_rows(vectors, query, ranges, k, threads=threads)
    return rows[:k], scores[:k]


def tied_rows(
    vectors: Halves, query: Floats, ranges: RowRanges, k: int, *, threads: int = 1
) -> tuple[Rows, Floats]:
    """Return what `best_rows` does, and all rows that tie with the last of them."""
    count = ranges.count
    if min(k, count) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    low, high = ranges.edges.min(), ranges.edges.max()
    if low < 0 or high > len(vectors):  # they become addresses
        raise ValueError(f"rows {low} to {high} of {len(vectors)}")
    parts = _shares(ranges, min(threads, count // _MIN_ROWS_PER_THREAD))
    # one more than asked for: if it is worse than the last of them, nothing ties
    asked = min(k + 1, count)
    if len(parts) == 1:
        found = _scan(vectors, query, ranges, asked)
    else:
        with ThreadPoolExecutor(len(parts)) as pool:  # FAISS lets go of the interpreter's lock
            found = _joined(pool.map(lambda part: _scan(vectors, query, part, asked), parts))
    rows, scores = _sorted(found)
    if asked <= k or scores[k] < scores[k - 1]:
        return rows[:k], scores[:k]
    return _sorted(_scan_down_to(vectors, query, ranges, scores[k - 1]))


def _shares(ranges: RowRanges, count: int) -> list[RowRanges]:
    """Divide ranges into about equal parts."""
    if count < 2:
        return [ranges]
    pieces = _pieces(ranges, _MIN_ROWS_PER_THREAD)
    before = np.cumsum(pieces[:, 1] - pieces[:, 0])
    edges = np.searchsorted(before, before[-1] * np.arange(1, count) / count, "left") + 1
    return [RowRanges(part) for part in np.split(pieces, edges) if len(part)]


def _pieces(ranges: RowRanges, max_rows: int) -> NDArray[np.int64]:
    """Return the edges of ranges, long ones divided, int64 [p, 2]."""
    pieces = []
    for first, last in ranges.edges.tolist():
        starts = np.arange(first, last, max_rows, dtype=np.int64)
        pieces.append(np.stack([starts, np.append(starts[1:], last)], axis=1))
    return np.concatenate(pieces)


def _scan(vectors: Halves, query: Floats, ranges: RowRanges, k: int) -> Scored:
    """Return the best ``k`` rows of each part of the ranges."""
    scanner = _idle_scanner(vectors.shape[1])
    found = [scanner.best(vectors, query, part, k) for part in _in_parts(ranges)]
    _IDLE[vectors.shape[1]].append(scanner)  # not after an error
    return _joined(found)


def _scan_down_to(vectors: Halves, query: Floats, ranges: RowRanges, minimum: np.float32) -> Scored:
    """Return all rows with at least a score."""
    scanner = _idle_scanner(vectors.shape[1])
    found = [scanner.down_to(vectors, query, part, minimum) for part in _in_parts(ranges)]
    _IDLE[vectors.shape[1]].append(scanner)
    return _joined(found)


def _in_parts(ranges: RowRanges) -> Iterator[RowRanges]:
    """Yield ranges, long ones divided, so many at a time that their labels take little memory."""
    edges, lengths = ranges.edges, ranges.lengths
    if lengths.sum() <= _PART_ROWS:
        yield ranges
        return
    if lengths.max() > _PART_ROWS:
        edges = _pieces(ranges, _PART_ROWS)
    part = np.cumsum(edges[:, 1] - edges[:, 0]) // _PART_ROWS
    places = np.flatnonzero(np.diff(part)) + 1
    yield from map(RowRanges, np.split(edges, places))


def _joined(found: Iterable[Scored]) -> Scored:
    first, *others = found
    if not others:
        return first
    rows, scores = zip(first, *others, strict=True)
    return np.concatenate(rows), np.concatenate(scores)


def _sorted(found: Scored) -> Scored:
    rows, scores = found
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


_IDLE: defaultdict[int, list["_Scanner"]] = defaultdict(list)
"""Scanners by dimension: making one takes as long as scoring a thousand rows."""


def _idle_scanner(dim: int) -> "_Scanner":
    try:
        return _IDLE[dim].pop()
    except IndexError:
        return _Scanner(dim)


class _Scanner:
    """FAISS's scanner of 16-bit rows, over ranges; one thread at a time may use it."""

    def __init__(self, dim: int) -> None:
        import faiss as library

        faiss: Any = library  # its stubs lack much of this
        self._faiss = faiss
        self._row_bytes = 2 * dim
        self._quantizer = faiss.IndexFlatIP(dim)  # the index has a bare pointer to it
        kind, metric = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        # no lists yet, no residuals, no container of its own
        self._index = faiss.IndexIVFScalarQuantizer(
            self._quantizer, dim, 0, kind, metric, False, False
        )
        self._index.is_trained = True
        self._room = 0
        """Lists that there is room for in the container."""
        self._mapped = self._mapped_lists()

    def best(self, vectors: Halves, query: Floats, ranges: RowRanges, k: int) -> Scored:
        """Return the best ``k`` rows of ranges, in any order; of equal ones any.

        Raises:
            IndexFolderError: A score is not a number.
        """
        pointer = self._faiss.swig_ptr
        k = min(k, ranges.count)
        scores, labels = np.empty(k, np.float32), np.empty(k, np.int64)
        query, keys, nothing = _prepared(query, len(ranges))
        self._look_at(vectors, ranges)
        try:
            self._index.search_preassigned_c(
                1, pointer(query), k, pointer(keys), pointer(nothing),
                pointer(scores), pointer(labels), True,
            )  # fmt: skip
        finally:
            self._look_away()
        if labels.min() < 0:  # NaN is not greater than anything, so it takes no place
            raise IndexFolderError(
                "a score is not a number: vectors of the query or of the index are not finite",
                hint="restore the index from a copy, or index the scenes again into another folder",
            )
        return _rows(ranges, labels), scores

    def down_to(
        self, vectors: Halves, query: Floats, ranges: RowRanges, minimum: np.float32
    ) -> Scored:
        """Return all rows of ranges with at least a score, in any order."""
        pointer, read = self._faiss.swig_ptr, self._faiss.rev_swig_ptr
        query, keys, nothing = _prepared(query, len(ranges))
        below = float(np.nextafter(minimum, np.float32(-np.inf)))
        found = self._faiss.RangeSearchResult(1)
        self._look_at(vectors, ranges)
        try:
            self._index.range_search_preassigned_c(
                1, pointer(query), below, pointer(keys), pointer(nothing), found, True
            )
        finally:
            self._look_away()
        count = int(read(found.lims, 2)[1])
        if not count:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return _rows(ranges, read(found.labels, count).copy()), read(found.distances, count).copy()

    def _look_at(self, vectors: Halves, ranges: RowRanges) -> None:
        """Make each range a list of the index."""
        self._index.nprobe = len(ranges)
        if self._mapped is not None:
            self._point_to(vectors, ranges)
        else:
            self._index.nlist = len(ranges)
            self._index.replace_invlists(self._copied(vectors, ranges), False)

    def _look_away(self) -> None:
        if self._mapped is not None:
            self._mapped.ptr = None  # at its end FAISS would unmap what is not its own

    def _mapped_lists(self) -> Any:
        """Return FAISS's container for lists in a mapped file, which looks at them where they lie.

        None on Windows, where FAISS has none.
        """
        if not hasattr(self._faiss, "OnDiskInvertedLists"):
            return None
        lists = self._faiss.OnDiskInvertedLists()
        lists.read_only = True
        lists.prefetch_nthread = 0
        lists.code_size = self._row_bytes
        # of what the index says it has, FAISS looks at the lists that it is told to
        lists.nlist = self._index.nlist = _MAX_LISTS
        self._index.replace_invlists(lists, False)
        return lists

    def _point_to(self, vectors: Halves, ranges: RowRanges) -> None:
        faiss, lists = self._faiss, self._mapped
        # size, capacity and offset of each: `lists.lists.at` would give a copy
        records = np.empty((len(ranges), 3), np.uint64)
        records[:, 0] = records[:, 1] = ranges.lengths
        records[:, 2] = ranges.starts * self._row_bytes
        if len(ranges) > self._room:
            self._room = max(len(ranges), 2 * self._room)
            lists.lists.resize(self._room)
        faiss.memcpy(lists.lists.data(), faiss.swig_ptr(records), records.nbytes)
        lists.ptr = faiss.swig_ptr(vectors.view(np.uint8))

    def _copied(self, vectors: Halves, ranges: RowRanges) -> Any:
        faiss = self._faiss
        lists = faiss.ArrayInvertedLists(len(ranges), self._row_bytes)
        for number, (first, last) in enumerate(ranges.edges.tolist()):
            ids, rows = np.arange(first, last), vectors[first:last].view(np.uint8)
            lists.add_entries(number, last - first, faiss.swig_ptr(ids), faiss.swig_ptr(rows))
        return lists


def _prepared(query: Floats, lists: int) -> tuple[Floats, Rows, Floats]:
    """Return a query, the lists it is to be compared with, and the part of scores they share."""
    whole = np.ascontiguousarray(query, dtype=np.float32)
    return whole, np.arange(lists, dtype=np.int64), np.zeros(lists, np.float32)


def _rows(ranges: RowRanges, labels: Rows) -> Rows:
    # a label is the list's number and the row's place in it, 32 bits each
    return np.asarray(ranges.edges[labels >> 32, 0] + (labels & 0xFFFF_FFFF))
