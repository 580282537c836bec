"""Few rows or many, near or apart, read or mapped: what comes is what was written."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import IndexFolderError
from geosearch.index.arrays.packed import Packed
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files import stored_arrays
from geosearch.index.files.stored_arrays import Places, StoredArray, StoredValues

ROWS = 5_000
TABLE = np.random.default_rng(0).normal(size=(ROWS, 3)).astype("<f4")
VALUES = [bytes([n % 251]) * (n % 7) for n in range(ROWS)]

near = st.lists(st.integers(2_000, 2_060), max_size=30)
apart = st.lists(st.integers(0, ROWS - 1), max_size=30)
many = st.integers(0, 9).map(lambda seed: np.random.default_rng(seed).integers(0, ROWS, 3_000))
rows_asked = st.one_of(near, apart, many).map(lambda rows: np.array(rows, dtype=np.int64))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    TABLE.tofile(folder / "table")
    packed = Packed.of(VALUES)
    packed.data.tofile(folder / "data")
    packed.starts.astype("<i8").tofile(folder / "starts")
    return folder


@pytest.fixture(params=["read", "mapped"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As it is here, and as on Windows."""
    if request.param == "mapped":
        monkeypatch.setattr(stored_arrays, "_READS", False)
    return str(request.param)


def test_rows_come_in_the_order_asked(folder: Path, way: str) -> None:
    table = StoredArray(folder / "table", "<f4", (ROWS, 3))

    @settings(deadline=None)
    @given(rows_asked)
    def check(rows: np.ndarray) -> None:
        np.testing.assert_array_equal(table.at(Places.of(rows)), TABLE[rows])

    check()
    np.testing.assert_array_equal(table.whole, TABLE)


def test_ranges_come_one_after_the_other(folder: Path, way: str) -> None:
    table = StoredArray(folder / "table", "<f4", (ROWS, 3))
    ranges = RowRanges(np.array([[3, 4], [10, 500], [4_000, ROWS]]))
    expected = np.concatenate([TABLE[first:last] for first, last in ranges.edges])
    np.testing.assert_array_equal(table.ranges(ranges), expected)
    assert table.ranges(RowRanges.span(0, 0)).shape == (0, 3)


def test_values_come_in_the_order_asked(folder: Path, way: str) -> None:
    values = StoredValues(folder / "data", folder / "starts", ROWS, sum(map(len, VALUES)))

    @settings(deadline=None)
    @given(rows_asked)
    def check(rows: np.ndarray) -> None:
        assert values.at(Places.of(rows)) == [VALUES[row] for row in rows]
        assert values.take(rows).values() == [VALUES[row] for row in rows]

    check()


def test_arrays_of_no_rows_are_opened(tmp_path: Path, way: str) -> None:
    (tmp_path / "table").touch()
    nothing = Places.of(np.zeros(0, np.int64))
    assert StoredArray(tmp_path / "table", "<f4", (0, 3)).at(nothing).shape == (0, 3)


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open file")
def test_what_is_deleted_is_read_on(tmp_path: Path, way: str) -> None:
    TABLE.tofile(tmp_path / "table")
    table = StoredArray(tmp_path / "table", "<f4", (ROWS, 3))
    (tmp_path / "table").unlink()
    rows = np.array([4_999, 0, 7])
    np.testing.assert_array_equal(table.at(Places.of(rows)), TABLE[rows])
    np.testing.assert_array_equal(table.whole, TABLE)


def test_a_file_of_another_size_is_refused(folder: Path, way: str) -> None:
    with pytest.raises(IndexFolderError, match="should have"):
        StoredArray(folder / "table", "<f4", (ROWS + 1, 3))
    with pytest.raises(IndexFolderError, match="damaged"):
        StoredArray(folder / "nothing", "<f4", (ROWS, 3))


def test_a_file_that_became_shorter_is_named(tmp_path: Path) -> None:
    TABLE.tofile(tmp_path / "table")
    table = StoredArray(tmp_path / "table", "<f4", (ROWS, 3))
    os.truncate(tmp_path / "table", 100)
    with pytest.raises(IndexFolderError, match="shorter"):
        table.ranges(RowRanges.span(5, 20))


@pytest.mark.parametrize("starts", [[0, 3, 99], [0, -1, 5], [0, 5, 3], [-2, 3, 5]])
def test_starts_that_lead_outside_are_refused(tmp_path: Path, starts: list[int], way: str) -> None:
    (tmp_path / "data").write_bytes(bytes(5))
    np.array(starts, "<i8").tofile(tmp_path / "starts")
    values = StoredValues(tmp_path / "data", tmp_path / "starts", 2, 5)
    with pytest.raises(ValueError, match="outside"):
        values.at(Places.of(np.array([0, 1])))


def test_reading_a_few_rows_maps_nothing(folder: Path) -> None:
    table = StoredArray(folder / "table", "<f4", (ROWS, 3))
    values = StoredValues(folder / "data", folder / "starts", ROWS, sum(map(len, VALUES)))
    rows = Places.of(np.array([1, 4_000, 20]))
    table.at(rows), values.at(rows), table.ranges(RowRanges.span(0, 300))
    assert "whole" not in vars(table)
    assert "whole" not in vars(values)
