"""As many candidates are scored as a query needs; what is found is compared with brute force."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.rescoring import best_by_codes, offset_of
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.ann.training import build_tier
from geosearch.index.scoring.calibration import CodeErrors
from geosearch.index.scoring.plan import Choice

ROWS, DIM = 20_000, 48
EVERYTHING = RowRanges.span(0, ROWS)
ERRORS = CodeErrors(usual=0.01, deviations=6.0)

Floats = NDArray[np.float32]


def directions(count: int, seed: int) -> Floats:
    """Vectors around some centres, as pictures of a few kinds of places give."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(40, DIM))
    vectors = centres[rng.integers(0, 40, count)] + 0.8 * rng.normal(size=(count, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def truth(vectors: NDArray[np.float16], query: Floats, k: int) -> list[int]:
    scores = vectors.astype(np.float64) @ query
    return [int(row) for row in np.lexsort((np.arange(len(scores)), -scores))[:k]]


def opened(folder: Path, vectors: NDArray[np.float16]) -> ApproximateTier:
    build_tier(folder / "ann", vectors)
    return ApproximateTier(folder / "ann", *vectors.shape)


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float16]:
    return directions(ROWS, 1).astype(np.float16)


@pytest.fixture(scope="module")
def tier(vectors: NDArray[np.float16], tmp_path_factory: pytest.TempPathFactory) -> ApproximateTier:
    return opened(tmp_path_factory.mktemp("rescoring"), vectors)


@pytest.mark.parametrize("k", [1, 10, 100])
def test_the_best_are_found_though_few_candidates_are_scored(
    tier: ApproximateTier, vectors: NDArray[np.float16], k: int
) -> None:
    found, scored = 0, []
    for query in directions(20, 2):
        choice = Choice("ivfpq", 0.0, fraction=1.0, candidates=8_000)
        best = best_by_codes(tier, vectors, query, EVERYTHING, k, choice, errors=ERRORS)
        found += len(np.intersect1d(best.rows[:k], truth(vectors, query, k)))
        scored.append(best.scored)
    assert found >= 0.99 * 20 * k
    assert np.median(scored) < 4_000


def test_more_are_taken_where_the_last_candidate_could_be_a_hit(
    tier: ApproximateTier, vectors: NDArray[np.float16]
) -> None:
    """A fixed number would miss hits, and say nothing."""
    few = Choice("ivfpq", 0.0, fraction=1.0, candidates=150)
    scored = set()
    for query in directions(10, 3):
        best = best_by_codes(tier, vectors, query, EVERYTHING, 10, few, errors=ERRORS)
        scored.add(best.scored)
        assert best.rows[:10].tolist() == truth(vectors, query, 10)
    assert max(scored) > 150


def test_no_more_than_pass_the_filter_are_taken(
    tier: ApproximateTier, vectors: NDArray[np.float16]
) -> None:
    some = RowRanges.span(100, 900)
    choice = Choice("ivfpq", 0.0, fraction=1.0, candidates=400)
    anything = CodeErrors(usual=1.0, deviations=1e6)
    (query,) = directions(1, 4)
    best = best_by_codes(tier, vectors, query, some, 10, choice, errors=anything)
    assert best.scored == 800


def test_without_measured_errors_all_candidates_are_scored_and_no_more(
    tier: ApproximateTier, vectors: NDArray[np.float16]
) -> None:
    choice = Choice("ivfpq", 0.0, fraction=1.0, candidates=700)
    (query,) = directions(1, 5)
    best = best_by_codes(tier, vectors, query, EVERYTHING, 10, choice, errors=None)
    assert (best.scored, best.fraction) == (700, 1.0)


def test_thousands_of_the_same_chip_hide_no_better_one(tmp_path: Path) -> None:
    """The first candidates are alike then: what their codes are off says nothing of others'."""
    rng = np.random.default_rng(6)
    same = np.repeat(directions(1, 7), 3_000, axis=0)
    near = same[:1_000] + 0.04 * rng.normal(size=(1_000, DIM)).astype(np.float32)
    both = np.concatenate([same, near / np.linalg.norm(near, axis=1, keepdims=True)])
    vectors = both.astype(np.float16)
    tier = opened(tmp_path, vectors)
    everything = RowRanges.span(0, len(vectors))
    for seed in range(20):
        query = same[0] + 0.03 * directions(1, 100 + seed)[0]
        choice = Choice("ivfpq", 0.0, fraction=1.0, candidates=3_500)
        errors = CodeErrors(usual=0.02, deviations=6.0)
        best = best_by_codes(tier, vectors, query, everything, 10, choice, errors=errors)
        scores = vectors.astype(np.float64) @ query
        minimum = np.sort(scores)[-10]
        assert (scores[best.rows] >= minimum - 1e-6).all()


def test_what_points_where_no_row_does_is_found_all_over_the_lists(tmp_path: Path) -> None:
    """Rows lie in a cone, as embeddings do; what lies apart from it is near to no list."""
    rng = np.random.default_rng(10)
    cone = 3 * np.eye(DIM)[0] + 0.5 * rng.normal(size=(ROWS, DIM))
    vectors = (cone / np.linalg.norm(cone, axis=1, keepdims=True)).astype(np.float16)
    tier = opened(tmp_path, vectors)
    queries = rng.normal(size=(20, DIM)) - 3 * np.eye(DIM)[0]
    found, fractions = 0, []
    for query in (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32):
        choice = Choice("ivfpq", 0.0, fraction=0.05, candidates=1_000)
        best = best_by_codes(tier, vectors, query, EVERYTHING, 10, choice, errors=ERRORS)
        found += len(np.intersect1d(best.rows[:10], truth(vectors, query, 10)))
        fractions.append(best.fraction)
    assert found >= 0.85 * 20 * 10  # in the lists that were planned alone there are 80
    assert max(fractions) >= 0.4


def test_no_more_lists_than_planned_are_read_where_the_last_have_no_hit(
    tier: ApproximateTier, vectors: NDArray[np.float16]
) -> None:
    choice = Choice("ivfpq", 0.0, fraction=0.4, candidates=1_000)
    fractions = [
        best_by_codes(tier, vectors, query, EVERYTHING, 10, choice, errors=ERRORS).fraction
        for query in directions(20, 11)
    ]
    assert np.mean(np.array(fractions) == 0.4) >= 0.9


def test_the_less_promising_lie_deeper_and_the_first_are_known(
    tier: ApproximateTier, vectors: NDArray[np.float16]
) -> None:
    (query,) = directions(1, 8)
    found = tier.candidates(query, EVERYTHING, 5_000, 1.0)
    offset = offset_of(vectors, query, found, 10)
    assert offset is not None
    assert offset.known == 128
    exact = vectors[found.rows[:128]].astype(np.float64) @ query
    assert offset.hit == pytest.approx(np.sort(exact)[-10], abs=1e-6)
    assert offset.mean == pytest.approx((exact - found.scores[:128]).mean(), abs=1e-6)
    assert offset.deviation == pytest.approx((exact - found.scores[:128]).std(), abs=1e-6)
    assert (np.diff(offset.depths(found.scores, offset.deviation)) >= 0).all()


def test_no_candidates_have_no_offset(tier: ApproximateTier, vectors: NDArray[np.float16]) -> None:
    (query,) = directions(1, 9)
    found = tier.candidates(query, RowRanges.span(0, 0), 10, 1.0)
    assert offset_of(vectors, query, found, 10) is None
