"""The exact scan equals brute force."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.exact import best_rows, tied_rows

ROWS, DIM = 700, 48
VECTORS = np.random.default_rng(0).normal(size=(ROWS, DIM)).astype(np.float16)
QUERY = np.random.default_rng(1).normal(size=DIM).astype(np.float32)


def every(rows: int) -> RowRanges:
    return RowRanges.span(0, rows)


def brute_force(rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    scores = VECTORS[rows].astype(np.float64) @ QUERY
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


@settings(deadline=None)
@given(st.sets(st.integers(0, ROWS - 1), max_size=200), st.integers(1, 60))
def test_any_set_of_rows_is_ranked_as_brute_force_ranks_it(chosen: set[int], k: int) -> None:
    rows = np.array(sorted(chosen), dtype=np.int64)
    found, scores = best_rows(VECTORS, QUERY, RowRanges.of_rows(rows), k)
    expected, expected_scores = brute_force(rows, k)
    assert found.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, expected_scores, atol=2e-5)


@pytest.mark.parametrize("start", [0, 13])
@pytest.mark.parametrize("k", [1, 10, 5000])
def test_long_runs_and_all_rows_are_ranked_as_brute_force_ranks_them(start: int, k: int) -> None:
    apart = np.concatenate([np.arange(start, 200), np.arange(300, 700)])
    for rows in (apart, np.arange(ROWS)):
        found, _ = best_rows(VECTORS, QUERY, RowRanges.of_rows(rows), k)
        assert found.tolist() == brute_force(rows, k)[0].tolist()


def test_several_threads_find_what_one_finds() -> None:
    rng = np.random.default_rng(4)
    vectors = (rng.integers(0, 4, size=(120_000, 8)) / 4).astype(np.float16)
    query = rng.normal(size=8).astype(np.float32)
    ranges = RowRanges(np.array([[5, 40_000], [40_100, 40_130], [50_000, 119_999]]))
    one = best_rows(vectors, query, ranges, 300)
    for threads in (2, 3, 8):
        several = best_rows(vectors, query, ranges, 300, threads=threads)
        assert several[1].tolist() == one[1].tolist()
        assert several[0].tolist() == one[0].tolist()


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=300),
    st.integers(1, 40),
    st.booleans(),
)
def test_equal_scores_go_by_row(levels: list[int], k: int, gathered: bool) -> None:
    vectors = np.zeros((len(levels), 8), np.float16)
    vectors[:, 0] = np.array(levels) / 4
    query = np.eye(8, dtype=np.float32)[0]
    rows = np.arange(0, len(levels), 2) if gathered else np.arange(len(levels))
    expected = rows[np.lexsort((rows, -vectors[rows, 0]))][:k]
    found, _ = best_rows(vectors, query, RowRanges.of_rows(rows), k)
    assert found.tolist() == expected.tolist()


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=300), st.integers(1, 40), st.booleans())
def test_all_that_tie_with_the_last_are_there(levels: list[int], k: int, apart: bool) -> None:
    vectors = np.zeros((len(levels), 8), np.float16)
    vectors[:, 0] = np.array(levels) / 4
    query = np.eye(8, dtype=np.float32)[0]
    rows = np.arange(0, len(levels), 2) if apart else np.arange(len(levels))
    scores = vectors[rows, 0].astype(np.float32)
    minimum = np.sort(scores)[-min(k, len(rows))]
    found, found_scores = tied_rows(vectors, query, RowRanges.of_rows(rows), k)
    expected = rows[np.lexsort((rows, -scores))][: int((scores >= minimum).sum())]
    assert found.tolist() == expected.tolist()
    assert found_scores.tolist() == vectors[found, 0].astype(np.float32).tolist()


@pytest.mark.parametrize("k", [1, 10, 500])
def test_without_lists_in_mapped_files_the_answer_is_the_same(
    monkeypatch: pytest.MonkeyPatch, k: int
) -> None:
    import faiss

    vectors = (np.random.default_rng(4).integers(0, 4, size=(70_000, 8)) / 4).astype(np.float16)
    query = QUERY[:8]
    ranges = RowRanges(np.array([[5, 6], [9, 300], [1000, 69_000], [69_999, 70_000]]))
    in_place = tied_rows(vectors, query, ranges, k)
    monkeypatch.delattr(faiss, "OnDiskInvertedLists")  # as on Windows
    copied = tied_rows(vectors, query, ranges, k)
    assert copied[0].tolist() == in_place[0].tolist()
    assert copied[1].tolist() == in_place[1].tolist()


def test_threads_that_scan_at_once_do_not_meet() -> None:
    queries = np.random.default_rng(5).normal(size=(40, DIM)).astype(np.float32)
    ranges = RowRanges.of_rows(np.flatnonzero(np.arange(ROWS) % 7))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: best_rows(VECTORS, query, ranges, 20), queries))
    for query, (rows, scores) in zip(queries, together, strict=True):
        alone = best_rows(VECTORS, query, ranges, 20)
        assert rows.tolist() == alone[0].tolist()
        assert scores.tolist() == alone[1].tolist()


def test_a_scanner_works_on_after_an_error() -> None:
    vectors = VECTORS.copy()
    vectors[3] = np.nan
    for _ in range(3):
        with pytest.raises(IndexFolderError, match="not a number"):
            best_rows(vectors, QUERY, every(ROWS), ROWS)
        assert len(best_rows(VECTORS, QUERY, every(ROWS), 5)[0]) == 5


def test_unit_vectors_are_scored_to_a_millionth() -> None:
    rng = np.random.default_rng(2)
    vectors, query = rng.normal(size=(2000, 512)), rng.normal(size=512)
    stored = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    unit = (query / np.linalg.norm(query)).astype(np.float32)
    rows, scores = best_rows(stored, unit, every(2000), 2000)
    truth = stored.astype(np.float64) @ unit.astype(np.float64)
    np.testing.assert_allclose(scores, truth[rows], atol=1e-6)


def test_more_rows_than_are_numbered_at_once_keep_their_numbers() -> None:
    vectors = np.zeros((140_000, 8), np.float16)
    vectors[[5, 65_535, 65_536, 139_999], 0] = [0.1, 0.2, 0.3, 0.4]
    query = np.eye(8, dtype=np.float32)[0]
    for rows in (np.arange(140_000), np.arange(1, 140_000), np.arange(1, 140_000, 2)):
        wanted = [row for row in (139_999, 65_536, 65_535, 5) if row in rows]
        found, _ = best_rows(vectors, query, RowRanges.of_rows(rows), len(wanted))
        assert found.tolist() == wanted


def test_a_score_that_is_no_number_is_an_error() -> None:
    vectors = VECTORS.copy()
    vectors[3] = np.nan
    with pytest.raises(IndexFolderError, match="not a number"):
        best_rows(vectors, QUERY, every(ROWS), ROWS)
