"""The scan on a torch device answers as the CPU's scan does, bit for bit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import EncoderError
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.cuda_scan import DeviceAnswer, DeviceScan, score_error
from geosearch.index.scoring.cuda_vectors import needed_bytes
from geosearch.index.scoring.exact import best_rows

DEVICES = (
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    ),
)
NAME = "a segment"


def unit(rng: np.random.Generator, rows: int, dim: int) -> np.ndarray:
    vectors = rng.normal(size=(rows, dim))
    return np.asarray((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16))


def scanner(vectors: np.ndarray, device: str = "cpu", work_bytes: int = 1 << 20) -> DeviceScan:
    scan = DeviceScan(device, min_ms=0, work_bytes=work_bytes)
    assert scan.should_use(NAME, vectors, 1.0)
    return scan


def require_same(
    answer: DeviceAnswer | None, vectors: np.ndarray, query: np.ndarray, ranges: RowRanges, k: int
) -> None:
    """The answer is the CPU's, with all that tie with the last; and no other is better."""
    assert answer is not None
    every, scores = best_rows(vectors, query, ranges, ranges.count)
    kept = scores >= scores[min(k, len(scores)) - 1]
    assert answer.rows.tolist() == every[kept].tolist()
    assert answer.scores.tolist() == scores[kept].tolist()
    passing = ranges.rows()
    truth = vectors[passing].astype(np.float64) @ query.astype(np.float64)
    best = np.sort(truth)[::-1][: len(answer.rows)]
    np.testing.assert_allclose(answer.scores, best, atol=2e-5)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, RowRanges, int]:
    """Vectors of few different values, so that many tie, queries, ranges and how many."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows, dim = draw(st.integers(1, 400)), draw(st.sampled_from([1, 3, 8, 33]))
    levels = draw(st.sampled_from([1, 2, 5, 2000]))
    vectors = rng.integers(-levels, levels + 1, size=(rows, dim)) / (levels * dim**0.5)
    queries = rng.normal(size=(draw(st.integers(1, 4)), dim))
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    fraction = draw(st.sampled_from([0.02, 0.3, 0.9, 1.0]))
    passing = np.flatnonzero(rng.random(rows) < fraction)
    ranges = RowRanges.of_rows(passing if len(passing) else np.arange(1))
    k = draw(st.integers(1, rows + 3))
    return vectors.astype(np.float16), queries.astype(np.float32), ranges, k


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=150, deadline=None)
@given(case=cases(), small=st.booleans())
def test_any_rows_are_ranked_as_the_cpu_ranks_them(
    device: str, case: tuple[np.ndarray, np.ndarray, RowRanges, int], small: bool
) -> None:
    vectors, queries, ranges, k = case
    scan = scanner(vectors, device, work_bytes=2_000 if small else 1 << 20)
    for query, answer in zip(
        queries, scan.best_rows(NAME, vectors, queries, ranges, k), strict=True
    ):
        require_same(answer, vectors, query, ranges, k)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("fraction", [1.0, 0.4, 0.01])
def test_a_large_segment_is_scanned_in_parts(device: str, fraction: float) -> None:
    rng = np.random.default_rng(3)
    vectors = unit(rng, 30_000, 64)
    queries = unit(rng, 5, 64).astype(np.float32)
    ranges = RowRanges.of_rows(np.flatnonzero(rng.random(30_000) < fraction))
    answers = scanner(vectors, device).best_rows(NAME, vectors, queries, ranges, 10)
    for query, answer in zip(queries, answers, strict=True):
        require_same(answer, vectors, query, ranges, 10)
        assert answer is not None
        assert answer.scored < 100


@pytest.mark.parametrize("device", DEVICES)
def test_real_text_vectors_find_the_same_images(device: str, shared_data: Path) -> None:
    with np.load(shared_data / "whurs19_vectors.npz") as stored:
        vectors = stored["RemoteCLIP_ViT-B-32/images"].astype(np.float16)
        texts = stored["RemoteCLIP_ViT-B-32/class_texts"].astype(np.float32)
    ranges = RowRanges.span(3, len(vectors))
    answers = scanner(vectors, device).best_rows(NAME, vectors, texts, ranges, 10)
    for text, answer in zip(texts, answers, strict=True):
        require_same(answer, vectors, text, ranges, 10)


def test_more_ties_than_were_taken_are_all_found() -> None:
    rng = np.random.default_rng(0)
    vectors = unit(rng, 3_000, 16)
    vectors[rng.choice(3_000, 900, replace=False)] = vectors[7]
    query = vectors[7].astype(np.float32)
    ranges = RowRanges.span(0, 3_000)
    (answer,) = scanner(vectors).best_rows(NAME, vectors, query[None], ranges, 2)
    require_same(answer, vectors, query, ranges, 2)
    assert answer is not None
    assert len(answer.rows) >= 900


def test_ties_without_end_are_left_to_the_cpu() -> None:
    vectors = np.full((140_000, 4), 0.5, np.float16)
    other = unit(np.random.default_rng(1), 1, 4).astype(np.float32)[0]
    queries = np.stack([np.full(4, 0.5, np.float32), other])
    scan = scanner(vectors)
    assert scan.best_rows(NAME, vectors, queries, RowRanges.span(0, 140_000), 1) == [None, None]
    (few, _) = scan.best_rows(NAME, vectors, queries, RowRanges.span(0, 500), 1)
    assert few is not None
    assert few.rows.tolist() == list(range(500))


def test_a_device_that_computes_wrongly_is_not_believed() -> None:
    rng = np.random.default_rng(5)
    vectors = unit(rng, 1_000, 32)
    scan = scanner((vectors * 0.99).astype(np.float16))
    query = unit(rng, 1, 32).astype(np.float32)
    assert scan.best_rows(NAME, vectors, query, RowRanges.span(0, 1_000), 10) == [None]


def test_a_query_beyond_16_bits_is_left_to_the_cpu() -> None:
    vectors = unit(np.random.default_rng(6), 100, 8)
    query = np.full((1, 8), 1e6, np.float32)
    assert scanner(vectors).best_rows(NAME, vectors, query, RowRanges.span(0, 100), 3) == [None]


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    dim=st.integers(1, 700),
    size=st.sampled_from([1e-6, 0.01, 1.0, 30.0]),
)
def test_scores_are_within_the_error_that_was_proven(seed: int, dim: int, size: float) -> None:
    """The truth is float64's; a device's score is float32 of what 16 bits hold of the query."""
    rng = np.random.default_rng(seed)
    vectors = (size * unit(rng, 20, dim).astype(np.float64)).astype(np.float16)
    query = rng.normal(size=dim).astype(np.float32)
    max_norm = float(np.linalg.norm(vectors.astype(np.float64), axis=1).max())
    device = vectors.astype(np.float32) @ query.astype(np.float16).astype(np.float32)
    truth = vectors.astype(np.float64) @ query.astype(np.float64)
    assert np.abs(device - truth).max() <= score_error(query, max_norm) <= 0.01 * max_norm * dim


def test_what_does_not_fit_is_left_to_the_cpu() -> None:
    vectors = unit(np.random.default_rng(2), 200, 8)
    scan = DeviceScan("cpu", min_ms=0, limit_bytes=2 * needed_bytes(vectors))
    assert [scan.should_use(name, vectors, 1.0) for name in "abcab"] == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_vectors_that_are_not_finite_are_left_to_the_cpu() -> None:
    vectors = unit(np.random.default_rng(2), 200, 8)
    for value in (np.nan, np.inf):
        vectors[70, 3] = value
        assert not DeviceScan("cpu", min_ms=0).should_use(NAME, vectors, 1.0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_there_is_an_error_with_a_way_out() -> None:
    vectors = unit(np.random.default_rng(2), 200, 8)
    with pytest.raises(EncoderError, match="'cuda' failed") as caught:
        DeviceScan("cuda", min_ms=0).should_use(NAME, vectors, 1.0)
    assert "`device` cpu" in caught.value.hint


def test_short_work_is_left_to_the_cpu() -> None:
    vectors = unit(np.random.default_rng(2), 200, 8)
    scan = DeviceScan("cpu", min_ms=2.0)
    assert [scan.should_use(NAME, vectors, spent) for spent in (1.9, 2.1, 1.9)] == [
        False,
        True,
        False,
    ]


def test_vectors_are_uploaded_once_they_were_worth_it() -> None:
    vectors = np.zeros((100_000, 20), np.float16)  # 4 MB: two milliseconds' way
    scan = DeviceScan("cpu", min_ms=0, at_once=False)
    assert [scan.should_use(NAME, vectors, 0.8) for _ in range(4)] == [False, False, True, True]


def test_several_threads_may_ask() -> None:
    rng = np.random.default_rng(8)
    vectors, queries = unit(rng, 5_000, 32), unit(rng, 24, 32).astype(np.float32)
    ranges = RowRanges.of_rows(np.flatnonzero(rng.random(5_000) < 0.5))
    scan = DeviceScan("cpu", min_ms=0)

    def ask(query: np.ndarray) -> DeviceAnswer | None:
        assert scan.should_use(NAME, vectors, 1.0)
        return scan.best_rows(NAME, vectors, query[None], ranges, 5)[0]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, queries))
    for query, answer in zip(queries, answers, strict=True):
        require_same(answer, vectors, query, ranges, 5)
