"""The exact scan equals brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.index.scan import best_rows, scores_of

ROWS, DIM = 700, 48
VECTORS = np.random.default_rng(0).normal(size=(ROWS, DIM)).astype(np.float16)
QUERY = np.random.default_rng(1).normal(size=DIM).astype(np.float32)


def brute_force(rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    scores = VECTORS[rows].astype(np.float64) @ QUERY
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


@settings(deadline=None)
@given(st.sets(st.integers(0, ROWS - 1), max_size=200), st.integers(1, 60))
def test_any_set_of_rows_is_ranked_as_brute_force_ranks_it(chosen: set[int], k: int) -> None:
    rows = np.array(sorted(chosen), dtype=np.int64)
    found, scores = best_rows(VECTORS, QUERY, rows, k)
    expected, expected_scores = brute_force(rows, k)
    assert found.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, expected_scores, atol=2e-5)


@pytest.mark.parametrize("start", [0, 13])
@pytest.mark.parametrize("k", [1, 10, 5000])
def test_long_runs_and_all_rows_are_ranked_as_brute_force_ranks_them(start: int, k: int) -> None:
    runs = np.concatenate([np.arange(start, 200), np.arange(300, 700)])
    for rows, expected_of in ((runs, runs), (None, np.arange(ROWS))):
        found, _ = best_rows(VECTORS, QUERY, rows, k)
        assert found.tolist() == brute_force(expected_of, k)[0].tolist()


def test_scores_of_rows_are_their_inner_products() -> None:
    rows = np.array([5, 3, 600])
    expected = VECTORS[rows].astype(np.float64) @ QUERY
    np.testing.assert_allclose(scores_of(VECTORS, QUERY, rows), expected, atol=2e-5)
