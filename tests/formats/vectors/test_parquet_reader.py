"""Files that cannot be used are refused by name."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.vector_files import (
    columns_of,
    write,
)

import geosearch
from geosearch.errors import UsageError


@pytest.mark.parametrize("place", range(20))
def test_a_file_with_a_damaged_page_is_refused_or_read(tmp_path: Path, place: int) -> None:
    path = write(tmp_path / "f.parquet", columns_of(2000))
    data = bytearray(path.read_bytes())
    at = place * len(data) // 20
    data[at : at + 300] = b"\xaa" * 300
    path.write_bytes(data)
    with suppress(UsageError):
        assert geosearch.import_vectors([path], tmp_path / "index").chips <= 2000


def crs(code: str) -> dict[str, Any]:
    authority, number = code.split(":")
    return {
        "columns": {
            "geometry": {"encoding": "WKB", "crs": {"id": {"authority": authority, "code": number}}}
        }
    }


@pytest.mark.parametrize(
    ("change", "metadata", "message"),
    [
        ({"id": None}, {}, "no column 'id'"),
        ({"vector": pa.array([1.0] * 5)}, {}, "vectors of type"),
        ({"geometry": pa.array(["POINT (0 0)"] * 5)}, {}, "geometries of type"),
        ({}, {"geo": crs("EPSG:999999")}, "999999"),
        ({}, {"geo": crs("IAU_2015:49900")}, "not of the Earth"),
        ({"id": pa.array(["a", "b", "a", "c", "d"])}, {}, "duplicate id 'a'"),
        ({"datetime": pa.array(["yesterday"] * 5)}, {}, "datetime"),
        ({"vector": pa.nulls(5, pa.list_(pa.float32()))}, {}, "vectors of 0 numbers"),
        ({"id": pa.nulls(5, pa.string())}, {}, "no usable row"),
        ({"id": pa.nulls(5)}, {}, "no usable row"),
        ({"id": pa.array([{"a": at} for at in range(5)])}, {}, "`id` of type struct"),
        (
            {"id": pa.array([b"\xff%d" % at for at in range(5)])},
            {},
            "5 with an id that is not UTF-8",
        ),
        ({"datetime": pa.array([1577836800] * 5)}, {}, "int64 has no unit"),
    ],
)
def test_files_that_cannot_be_meant_are_refused_by_name(
    tmp_path: Path, change: dict[str, Any], metadata: dict[str, Any], message: str
) -> None:
    columns = {k: v for k, v in (columns_of(5) | change).items() if v is not None}
    path = write(tmp_path / "odd.parquet", columns, **metadata)
    with pytest.raises(UsageError, match=message) as caught:
        geosearch.import_vectors([path], tmp_path / "index")
    assert "odd.parquet" in caught.value.message


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table(columns_of(5)).slice(0, 0), path)
    with pytest.raises(UsageError, match="it has no rows"):
        geosearch.import_vectors([path], tmp_path / "index")


@pytest.mark.parametrize("code", ["OGC:CRS84", "EPSG:4326"])
def test_degrees_by_any_name_are_read(tmp_path: Path, code: str) -> None:
    path = write(tmp_path / "f.parquet", columns_of(5), geo=crs(code))
    assert geosearch.import_vectors([path], tmp_path / "index").chips == 5


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.parquet cannot be opened: No such file"):
        geosearch.import_vectors([tmp_path / "gone.parquet"], tmp_path / "index")


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("id,vector")
    with pytest.raises(UsageError, match=r"text\.parquet cannot be read"):
        geosearch.import_vectors([tmp_path / "text.parquet"], tmp_path / "index")
