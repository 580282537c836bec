"""The approximate tier, opened: IVF-PQ over residuals, 4-bit FastScan codes, exact filter.

A query chooses its lists by inner product plus what the spread of a list may add. What comes out
are candidates, to be scored again exactly. The lists are mapped, not read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.faults import damaged
from geosearch.index.files.npz import arrays_in
from geosearch.index.folder.layout import CODES, LISTS
from geosearch.index.scoring.ann.bitmap import bitmap
from geosearch.index.scoring.ann.codes import BITS, code_bytes
from geosearch.index.scoring.ann.faiss_threads import one_thread
from geosearch.index.scoring.ann.lists import map_lists

_SPREAD_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that are likely among the best, the most promising by their codes first."""

    rows: Rows
    """int64 [m]."""
    scores: Floats
    """[m], inner products by codes, but for a number that is the same for all."""


class ApproximateTier:
    """An opened tier; any number of threads may ask it."""

    def __init__(self, folder: Path, rows: int, dim: int) -> None:
        """Map the lists, and read the rest.

        Raises:
            IndexFolderError: It is damaged, or not of so many rows of that dimension.
        """
        self._folder = folder
        self._rows = rows
        with arrays_in(folder / LISTS) as stored:
            self._mean = stored["mean"]
            self._centroids = np.ascontiguousarray(stored["centroids"])
            self._spread, self._sizes = stored["spread"], stored["sizes"]
            codebook = stored["codebook"]
            codes = _codes(stored, dim)
        self._require_lists(rows, dim, codebook)
        self._lists = map_lists(folder / CODES, self._sizes, code_bytes(codes))
        self._index: Any = self._opened(dim, codes, codebook)

    def _require_lists(self, rows: int, dim: int, codebook: Floats) -> None:
        lists = len(self._sizes)
        shapes = {
            "mean": (self._mean, (dim,)),
            "centroids": (self._centroids, (lists, dim)),
            "spread": (self._spread, (lists,)),
            "codebook": (codebook, (dim << BITS,)),
        }
        for name, (array, shape) in shapes.items():
            if array.shape != shape or array.dtype != np.float32:
                raise damaged(self._folder / LISTS, f"{name} does not describe {lists} lists")
        sizes = self._sizes
        # sizes become pointers in C++, unchecked
        if sizes.dtype != np.int64 or (sizes < 0).any() or sizes.sum() != rows:
            raise damaged(self._folder / LISTS, f"its lists do not hold {rows} rows")

    def _opened(self, dim: int, codes: int, codebook: Floats) -> Any:
        import faiss

        quantizer = faiss.IndexFlatL2(dim)
        quantizer.add(self._centroids)
        index: Any = faiss.IndexIVFPQFastScan(
            quantizer, dim, len(self._sizes), codes, BITS, faiss.METRIC_INNER_PRODUCT
        )
        self._quantizer = quantizer  # the index has a bare pointer to it
        index.by_residual = True
        faiss.copy_array_to_vector(codebook, index.pq.centroids)
        index.is_trained = True
        index.ntotal = self._rows
        index.replace_invlists(self._lists, False)
        return index

    def fraction_to(self, query: Floats, vectors: NDArray[np.float16]) -> Floats:
        """Return which fraction of all codes a query has to look at to meet each of some rows.

        Args:
            query: float32 [dim].
            vectors: float16 [m, dim], rows of the segment.

        Returns:
            float32 [m].
        """
        order = self._order(query)[0]
        before = np.empty(len(order), np.int64)
        before[order] = np.cumsum(self._sizes[order])
        lists = self._quantizer.search(vectors.astype(np.float32) - self._mean, 1)[1][:, 0]
        return np.asarray(before[lists] / self._rows, dtype=np.float32)

    def _order(self, query: Floats) -> tuple[Rows, Floats]:
        """Return lists, the most promising first, int64 [lists], and the scores of their centres.

        Rows are centred, the query is not: its product with the mean is the same for every row.
        """
        import faiss as library

        faiss: Any = library  # its stubs lack this one
        scores = np.empty(len(self._centroids), np.float32)
        query = np.ascontiguousarray(query, dtype=np.float32)
        pointer = faiss.swig_ptr
        # not numpy's product: its threads would wait for one another longer than this takes
        faiss.fvec_inner_products_ny(
            pointer(scores), pointer(query), pointer(self._centroids), len(query), len(scores)
        )
        return np.argsort(-(scores + _SPREAD_WEIGHT * self._spread), kind="stable"), scores

    def probe(self, query: Floats, ranges: RowRanges) -> "Probe":
        """Return what looks at the lists for a query float32 [dim], in ranges of rows."""
        order, scores = self._order(query)
        return Probe(self, query, ranges, order, scores[order])

    def candidates(
        self, query: Floats, ranges: RowRanges, count: int, fraction: float
    ) -> Candidates:
        """Return up to ``count`` rows that are likely among the best; fewer may come.

        Args:
            query: float32 [dim].
            ranges: Rows to choose from.
            count: Number of rows.
            fraction: Fraction of all rows whose codes are looked at, above 0.

        Raises:
            IndexFolderError: A list names rows that there are not.
        """
        return self.probe(query, ranges).candidates(count, 0.0, fraction)

    @property
    def rows(self) -> int:
        """Rows of the segment."""
        return self._rows

    def sizes(self, lists: Rows) -> Rows:
        """Return how many rows some lists have."""
        return np.asarray(self._sizes[lists])

    def in_lists(
        self, query: Floats, lists: Rows, list_scores: Floats, count: int, parameters: Any
    ) -> Candidates:
        """Return the best rows of some lists by their codes.

        Args:
            query: float32 [dim].
            lists: int64 [l].
            list_scores: float32 [l], of their centres.
            count: Number of rows.
            parameters: FAISS's, of the search.

        Raises:
            IndexFolderError: A list names rows that there are not.
        """
        import faiss

        pointer = faiss.swig_ptr
        query = np.ascontiguousarray(query, dtype=np.float32)
        lists = np.ascontiguousarray(lists, dtype=np.int64)
        list_scores = np.ascontiguousarray(list_scores, dtype=np.float32)
        distances = np.empty(count, dtype=np.float32)
        labels = np.full(count, -1, dtype=np.int64)
        with one_thread():  # at barriers of a busy machine more of them wait
            # the C++ entry: its Python wrapper refuses parameters
            self._index.search_preassigned_c(
                1,
                pointer(query),
                count,
                pointer(lists),
                pointer(list_scores),
                pointer(distances),
                pointer(labels),
                False,
                parameters,
            )
        if len(labels) and labels.max() >= self._rows:
            raise damaged(self._folder / CODES, f"it names row {labels.max()} of {self._rows}")
        found = labels >= 0
        return Candidates(labels[found], distances[found])


class Probe:
    """Looks at the lists of a tier for one query, the most promising first."""

    def __init__(
        self, tier: ApproximateTier, query: Floats, ranges: RowRanges, order: Rows, scores: Floats
    ) -> None:
        """Prepare it.

        Args:
            tier: Whose lists these are.
            query: float32 [dim].
            ranges: Rows to choose from.
            order: int64 [lists], the most promising list first.
            scores: float32 [lists], of their centres, in that order.
        """
        import faiss

        self._tier, self._query, self._order, self._scores = tier, query, order, scores
        self._before = np.cumsum(tier.sizes(order))
        self._parameters: Any = faiss.SearchParametersIVF()  # its stubs lack the fields
        if ranges.count < tier.rows:
            # FAISS keeps bare pointers: both must outlive the search
            self._bits = bitmap(ranges, tier.rows)
            self._selector = faiss.IDSelectorBitmap(tier.rows, faiss.swig_ptr(self._bits))
            self._parameters.sel = self._selector

    def candidates(self, count: int, start: float, stop: float) -> Candidates:
        """Return up to ``count`` rows by their codes, of lists with some fraction of all codes.

        Args:
            count: Number of rows.
            start: The fraction of the codes that lists before these hold.
            stop: The fraction that they hold together with these.

        Raises:
            IndexFolderError: A list names rows that there are not.
        """
        first = self._lists_to(start) if start else 0
        last = self._lists_to(stop)
        lists = self._order[first:last]
        if not len(lists):
            return Candidates(np.zeros(0, np.int64), np.zeros(0, np.float32))
        self._parameters.nprobe = len(lists)
        return self._tier.in_lists(
            self._query, lists, self._scores[first:last], count, self._parameters
        )

    def _lists_to(self, fraction: float) -> int:
        return int(np.searchsorted(self._before, fraction * self._tier.rows)) + 1


def row_code_bytes(folder: Path, dim: int) -> int:
    """Return the bytes of a row's code in a tier.

    Raises:
        IndexFolderError: It is damaged.
    """
    with arrays_in(folder / LISTS) as stored:
        return code_bytes(_codes(stored, dim))


def _codes(stored: Any, dim: int) -> int:
    """Return the number of sub-vectors that codes are made of.

    Raises:
        ValueError: It is not one that such vectors can have.
    """
    number = stored["sub_quantizers"]
    if number.shape != () or number.dtype != np.int64 or number < 1 or dim % int(number):
        raise ValueError(f"vectors of {dim} numbers cannot have codes of {number} parts")
    return int(number)
