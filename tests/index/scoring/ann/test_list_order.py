"""In which order rows get into lists: every row once, and blocks that time filters pass over."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.folder.layout import CODES
from geosearch.index.scoring.ann.list_order import in_list_order, time_spans
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.ann.training import build_tier

BLOCK = 32


@given(
    times=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=300),
    repeats=st.integers(1, 40),
    maximum=st.integers(1, 1000),
)
def test_every_row_comes_once_and_later_spans_hold_later_times(
    times: list[int], repeats: int, maximum: int
) -> None:
    """Whatever the times, the unknown one, which is the least of all, included."""
    time_ms = np.repeat(np.array(times, np.int64), repeats)
    parts = list(in_list_order(time_ms, 1, maximum))
    rows = np.concatenate([np.zeros(0, np.int64), *parts])
    assert sorted(rows.tolist()) == list(range(len(time_ms)))
    assert all(len(part) <= maximum for part in parts)
    span = np.searchsorted(time_spans(time_ms, 1), time_ms[rows], "right")
    assert (np.diff(span) >= 0).all()
    assert (np.diff(rows)[np.diff(span) == 0] > 0).all()


def test_rows_of_one_time_stay_in_the_order_of_places() -> None:
    """Nothing is gained by dividing them, and boxes would pass over fewer blocks."""
    rows = np.concatenate(list(in_list_order(np.full(40_000, 7), 1, 8192)))
    assert (rows == np.arange(40_000)).all()


@pytest.mark.parametrize(("rows", "spans"), [(32 * 7, 1), (32 * 8, 2), (32 * 64, 4), (32 * 125, 5)])
def test_there_are_as_many_spans_as_the_cube_root_of_blocks(rows: int, spans: int) -> None:
    """Two lists, which share the rows."""
    assert len(time_spans(np.arange(2 * rows), 2)) == spans - 1


def test_a_tenth_of_the_time_or_of_the_places_is_in_few_blocks() -> None:
    """Of a list of 1,000 blocks: ordered by place alone, all of them would hold some such time."""
    rng = np.random.default_rng(4)
    times = rng.permutation(1000 * BLOCK)
    blocks = np.concatenate(list(in_list_order(times, 1, 8192))).reshape(-1, BLOCK)
    in_time = (times[blocks] < 100 * BLOCK).any(axis=1).mean()
    in_place = (blocks < 100 * BLOCK).any(axis=1).mean()
    assert in_time <= 0.11
    assert in_place <= 0.12


def test_the_order_changes_no_answer(tmp_path: Path) -> None:
    """Lists hold the same rows, wherever in the list they stand."""
    count, little = 40_000, 1  # little memory: lists are few, and long
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(count, 16)).astype(np.float16)
    times = rng.permutation(count)
    build_tier(tmp_path / "by_place", vectors, little)
    build_tier(tmp_path / "by_time", vectors, little, time_ms=times)
    files = [(tmp_path / one / CODES).read_bytes() for one in ("by_place", "by_time")]
    assert files[0] != files[1]
    plain, timed = (ApproximateTier(tmp_path / one, count, 16) for one in ("by_place", "by_time"))
    early = RowRanges.of_rows(np.flatnonzero(times < count // 10))
    for query in rng.normal(size=(5, 16)).astype(np.float32):
        found = [set(tier.candidates(query, early, count, 0.2).rows) for tier in (plain, timed)]
        assert found[0] == found[1]
