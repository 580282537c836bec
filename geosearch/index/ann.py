"""The approximate tier: IVF-PQ over residuals, 4-bit FastScan codes, exact filter.

Rows are centred on their mean, which changes no ranking by inner product; lists are
made by k-means in the plain distance; a query chooses its lists by inner product plus
what the spread of a list may add, and probes more of them the fewer rows pass the
filter. What comes out are candidates, to be scored again exactly.
"""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import first_line
from geosearch.index.mapped import damaged

AUTO_ROWS = 50_000
"""From so many rows a segment gets this tier: below, an exact scan takes milliseconds."""

CODES = "ivfpq.faiss"
LISTS = "lists.npz"

_SEED = 1
_TRAIN_PER_LIST = 64
_TRAIN_MOST = 131_072
_ITERATIONS = 10
_ADD_ROWS = 65_536
_BITS = 4
_SPREAD_WEIGHT = 0.05
_SHARE = 0.12
"""Share of the rows that is probed when nothing is filtered."""
_SHARE_GROWTH = 0.25
"""The share grows as the selectivity to the minus this."""
_ROWS_PER_CANDIDATE = 4
"""Matching rows that are probed for each candidate, at least: small segments are probed whole."""

LEAST_ROWS = 1 << _BITS
"""Fewer cannot be encoded: each sub-quantizer has so many centroids."""

Floats = NDArray[np.float32]


def build_tier(folder: Path, vectors: NDArray[np.float16]) -> None:
    """Train on a sample, encode all rows, and write the tier to a new folder.

    Args:
        folder: Made here.
        vectors: float16 [n, dim], n >= 1.
    """
    import faiss

    folder.mkdir()
    count, dim = vectors.shape
    sample = _sample(vectors)
    mean = sample.mean(axis=0)
    sample -= mean
    centroids = _centroids(sample, list_count(count))
    quantizer = faiss.IndexFlatL2(dim)
    quantizer.add(centroids)
    index = faiss.IndexIVFPQFastScan(
        quantizer, dim, len(centroids), sub_quantizers(dim), _BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = True  # FAISS's default here is False, and costs recall
    index.cp.seed = index.pq.cp.seed = _SEED
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
    index.train(sample)
    squared, members = np.zeros(len(centroids)), np.zeros(len(centroids))
    for start in range(0, count, _ADD_ROWS):
        part = vectors[start : start + _ADD_ROWS].astype(np.float32) - mean
        distance, nearest = quantizer.search(part, 1)
        np.add.at(squared, nearest[:, 0], distance[:, 0])
        np.add.at(members, nearest[:, 0], 1)
        index.add(part)
    # how far the best of a list may reach beyond its centre: extreme value of a normal spread
    spread = np.sqrt(squared / np.maximum(members, 1)) * np.sqrt(2 * np.log(np.maximum(members, 1)))
    try:
        faiss.write_index(index, str(folder / CODES))
    except RuntimeError as error:  # a full disk, say
        raise OSError(first_line(error)) from error
    np.savez(
        folder / LISTS,
        mean=mean.astype(np.float32),
        centroids=centroids.astype(np.float32),
        spread=spread.astype(np.float32),
        members=members.astype(np.int64),
    )


def list_count(rows: int) -> int:
    """Return how many lists a segment gets: about twice the root of its rows, a power of two."""
    return int(min(2 ** round(np.log2(max(2 * rows**0.5, 1))), max(rows // 4, 1), 4096))


def sub_quantizers(dim: int) -> int:
    """Return the number of sub-vectors: of four numbers each, or of what divides the dimension."""
    return dim // next(width for width in (4, 3, 2, 5, 7, 1) if dim % width == 0)


def _sample(vectors: NDArray[np.float16]) -> Floats:
    count = len(vectors)
    wanted = min(count, max(_TRAIN_PER_LIST * list_count(count), 4096), _TRAIN_MOST)
    rows = np.sort(np.random.default_rng(_SEED).choice(count, wanted, replace=False))
    return vectors[rows].astype(np.float32)


def _centroids(sample: Floats, lists: int) -> Floats:
    import faiss

    kmeans = faiss.Kmeans(
        sample.shape[1], lists, niter=_ITERATIONS, seed=_SEED, min_points_per_centroid=1
    )
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, dtype=np.float32)


class ApproximateTier:
    """An opened tier; one query at a time."""

    def __init__(self, folder: Path, rows: int, dim: int) -> None:
        import faiss

        self._faiss: Any = faiss  # its stubs lack the search parameters
        try:
            self._index: Any = faiss.read_index(str(folder / CODES))
            with np.load(folder / LISTS, allow_pickle=False) as lists:
                self._mean, self._centroids = lists["mean"], lists["centroids"]
                self._spread, self._members = lists["spread"], lists["members"]
        except (OSError, RuntimeError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise damaged(folder, first_line(error)) from error
        if not isinstance(self._index, faiss.IndexIVFPQFastScan) or self._index.d != dim:
            raise damaged(folder, f"it is no IVF-PQ index of vectors of {dim} numbers")
        if self._index.ntotal != rows or self._members.sum() != rows:
            raise damaged(folder, f"it does not hold {rows} rows")
        lists = self._index.nlist
        # list numbers go to C++ unchecked
        if (self._mean.shape, self._centroids.shape) != ((dim,), (lists, dim)) or (
            self._spread.shape != (lists,) or self._members.shape != (lists,)
        ):
            raise damaged(folder / LISTS, f"it does not describe {lists} lists")

    def candidates(
        self, query: Floats, rows: NDArray[np.int64] | None, count: int
    ) -> NDArray[np.int64]:
        """Return up to ``count`` rows that are likely among the best; fewer may come.

        Args:
            query: float32 [dim].
            rows: int64 [m] to choose from, ascending; None for all.
            count: How many.
        """
        total = self._index.ntotal
        # rows are centred, the query is not: its product with the mean is the same for every row
        scores = self._centroids @ query
        order = np.argsort(-(scores + _SPREAD_WEIGHT * self._spread), kind="stable")
        selectivity = 1.0 if rows is None else len(rows) / total
        share = _SHARE * selectivity**-_SHARE_GROWTH
        probed = max(share * total, _ROWS_PER_CANDIDATE * count / selectivity)
        lists = order[: np.searchsorted(np.cumsum(self._members[order]), probed) + 1]
        parameters = self._faiss.SearchParametersIVF(nprobe=len(lists))
        if rows is not None:
            mask = np.zeros(total, dtype=bool)
            mask[rows] = True
            bits = np.packbits(mask, bitorder="little")
            # FAISS keeps a bare pointer: `bits` and the selector must outlive the search
            selector = self._faiss.IDSelectorBitmap(total, self._faiss.swig_ptr(bits))
            parameters.sel = selector
        found = self._probe(query, lists, scores[lists], count, parameters)
        return found[found >= 0]

    def _probe(
        self,
        query: Floats,
        lists: NDArray[np.int64],
        list_scores: Floats,
        count: int,
        parameters: Any,
    ) -> NDArray[np.int64]:
        pointer = self._faiss.swig_ptr
        # one thread a query: at barriers of a busy machine more of them wait
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        query = np.ascontiguousarray(query, dtype=np.float32)
        lists = np.ascontiguousarray(lists, dtype=np.int64)
        list_scores = np.ascontiguousarray(list_scores, dtype=np.float32)
        distances = np.empty(count, dtype=np.float32)
        labels = np.full(count, -1, dtype=np.int64)
        try:
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
        finally:
            self._faiss.omp_set_num_threads(threads)
        return labels
