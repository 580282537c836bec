"""What hits tell comes from one place, and is what the columns have."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.making import SPEC, chips, scene

from geosearch.errors import IndexFolderError
from geosearch.index import ChipBatch, IndexWriter, Segment, open_index
from geosearch.index.arrays.packed import Packed
from geosearch.index.files import stored_arrays
from geosearch.index.folder.layout import CHIPS
from geosearch.index.segment.chip_entries import (
    CHIP_ENTRY,
    ChipEntry,
    entry_bytes,
    parts_of_entries,
)

IDS = np.array([f"chip {n} \N{SNOWMAN}" if n % 3 else "" for n in range(10)], dtype=object)
TIMES = np.arange(10) * 1_000_000_007
CUT = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])


def batch(seed: int, own: bool) -> ChipBatch:
    """Ten chips, each cut in its own way; of the second ten one is in two pieces."""
    made = replace(
        chips(seed, lon=10.0 * seed),
        size_m=np.random.default_rng(seed).uniform(1, 9, (10, 2)).astype(np.float32),
        gsd_m=np.linspace(0, 2, 10, dtype=np.float32),
    )
    if seed == 2:
        made.footprints[4] = CUT
    return replace(made, ids=IDS, time_ms=TIMES) if own else made


def publish(index: Path, *, own: bool = False) -> Segment:
    with IndexWriter(index, SPEC) as writer:
        writer.stage(scene("a.tif", datetime=None), batch(1, own))
        writer.stage(scene("b.tif"), batch(2, False))
        writer.publish()
    return open_index(index).segments[0]


def entries_of(segment: Segment) -> Path:
    return segment.folder / "rows" / CHIPS


_COLUMNS = {"time_ms": 1, "scene_no": 1, "windows": 4, "size_m": 2, "gsd_m": 1}


def entries_for(footprints: list[bytes], ids: list[bytes] | None) -> list[bytes]:
    """Return the entries of chips of which nothing but footprint and id is known."""
    count = len(footprints)
    columns = {
        name: np.zeros((count, n))[:, slice(n) if n > 1 else 0] for name, n in _COLUMNS.items()
    }
    own = None if ids is None else Packed.of(ids)
    parts = parts_of_entries(columns, Packed.of(footprints), own)
    return [row.tobytes() for _, part in parts for row in part]


@given(
    st.lists(st.tuples(st.binary(max_size=150), st.binary(max_size=20)), min_size=1, max_size=40),
    st.booleans(),
)
def test_short_values_are_in_the_entry_and_long_ones_are_not(
    values: list[tuple[bytes, bytes]], own: bool
) -> None:
    values = [(outline, chip_id if own else b"") for outline, chip_id in values]
    entries = entries_for([one for one, _ in values], [one for _, one in values] if own else None)
    (width,) = {len(entry) for entry in entries}
    at = [0, 0]
    for pair, entry in zip(values, entries, strict=True):
        head, needed = ChipEntry.read(entry), sum(map(len, pair))
        fits = CHIP_ENTRY.itemsize + needed <= width
        assert head.inline_values(entry) == (pair if fits else None)
        spans = [head.footprint_span, head.id_span if own else (at[1], at[1])]
        assert spans == [(first, first + len(one)) for first, one in zip(at, pair, strict=True)]
        at = [first + len(one) for first, one in zip(at, pair, strict=True)]


@pytest.mark.parametrize(
    ("lengths", "room"),
    [
        ([93] * 19 + [500], 93),
        ([93] * 18 + [500] * 2, 0),
        ([128] * 20, 128),
        ([129] * 20, 0),
        ([], 0),
    ],
)
def test_there_is_room_for_most_or_for_none(lengths: list[int], room: int) -> None:
    packed = Packed.of([bytes(length) for length in lengths])
    assert entry_bytes(packed, None) == CHIP_ENTRY.itemsize + room


def test_four_corners_are_read_with_the_entry(tmp_path: Path) -> None:
    segment = publish(tmp_path / "index")
    quad = len(shapely.to_wkb(shapely.box(0, 0, 1, 1)))
    assert entries_of(segment).stat().st_size == 20 * (CHIP_ENTRY.itemsize + quad)


@given(st.binary(min_size=CHIP_ENTRY.itemsize, max_size=CHIP_ENTRY.itemsize))
def test_an_entry_is_read_as_numpy_reads_it(data: bytes) -> None:
    entry, expected = ChipEntry.read(data), np.frombuffer(data, CHIP_ENTRY)[0]
    assert entry.window == tuple(expected["windows"].tolist())
    np.testing.assert_array_equal(entry.size_m, expected["size_m"])
    np.testing.assert_array_equal(entry.gsd_m, expected["gsd_m"])
    assert (entry.time_ms, entry.scene_no) == (expected["time_ms"], expected["scene_no"])
    for kind, span in (("footprint", entry.footprint_span), ("id", entry.id_span)):
        first = int(expected[f"{kind}_start"])
        assert span == (first, first + int(expected[f"{kind}_bytes"]))


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("reads", [False, True])
def test_what_is_told_is_what_the_columns_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool, reads: bool
) -> None:
    if not reads:  # as on Windows
        monkeypatch.setattr(stored_arrays, "_READS", False)
    segment = publish(tmp_path / "index", own=own)

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 19), max_size=25))
    def check(rows: list[int]) -> None:
        asked = np.array(rows, dtype=np.int64)
        told = segment.chips.records_with_footprints(asked)
        assert [chip for chip, _ in told] == segment.chips.records(asked)
        expected = [shape.wkb for shape in segment.rows.footprints(asked)]
        assert [shape.wkb for _, shape in told] == expected

    check()


def test_more_than_a_few_are_told_as_well(tmp_path: Path) -> None:
    segment = publish(tmp_path / "index", own=True)
    many = np.tile(np.arange(20), 60)
    told = segment.chips.records_with_footprints(many)
    assert [chip.id for chip, _ in told] == segment.chips.ids(many)


@pytest.mark.parametrize(
    ("field", "value"),
    [("footprint_start", 10**9), ("footprint_bytes", 3), ("id_start", -1), ("id_bytes", 10**9)],
)
def test_an_entry_that_leads_elsewhere_is_named(tmp_path: Path, field: str, value: int) -> None:
    path = entries_of(publish(tmp_path / "index", own=True))
    entries = np.fromfile(path, np.uint8).reshape(20, -1)
    heads = np.ascontiguousarray(entries[:, : CHIP_ENTRY.itemsize]).view(CHIP_ENTRY)
    heads[field][:] = value
    entries[:, : CHIP_ENTRY.itemsize] = heads.view(np.uint8)
    entries.tofile(path)
    (segment,) = open_index(tmp_path / "index").segments
    with pytest.raises(IndexFolderError, match=r"chips is damaged"):
        segment.chips.records_with_footprints(np.arange(20))


def test_entries_of_another_number_of_rows_are_refused(tmp_path: Path) -> None:
    path = entries_of(publish(tmp_path / "index"))
    path.write_bytes(path.read_bytes()[: -CHIP_ENTRY.itemsize])
    with pytest.raises(IndexFolderError, match="should have"):
        open_index(tmp_path / "index")
