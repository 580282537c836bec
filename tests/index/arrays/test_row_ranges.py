"""Row ranges are sets of rows, written shorter."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.arrays.row_ranges import RowRanges

row_sets = st.one_of(
    st.sets(st.integers(0, 60)),
    st.sets(st.integers(0, 10**12)),
    st.integers(0, 40).map(lambda first: set(range(first, first + 30))),
)


def ranges_from(rows: set[int]) -> RowRanges:
    return RowRanges.of_rows(np.array(sorted(rows), dtype=np.int64))


@given(row_sets)
def test_ranges_hold_the_rows_they_were_made_of(rows: set[int]) -> None:
    ranges = ranges_from(rows)
    assert ranges.rows().tolist() == sorted(rows)
    assert ranges.count == len(rows)
    assert ranges.edges.shape == (len(ranges), 2)
    assert ranges.rows().dtype == ranges.edges.dtype == np.int64


@given(row_sets)
def test_ranges_are_ascending_and_apart(rows: set[int]) -> None:
    ranges = ranges_from(rows)
    assert (ranges.starts < ranges.stops).all()
    assert (ranges.stops[:-1] < ranges.starts[1:]).all()


@given(row_sets, st.lists(st.integers(0, 60), max_size=6), st.randoms())
def test_pieces_in_any_order_are_joined_to_the_ranges_of_their_rows(
    rows: set[int], cuts: list[int], random: object
) -> None:
    pieces = []
    for first, last in ranges_from(rows).edges.tolist():
        edges = sorted({first, last, *(cut for cut in cuts if first < cut < last)})
        pieces += [list(pair) for pair in pairwise(edges)]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    parts = [RowRanges.span(0, 0), *(RowRanges.span(first, last) for first, last in pieces)]
    assert RowRanges.joined(*parts).edges.tolist() == ranges_from(rows).edges.tolist()


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_span_is_one_range_or_none(start: int, stop: int) -> None:
    assert RowRanges.span(start, stop).rows().tolist() == list(range(start, stop))
