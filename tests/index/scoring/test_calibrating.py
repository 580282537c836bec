"""What is measured of a tier is enough for the queries it was measured with."""

from pathlib import Path

import numpy as np
import pytest

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.ann.training import build_tier
from geosearch.index.scoring.calibrating import (
    K,
    calibrate,
    calibrate_tier,
    drawn_queries,
    measure_costs,
)
from geosearch.index.scoring.calibration import (
    Calibration,
    CodeErrors,
    Need,
    read_calibration,
)
from geosearch.index.scoring.exact import best_rows
from geosearch.index.scoring.kept_queries import keep_queries, kept_queries

ROWS, DIM = 6_000, 32


def directions(count: int, seed: int, spread: float = 0.7) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(60, DIM))
    vectors = centres[rng.integers(0, 60, count)] + spread * rng.normal(size=(count, DIM))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def recall_of(need: Need, tier: ApproximateTier, vectors: np.ndarray, queries: np.ndarray) -> float:
    """Share of the true ten that a search with what is needed finds, without a filter."""
    everything = RowRanges.span(0, ROWS)
    found = []
    for query in queries:
        truth = np.lexsort((np.arange(ROWS), -(vectors.astype(np.float64) @ query)))[:K]
        candidates = tier.candidates(query, everything, need.candidates, need.fraction).rows
        best, _ = best_rows(vectors, query, RowRanges.of_rows(np.sort(candidates)), K)
        found.append(len(np.intersect1d(truth, best)) / K)
    return float(np.mean(found))


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return directions(ROWS, 1).astype(np.float16)


@pytest.fixture(scope="module")
def queries() -> np.ndarray:
    return directions(40, 2).astype(np.float32)


@pytest.fixture(scope="module")
def tier(vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> ApproximateTier:
    folder = tmp_path_factory.mktemp("calibration") / "ann"
    build_tier(folder, vectors)
    return ApproximateTier(folder, ROWS, DIM)


@pytest.fixture(scope="module")
def measured(tier: ApproximateTier, vectors: np.ndarray, queries: np.ndarray) -> Calibration:
    return calibrate(tier, vectors, queries)


def test_the_needs_cover_the_queries_that_were_asked(
    tier: ApproximateTier, vectors: np.ndarray, queries: np.ndarray, measured: Calibration
) -> None:
    need = measured.needs[0]
    assert need.selectivity == 1
    assert recall_of(need, tier, vectors, queries) >= 0.99


def test_codes_of_half_the_length_are_further_off_and_find_as_much(tmp_path: Path) -> None:
    vectors = directions(ROWS, 1, spread=1.5).astype(np.float16)
    queries = directions(40, 2, spread=1.5).astype(np.float32)
    off = {}
    for name, memory_bytes in (("fine", None), ("coarse", 100_000)):
        build_tier(tmp_path / name, vectors, memory_bytes)
        tier = ApproximateTier(tmp_path / name, ROWS, DIM)
        measured = calibrate(tier, vectors, queries)
        assert measured.errors is not None
        off[name] = measured.errors.usual
        assert recall_of(measured.needs[0], tier, vectors, queries) >= 0.99
    assert off["coarse"] > 1.2 * off["fine"]


def test_needs_are_told_by_falling_selectivity_and_can_be_met(measured: Calibration) -> None:
    assert [need.selectivity for need in measured.needs] == [1.0, 0.1, 0.01]
    assert [one.selectivity for one in measured.recalls] == [1.0, 0.1, 0.01]
    for need in measured.needs:
        assert 0 < need.fraction <= 1
        assert need.candidates >= K
    assert all(0.95 <= one.recall <= 1 for one in measured.recalls)
    assert measured.queries == "texts"


def test_every_cost_is_a_time(tier: ApproximateTier, vectors: np.ndarray) -> None:
    costs = measure_costs(
        tier,
        vectors,
        vectors[0].astype(np.float32),
        CodeErrors(usual=0.01, deviations=7.5),
        np.random.default_rng(0),
    )
    for name in ("row", "run", "gathered_row", "code", "candidate", "probe", "mark"):
        assert 0 < getattr(costs, name) < 1e9, name


def test_without_texts_vectors_are_drawn_and_the_result_says_so(
    tier: ApproximateTier, vectors: np.ndarray
) -> None:
    measured = calibrate(tier, vectors, None)
    assert measured.queries == "drawn"
    assert len(measured.recalls) == 3


def test_drawn_queries_are_of_unit_length_and_the_same_each_time(vectors: np.ndarray) -> None:
    first, second = (drawn_queries(vectors, np.random.default_rng(7)) for _ in range(2))
    assert (first == second).all()
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("rows", [16, 39, 300])
def test_the_smallest_segments_are_measured_too(tmp_path: Path, rows: int) -> None:
    few = directions(rows, 3).astype(np.float16)
    build_tier(tmp_path / "ann", few)
    calibrate_tier(tmp_path / "ann", few)
    assert read_calibration(tmp_path / "ann").queries == "drawn"


def test_a_segment_whose_rows_are_all_alike_is_measured(tmp_path: Path) -> None:
    alike = np.full((500, DIM), DIM**-0.5, np.float16)
    build_tier(tmp_path / "ann", alike)
    calibrate_tier(tmp_path / "ann", alike)
    assert read_calibration(tmp_path / "ann").recalls


def test_texts_are_kept_and_asked(tmp_path: Path, vectors: np.ndarray, queries: np.ndarray) -> None:
    build_tier(tmp_path / "ann", vectors[:1000])
    keep_queries(tmp_path / "ann", queries)
    kept = kept_queries(tmp_path / "ann", DIM)
    assert kept is not None
    np.testing.assert_allclose(kept, queries, atol=1e-3)
    calibrate_tier(tmp_path / "ann", vectors[:1000])
    assert read_calibration(tmp_path / "ann").queries == "texts"


@pytest.mark.parametrize(
    "queries", [np.zeros((0, DIM)), np.ones((3, DIM + 1)), np.full((3, DIM), np.nan), np.ones(DIM)]
)
def test_texts_of_another_index_are_not_asked(tmp_path: Path, queries: np.ndarray) -> None:
    np.save(tmp_path / "queries.npy", queries.astype(np.float16))
    assert kept_queries(tmp_path, DIM) is None
