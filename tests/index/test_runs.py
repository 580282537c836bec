"""Runs are sets of rows, written shorter."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.runs import joined, rows_of, run_rows, runs_of

row_sets = st.one_of(
    st.sets(st.integers(0, 60)),
    st.sets(st.integers(0, 10**12)),
    st.integers(0, 40).map(lambda first: set(range(first, first + 30))),
)


def runs_from(rows: set[int]) -> np.ndarray:
    return runs_of(np.array(sorted(rows), dtype=np.int64))


@given(row_sets)
def test_runs_hold_the_rows_they_were_made_of(rows: set[int]) -> None:
    runs = runs_from(rows)
    assert rows_of(runs).tolist() == sorted(rows)
    assert run_rows(runs) == len(rows)
    assert runs.shape[1:] == (2,)
    assert rows_of(runs).dtype == runs.dtype == np.int64


@given(row_sets)
def test_runs_are_ascending_and_apart(rows: set[int]) -> None:
    runs = runs_from(rows)
    assert (runs[:, 0] < runs[:, 1]).all()
    assert (runs[:-1, 1] < runs[1:, 0]).all()


@given(row_sets, st.lists(st.integers(0, 60), max_size=6), st.randoms())
def test_pieces_in_any_order_are_joined_to_the_runs_of_their_rows(
    rows: set[int], cuts: list[int], random: object
) -> None:
    pieces = []
    for first, last in runs_from(rows).tolist():
        edges = sorted({first, last, *(cut for cut in cuts if first < cut < last)})
        pieces += [list(pair) for pair in pairwise(edges)]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    shuffled = np.array(pieces, dtype=np.int64).reshape(-1, 2)
    assert joined(shuffled).tolist() == runs_from(rows).tolist()
