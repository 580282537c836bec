"""Lists that a torch device makes are as good as FAISS's, and hold the same codes."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
import torch
from support.indexes.clusters import clustered, recall

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.codes import sub_quantizers
from geosearch.index.scoring.ann.cuda_lists import chosen_lists, computing_device, list_centres
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.ann.training import build_tier

DEVICES = (
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    ),
)


def distances(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances float64 [n, lists]."""
    rows, centres = rows.astype(np.float64), centres.astype(np.float64)
    return np.asarray(((rows[:, None] - centres[None]) ** 2).sum(-1))


@pytest.mark.parametrize("device", DEVICES)
def test_centres_are_as_near_as_those_of_faiss(device: str) -> None:
    rows = clustered(3000, 24)
    made = list_centres(rows, 48, device, iterations=10, seed=1)
    kmeans = faiss.Kmeans(24, 48, niter=10, seed=1, min_points_per_centroid=1)
    kmeans.train(rows.astype(np.float32))
    assert made is not None
    assert kmeans.centroids is not None
    own, theirs = (distances(rows, one).min(1).mean() for one in (made, kmeans.centroids))
    assert own <= 1.05 * theirs


@pytest.mark.parametrize("device", DEVICES)
def test_no_list_stays_empty_that_could_have_rows(device: str) -> None:
    """All rows but a few lie in one place, from which most centres begin."""
    rows = clustered(2000, 8)
    rows[:1900] = rows[0] + 0.01 * rows[:1900]
    made = list_centres(rows, 40, device, iterations=20, seed=1)
    assert made is not None
    assert len(np.unique(distances(rows, made).argmin(1))) >= 38


@pytest.mark.parametrize("device", DEVICES)
def test_equal_rows_have_centres_where_they_are(device: str) -> None:
    rows = np.repeat(clustered(1, 8), 100, axis=0)
    made = list_centres(rows, 16, device, iterations=10, seed=1)
    assert made is not None
    np.testing.assert_allclose(made, rows[:16].astype(np.float32), rtol=0.02)


@pytest.mark.parametrize("device", DEVICES)
def test_a_row_belongs_to_the_nearest_list(device: str) -> None:
    rows, centres = clustered(2000, 16), clustered(30, 16, seed=4).astype(np.float32)
    mean = rows.mean(axis=0, dtype=np.float32)
    chosen = chosen_lists(rows, centres, mean, device)
    assert chosen is not None
    truth = distances(rows.astype(np.float32) - mean, centres)
    its_own = truth[np.arange(2000), chosen]
    np.testing.assert_allclose(its_own, truth.min(1), atol=1e-5)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dim", [32, 7])
def test_codes_are_those_that_faiss_adds_itself(tmp_path: Path, device: str, dim: int) -> None:
    vectors = clustered(3000, dim)
    build_tier(tmp_path / "ann", vectors, device=device)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    with np.load(tmp_path / "ann" / "lists.npz") as stored:
        mean, centroids, codebook = stored["mean"], stored["centroids"], stored["codebook"]
    quantizer = faiss.IndexFlatL2(dim)
    quantizer.add(centroids)
    own: Any = faiss.IndexIVFPQFastScan(
        quantizer, dim, len(centroids), sub_quantizers(dim), 4, faiss.METRIC_INNER_PRODUCT
    )
    own.by_residual, own.is_trained, own.nprobe = True, True, len(centroids)
    faiss.copy_array_to_vector(codebook, own.pq.centroids)
    own.add(vectors.astype(np.float32) - mean)
    for query in clustered(5, dim, seed=3).astype(np.float32):
        lists = np.arange(len(centroids))[None].astype(np.int64)
        scores = (centroids @ query)[None].astype(np.float32)
        _, expected = own.search_preassigned(query[None], 50, lists, scores)
        found = tier.candidates(query, RowRanges.span(0, 3000), 50, 1.0).rows
        assert len(np.intersect1d(found, expected[0])) >= 49  # equal codes may change places


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("fraction", [1, 0.3, 0.1])
def test_nearly_all_of_the_true_ten_are_among_the_candidates(
    tmp_path: Path, device: str, fraction: float
) -> None:
    vectors = clustered(5000, 64)
    build_tier(tmp_path / "ann", vectors, device=device)
    tier = ApproximateTier(tmp_path / "ann", *vectors.shape)
    queries = clustered(30, 64, seed=9).astype(np.float32)
    assert recall(tier, vectors, queries, fraction) >= 0.96


@pytest.mark.parametrize("device", DEVICES)
def test_two_builds_on_a_device_are_the_same_bytes(tmp_path: Path, device: str) -> None:
    vectors = clustered(500, 16)
    for name in ("one", "two"):
        build_tier(tmp_path / name, vectors, device=device)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_without_cuda_faiss_makes_the_lists() -> None:
    assert computing_device() is None
