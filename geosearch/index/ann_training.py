"""Making the approximate tier: lists by k-means, 4-bit FastScan codes of the residuals.

Rows are centred on their mean, which changes no ranking by inner product; lists are made by
k-means in the plain distance.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.index.lists import list_sizes, write_lists

CODES = "codes.lists"
LISTS = "lists.npz"
OLD_CODES = "ivfpq.faiss"
"""What formats 1 and 2 had in the place of `CODES`: a file that FAISS alone can read."""
BITS = 4

AUTO_ROWS = 50_000
"""From so many rows a segment gets this tier: below, an exact scan takes milliseconds."""
LEAST_ROWS = 1 << BITS
"""Fewer cannot be encoded: each sub-quantizer has so many centroids."""

_SEED = 1
_TRAIN_PER_LIST = 64
_TRAIN_MOST = 131_072
_ITERATIONS = 10
_ADD_ROWS = 65_536
_MOST_LISTS = 2048

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
        quantizer, dim, len(centroids), sub_quantizers(dim), BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = True  # FAISS's default here is False, and costs recall
    index.cp.seed = index.pq.cp.seed = _SEED
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
    # some hundred tiny k-means: threads spend ten times as long on waiting for one another
    with one_thread():
        index.train(sample)
    for start in range(0, count, _ADD_ROWS):
        index.add(vectors[start : start + _ADD_ROWS].astype(np.float32) - mean)
    write_lists(folder / CODES, index)
    sizes = list_sizes(index)
    squared, nearest = quantizer.search(sample, 1)
    np.savez(
        folder / LISTS,
        mean=mean.astype(np.float32),
        centroids=centroids.astype(np.float32),
        spread=_spread(squared[:, 0], nearest[:, 0], sizes),
        sizes=sizes,
        codebook=faiss.vector_to_array(index.pq.centroids).astype(np.float32),
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS work with one thread for this one; others keep theirs."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def list_count(rows: int) -> int:
    """Return how many lists a segment gets: about twice the root of its rows, a power of two."""
    return int(min(2 ** round(np.log2(max(2 * rows**0.5, 1))), max(rows // 4, 1), _MOST_LISTS))


def sub_quantizers(dim: int) -> int:
    """Return the number of sub-vectors: of four numbers each, or of what divides the dimension."""
    return dim // next(width for width in (2, 3, 4, 5, 7, 1) if dim % width == 0)


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


def _spread(squared: Floats, nearest: NDArray[np.int64], sizes: NDArray[np.int64]) -> Floats:
    """Return how far the best of each list may reach beyond its centre, float32 [lists].

    The extreme value of a normal spread: the root of the mean squared residual, times
    ``sqrt(2 ln n)`` for a list of n rows.

    Args:
        squared: float32 [m], squared residuals of the sample.
        nearest: int64 [m], their lists.
        sizes: int64 [lists], rows of each list.
    """
    count = np.bincount(nearest, minlength=len(sizes))
    mean = np.bincount(nearest, squared, len(sizes)) / np.maximum(count, 1)
    return np.asarray(np.sqrt(mean * 2 * np.log(np.maximum(sizes, 1))), dtype=np.float32)
