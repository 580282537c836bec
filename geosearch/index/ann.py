"""The approximate tier, opened: IVF-PQ over residuals, 4-bit FastScan codes, exact filter.

A query chooses its lists by inner product plus what the spread of a list may add. What comes out
are candidates, to be scored again exactly. The lists are mapped, not read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import first_line
from geosearch.index.ann_training import BITS, CODES, LISTS, one_thread, sub_quantizers
from geosearch.index.lists import code_bytes, map_lists
from geosearch.index.mapped import damaged
from geosearch.index.runs import Rows, Runs, run_rows

_SPREAD_WEIGHT = 0.05
_BYTES_A_RUN = 500
"""Marking all bytes at once takes as long as going from one run to the next takes for so many."""

Floats = NDArray[np.float32]
Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that are likely among the best, the most promising by their codes first."""

    rows: Rows
    """int64 [m]."""
    scores: Floats
    """[m], inner products as codes tell them, but for a number that is the same for all."""


class ApproximateTier:
    """An opened tier; any number of threads may ask it."""

    def __init__(self, folder: Path, rows: int, dim: int) -> None:
        """Map the lists, and read the rest.

        Raises:
            IndexFolderError: It is damaged, or not of so many rows of that dimension.
        """
        self._folder = folder
        self._rows = rows
        try:
            with np.load(folder / LISTS, allow_pickle=False) as stored:
                self._mean = stored["mean"]
                self._centroids = np.ascontiguousarray(stored["centroids"])
                self._spread, self._sizes = stored["spread"], stored["sizes"]
                codebook = stored["codebook"]
                codes = _codes(stored, dim)
        except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise damaged(folder / LISTS, first_line(error)) from error
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

    def share_to(self, query: Floats, vectors: NDArray[np.float16]) -> Floats:
        """Return which share of all codes a query has to look at to meet each of some rows.

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

    def candidates(self, query: Floats, runs: Runs, count: int, share: float) -> Candidates:
        """Return up to ``count`` rows that are likely among the best; fewer may come.

        Args:
            query: float32 [dim].
            runs: int64 [r, 2], rows to choose from.
            count: How many.
            share: Share of all rows whose codes are looked at, above 0.

        Raises:
            IndexFolderError: A list names rows that there are not.
        """
        import faiss

        order, scores = self._order(query)
        probed = share * self._rows
        lists = order[: np.searchsorted(np.cumsum(self._sizes[order]), probed) + 1]
        parameters: Any = faiss.SearchParametersIVF()  # its stubs lack the fields
        parameters.nprobe = len(lists)
        if run_rows(runs) < self._rows:
            bits = bitmap(runs, self._rows)
            # FAISS keeps a bare pointer: `bits` and the selector must outlive the search
            selector = faiss.IDSelectorBitmap(self._rows, faiss.swig_ptr(bits))
            parameters.sel = selector
        rows, by_code = self._probe(query, lists, scores[lists], count, parameters)
        found = rows >= 0
        if len(rows) and rows.max() >= self._rows:
            raise damaged(self._folder / CODES, f"it names row {rows.max()} of {self._rows}")
        return Candidates(rows[found], by_code[found])

    def _probe(
        self,
        query: Floats,
        lists: Rows,
        list_scores: Floats,
        count: int,
        parameters: Any,
    ) -> tuple[Rows, Floats]:
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
        return labels, distances


def row_code_bytes(folder: Path, dim: int) -> int:
    """Return the bytes of a row's code in a tier.

    Raises:
        IndexFolderError: It is damaged.
    """
    try:
        with np.load(folder / LISTS, allow_pickle=False) as stored:
            return code_bytes(_codes(stored, dim))
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise damaged(folder / LISTS, first_line(error)) from error


def _codes(stored: Any, dim: int) -> int:
    """Return the number of sub-vectors that codes are made of.

    Raises:
        ValueError: It is not one that such vectors can have.
    """
    if "sub_quantizers" not in stored.files:  # there was one code size once
        return sub_quantizers(dim)
    number = stored["sub_quantizers"]
    if number.shape != () or number.dtype != np.int64 or number < 1 or dim % int(number):
        raise ValueError(f"vectors of {dim} numbers have no codes of {number} parts")
    return int(number)


def bitmap(runs: Runs, rows: int) -> Bits:
    """Return runs as bits of ``rows`` rows, uint8, the least significant bit first."""
    first, last = runs[:, 0], runs[:, 1]
    bits = _whole_bytes((first + 7) // 8, last // 8, (rows + 7) // 8)
    # bytes that a run begins or ends in; one that does both is their common part
    head = np.where(first % 8, 0xFF << (first % 8), 0) & 0xFF
    tail = (1 << (last % 8)) - 1
    within = first // 8 == last // 8
    np.bitwise_or.at(
        bits, (first // 8)[within], ((0xFF << (first % 8)) & tail)[within].astype(np.uint8)
    )
    apart = ~within
    np.bitwise_or.at(bits, (first // 8)[apart], head[apart].astype(np.uint8))
    ends = apart & (last % 8 > 0)
    np.bitwise_or.at(bits, (last // 8)[ends], tail[ends].astype(np.uint8))
    return bits


def _whole_bytes(low: Rows, high: Rows, count: int) -> Bits:
    """Return ``count`` bytes of which those from a low to its high are all ones, uint8."""
    if len(low) * _BYTES_A_RUN <= count:
        bits = np.zeros(count, np.uint8)
        for begin, end in zip(low.tolist(), high.tolist(), strict=True):
            bits[begin:end] = 0xFF
        return bits
    some = low < high
    edges = np.zeros(count + 1, np.int8)
    np.add.at(edges, low[some], 1)
    np.subtract.at(edges, high[some], 1)
    inside = np.cumsum(edges[:-1], dtype=np.int8).view(np.uint8)
    return np.multiply(inside, np.uint8(0xFF))
