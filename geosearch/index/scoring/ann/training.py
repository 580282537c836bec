"""Making the approximate tier: lists by k-means, 4-bit FastScan codes of the residuals.

Rows are centred on their mean, which changes no ranking by inner product; lists are made by
k-means in the plain distance, and hold their rows in the order that `list_order` gives. Where
memory is little, codes are half as long: a search then scores more candidates for the same recall,
as many as `calibration` finds to be needed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.files.mapped import release_pages
from geosearch.index.folder.layout import CODES, LISTS
from geosearch.index.scoring.ann.codes import BITS, codes_within
from geosearch.index.scoring.ann.cuda_lists import chosen_lists, computing_device, list_centres
from geosearch.index.scoring.ann.faiss_threads import one_thread
from geosearch.index.scoring.ann.list_order import in_list_order
from geosearch.index.scoring.ann.lists import list_sizes, write_lists

_SEED = 1
_TRAINED_ROWS_PER_LIST = 64
_MAX_TRAINED_ROWS = 131_072
_ITERATIONS = 10
_SAMPLE_PART = 4
"""The sample may take a quarter of the memory."""
_CODEBOOK_ROWS = 256 << BITS
"""As many as FAISS would choose itself, after a copy of all that it gets."""
_STEP_ROWS = 8192
"""Rows that are float32 at a time."""
_MAX_LISTS = 2048
"""With 4096, and a sample twice as large, ten million rows were searched no faster."""
_MIN_PER_LIST = 32
"""Rows of the sample for each list, where memory keeps it small."""


def build_tier(
    folder: Path,
    vectors: Halves,
    memory_bytes: int | None = None,
    *,
    time_ms: NDArray[np.int64] | None = None,
    device: str | None = None,
) -> None:
    """Train on a sample, encode all rows, and write the tier to a new folder.

    It takes the sample as float16, at most 131,072 rows, and the codes, whose memory grows by
    doubling; of mapped vectors, a step at a time.

    Args:
        folder: Made here.
        vectors: float16 [n, dim], n >= 1.
        memory_bytes: What it may take; None for the finest codes and the largest sample.
        time_ms: int64 [n], milliseconds since 1970, to order lists by; None for all the same.
        device: Where torch makes the lists; None for CUDA if this process computes there, else
            FAISS makes them.
    """
    import faiss

    device = device or computing_device()
    folder.mkdir()
    count, dim = vectors.shape
    sample = _sample(vectors, memory_bytes)
    mean = sample.mean(axis=0, dtype=np.float32)
    centroids = _centroids(sample, list_count(count, len(sample)), device) - mean
    quantizer = faiss.IndexFlatL2(dim)
    quantizer.add(centroids)
    codes = codes_within(memory_bytes, count, dim)
    index = faiss.IndexIVFPQFastScan(
        quantizer, dim, len(centroids), codes, BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = True  # FAISS's default here is False, and costs recall
    index.pq.cp.seed = _SEED
    index.pq.cp.min_points_per_centroid = 1
    # some hundred tiny k-means: threads spend ten times as long on waiting for one another
    with one_thread():
        index.train(_some(sample, _CODEBOOK_ROWS).astype(np.float32) - mean)
    times = np.zeros(count, np.int64) if time_ms is None else time_ms
    order = in_list_order(times, len(centroids), _STEP_ROWS)
    index = _with_rows(index, quantizer, vectors, mean, order, device)
    write_lists(folder / CODES, index)
    sizes = list_sizes(index)
    np.savez(
        folder / LISTS,
        mean=mean,
        centroids=centroids,
        spread=_spread(sample, mean, quantizer, sizes),
        sizes=sizes,
        codebook=faiss.vector_to_array(index.pq.centroids).astype(np.float32),
        sub_quantizers=np.int64(codes),
    )


def _steps(count: int) -> Iterator[slice]:
    return (slice(start, start + _STEP_ROWS) for start in range(0, count, _STEP_ROWS))


def list_count(rows: int, sampled: int | None = None) -> int:
    """Return how many lists a segment gets: about twice the root of its rows, a power of two.

    Args:
        rows: Of the segment.
        sampled: Rows to make them of, where these are fewer than would be taken.
    """
    lists = int(min(2 ** round(np.log2(max(2 * rows**0.5, 1))), max(rows // 4, 1), _MAX_LISTS))
    if sampled is None or sampled >= _wanted_sample(rows):
        return lists
    return min(lists, 1 << int(np.log2(max(sampled // _MIN_PER_LIST, 1))))


def _wanted_sample(rows: int) -> int:
    return min(rows, max(_TRAINED_ROWS_PER_LIST * list_count(rows), 4096), _MAX_TRAINED_ROWS)


def _sample(vectors: Halves, memory_bytes: int | None) -> Halves:
    count, dim = vectors.shape
    wanted = _wanted_sample(count)
    if memory_bytes is not None:
        # fewer than a codebook needs would save nothing worth having
        minimum = min(wanted, _CODEBOOK_ROWS)
        wanted = max(min(wanted, memory_bytes // _SAMPLE_PART // (2 * dim)), minimum)
    chosen = np.sort(np.random.default_rng(_SEED).choice(count, wanted, replace=False))
    sample = np.empty((wanted, dim), "<f2")
    for rows in _steps(wanted):
        sample[rows] = vectors[chosen[rows]]
        release_pages(vectors)
    return sample


def _some(sample: Halves, wanted: int) -> Halves:
    chosen = np.random.default_rng(_SEED).permutation(len(sample))[:wanted]
    return sample[np.sort(chosen)]


def _centroids(sample: Halves, lists: int, device: str | None) -> Floats:
    """Return the centres of lists, float32 [lists, dim]."""
    import faiss

    if device is not None:
        made = list_centres(sample, lists, device, iterations=_ITERATIONS, seed=_SEED)
        if made is not None:
            return made
    dim = sample.shape[1]
    clustering = faiss.Clustering(dim, lists)
    clustering.niter = _ITERATIONS
    clustering.seed = _SEED
    clustering.min_points_per_centroid = 1
    clustering.decode_block_size = _STEP_ROWS
    # to FAISS, float16 is a code: it decodes some at a time, and the sample need not be float32
    codec = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16)
    clustering.train_encoded(sample.view(np.uint8), codec, faiss.IndexFlatL2(dim))
    return np.asarray(faiss.vector_to_array(clustering.centroids).reshape(lists, dim))


def _with_rows(
    index: Any,
    quantizer: Any,
    vectors: Halves,
    mean: Floats,
    order: Iterator[Rows],
    device: str | None,
) -> Any:
    """Return a trained index with all rows in it, added in an order."""
    if device is not None:
        chosen = chosen_lists(vectors, quantizer.reconstruct_n(0, quantizer.ntotal), mean, device)
        if chosen is not None:
            return _with_chosen(index, quantizer, vectors, mean, order, chosen)
    for rows in order:
        index.add_with_ids(vectors[rows].astype(np.float32) - mean, rows)
        release_pages(vectors)
    return index


def _with_chosen(
    index: Any, quantizer: Any, vectors: Halves, mean: Floats, order: Iterator[Rows], chosen: Rows
) -> Any:
    """Return an index with all rows in it, each in a list that was chosen elsewhere.

    FastScan takes no such lists. The plain index does, and FAISS packs its codes, which are the
    same; codes then take twice their room.
    """
    import faiss

    plain: Any = faiss.IndexIVFPQ(
        quantizer, index.d, index.nlist, index.pq.M, BITS, faiss.METRIC_INNER_PRODUCT
    )
    plain.by_residual, plain.pq, plain.is_trained = True, index.pq, True
    pointer = faiss.swig_ptr
    for rows in order:
        part, its_lists = vectors[rows].astype(np.float32) - mean, chosen[rows]
        plain.add_core(len(rows), pointer(part), pointer(rows), pointer(its_lists))
        release_pages(vectors)
    return faiss.IndexIVFPQFastScan(plain)


def _spread(sample: Halves, mean: Floats, quantizer: Any, sizes: NDArray[np.int64]) -> Floats:
    """Return how far the best of each list may reach beyond its centre, float32 [lists].

    The extreme value of a normal spread: the root of the mean squared residual, times
    ``sqrt(2 ln n)`` for a list of n rows.

    Args:
        sample: float16 [m, dim].
        mean: float32 [dim], of the sample.
        quantizer: FAISS's index of the centres of lists, centred.
        sizes: int64 [lists], rows of each list.
    """
    count, squared = np.zeros(len(sizes), np.int64), np.zeros(len(sizes))
    for rows in _steps(len(sample)):
        residual, nearest = quantizer.search(sample[rows].astype(np.float32) - mean, 1)
        count += np.bincount(nearest[:, 0], minlength=len(sizes))
        squared += np.bincount(nearest[:, 0], residual[:, 0], len(sizes))
    reach = np.sqrt(squared / np.maximum(count, 1) * 2 * np.log(np.maximum(sizes, 1)))
    return np.asarray(reach, dtype=np.float32)
