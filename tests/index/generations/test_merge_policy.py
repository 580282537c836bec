"""Merging is size-tiered: it settles at once, leaves few segments, and copies rows rarely."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.generations.merge_policy import first_fit_groups, segments_to_merge

SIZES = st.lists(st.integers(0, 1000), max_size=12)


@dataclass(frozen=True)
class Scene:
    chip_count: int


def merged(sizes: list[int], max_rows: int) -> tuple[list[int], int]:
    """Sizes after a merge where all fits into one segment, and how many rows were copied."""
    chosen = segments_to_merge(sizes, max_rows)
    copied = sum(sizes[at] for at in chosen)
    kept = [size for at, size in enumerate(sizes) if at not in chosen]
    return [*kept, *([copied] if chosen else [])], copied


@given(SIZES, st.integers(1, 5000))
def test_one_segment_alone_is_never_merged_and_full_ones_are_not(
    sizes: list[int], max_rows: int
) -> None:
    chosen = segments_to_merge(sizes, max_rows)
    assert len(chosen) != 1
    assert all(sizes[at] <= max_rows for at in chosen)


@given(SIZES)
def test_what_was_merged_is_left_in_peace(sizes: list[int]) -> None:
    after, _ = merged(sizes, 10**9)
    assert not segments_to_merge(after, 10**9)


@given(SIZES)
def test_what_is_left_grows_more_than_fourfold(sizes: list[int]) -> None:
    after, _ = merged(sizes, 10**9)
    ordered = sorted(size for size in after if size)
    assert all(4 * low < high for low, high in pairwise(ordered))


def test_segments_of_equal_size_become_one() -> None:
    assert segments_to_merge([1000, 1000, 1000], 4000) == {0, 1, 2}


def test_a_little_is_not_worth_copying_much() -> None:
    assert segments_to_merge([1000, 100, 30], 4000) == {1, 2}
    assert segments_to_merge([1000, 220, 30], 4000) == {0, 1, 2}


def test_ten_years_of_adding_copy_a_row_a_few_dozen_times_at_most() -> None:
    """A thousand additions of a thousand rows, compacted after each."""
    rng = np.random.default_rng(0)
    sizes: list[int] = []
    copied = added = 0
    maximum = 0
    for _ in range(1000):
        new = int(rng.integers(500, 1500))
        added += new
        sizes, rewritten = merged([*sizes, new], 10**9)
        copied += rewritten
        maximum = max(maximum, len(sizes))
    assert copied / added < np.log(added / 500) / np.log(1.25)
    assert maximum <= 5


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(100, 400))
def test_no_two_segments_that_are_made_would_fit_into_one(counts: list[int], max_rows: int) -> None:
    groups = first_fit_groups([Scene(count) for count in counts], max_rows)
    sums = [sum(one.chip_count for one in group) for group in groups]
    assert sorted(one.chip_count for group in groups for one in group) == sorted(counts)
    assert all(
        total <= max_rows or len(group) == 1 for total, group in zip(sums, groups, strict=True)
    )
    small = sorted(sums)[:2]
    assert len(small) < 2 or sum(small) > max_rows
