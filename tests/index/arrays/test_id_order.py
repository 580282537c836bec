"""The smallest ids are found as if all of them had been sorted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.making import DIM, SPEC, chips, scene

from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter, Segment, open_index
from geosearch.index.arrays.id_order import (
    are_prefixes,
    smallest,
    text_ranks,
    words,
)
from geosearch.index.arrays.packed import Packed

small = st.integers(0, 3)


@given(st.lists(st.tuples(small, small, small), min_size=1, max_size=40), st.integers(1, 45))
def test_the_smallest_by_columns_are_those_of_the_sorted_rows(
    rows: list[tuple[int, int, int]], count: int
) -> None:
    table = np.array(rows)
    columns = [lambda left, at=at: table[left, at] for at in range(3)]
    found = smallest(len(rows), count, columns)
    # all that tie with the last come, too
    last = sorted(rows)[min(count, len(rows)) - 1]
    assert sorted(found.tolist()) == [at for at, row in enumerate(rows) if row <= last]


texts = st.lists(st.text("a0é𝄞\0@", max_size=20), min_size=1, max_size=40)


@given(texts, st.integers(1, 45))
def test_texts_are_ordered_by_their_bytes_as_python_orders_them(
    values: list[str], count: int
) -> None:
    packed = Packed.of([b"before", *(value.encode() for value in values)])
    rows = np.arange(1, len(values) + 1)
    found = smallest(len(values), count, words(packed, rows))
    assert sorted(values[at] for at in found)[:count] == sorted(values)[:count]


@given(st.lists(st.integers(-2000, 2000), min_size=1), st.sampled_from(["{},", "{}x", "{}"]))
def test_numbers_have_the_ranks_of_their_texts(numbers: list[int], text: str) -> None:
    ranks = text_ranks(np.array(numbers, np.int32), text.format)
    written = [text.format(number) for number in numbers]
    assert ranks.tolist() == [sorted(set(written)).index(one) for one in written]


@given(st.lists(st.text("ab@", max_size=4), unique=True))
def test_prefixes_are_found(texts: list[str]) -> None:
    expected = any(a != b and b.startswith(a) for a in texts for b in texts)
    assert are_prefixes(texts) == expected


PLAIN = ("a", "a!", "ab", "b/c.tif", "é")
AMBIGUOUS = ("a", "a@9", "b")


def make_segment(folder: Path, names: tuple[str, ...], own: str | None = None) -> Segment:
    """Return chips with windows of one to five digits, those of one scene with ids of their own."""
    rng = np.random.default_rng(5)
    with IndexWriter(folder, SPEC) as writer:
        for seed, name in enumerate(names):
            batch = chips(seed, 700)
            sizes = 10 ** rng.integers(0, 5, (700, 4))
            windows = (sizes * rng.uniform(0.1, 10, (700, 4))).astype(np.int32) + 1
            batch = replace(batch, windows=windows)
            if name == own:
                ids = [f"{'a' if n % 2 else 'scene'}{n * 37 % 700}" for n in range(700)]
                batch = replace(batch, ids=np.array(ids, object))
            writer.stage(scene(name), batch)
        writer.publish()
    (segment,) = open_index(folder).segments
    assert segment.vectors.shape == (700 * len(names), DIM)
    return segment


@pytest.mark.parametrize("own", [None, "ab"])
@pytest.mark.parametrize("count", [1, 10, 705, 2000])
def test_a_segment_finds_the_smallest_of_thousands_of_ids(
    tmp_path: Path, own: str | None, count: int
) -> None:
    segment = make_segment(tmp_path / "index", PLAIN, own)
    rows = np.random.default_rng(1).permutation(segment.n)[:3000]
    ids = segment.chips.ids(rows)
    places = segment.chips.rows_with_smallest_ids(rows, count)
    assert sorted(ids[at] for at in places)[:count] == sorted(ids)[:count]
    assert count <= len(places) <= 2 * count + 5


def test_where_a_scenes_id_goes_on_as_windows_do_none_is_missed(tmp_path: Path) -> None:
    segment = make_segment(tmp_path / "index", AMBIGUOUS)
    rows = np.arange(segment.n)
    ids = segment.chips.ids(rows)
    for count in (1, 50, 800):
        places = segment.chips.rows_with_smallest_ids(rows, count)
        assert sorted(ids[at] for at in places)[:count] == sorted(ids)[:count]


def test_ids_that_lie_outside_of_their_file_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    make_segment(tmp_path / "index", PLAIN, "ab")
    (starts,) = (tmp_path / "index").glob("segments/*/rows/id_starts")
    np.full(700 * len(PLAIN) + 1, 2**40, "<i8").tofile(starts)
    (segment,) = open_index(tmp_path / "index").segments
    with pytest.raises(IndexFolderError, match="ids is damaged"):
        segment.chips.rows_with_smallest_ids(np.arange(segment.n), 10)
