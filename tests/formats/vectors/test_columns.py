"""Values of every type are read as they are meant, or cost their row."""

import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from support.vector_files import (
    DIM,
    boxes_of,
    columns_of,
    ids_found,
    unit,
    unit_of,
    vectors_of,
    write,
)

import geosearch
from geosearch.index import open_index
from geosearch.search import search


@pytest.mark.parametrize("kind", ["float16", "float64", "list", "large list"])
def test_vectors_of_other_types_are_read(tmp_path: Path, kind: str) -> None:
    columns = columns_of(100)
    rows = vectors_of(100)
    if kind == "list":
        columns["vector"] = pa.array(rows.tolist(), pa.list_(pa.float32()))
    elif kind == "large list":
        columns["vector"] = pa.array(rows.tolist(), pa.large_list(pa.float64()))
    else:
        flat = pa.array(rows.astype(kind).reshape(-1))
        columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, DIM)
    geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    query = rows[3] / np.linalg.norm(rows[3])
    assert search(open_index(tmp_path / "index"), query, k=1)[0][0].id == "chip 3"


def test_rows_that_cannot_be_used_are_counted_by_reason(tmp_path: Path) -> None:
    columns = columns_of(50)
    vectors = vectors_of(50)
    vectors[1], vectors[2, 3] = 0, np.nan
    flat = pa.array(vectors.reshape(-1))
    missing = pa.array([at == 7 for at in range(50)])
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, DIM, mask=missing)
    shapes = list(shapely.to_wkb(boxes_of(50)))
    shapes[10], shapes[11], shapes[12] = None, b"nonsense", shapely.to_wkb(shapely.Point(3000, 0))
    shapes[13] = shapely.to_wkb(shapely.Polygon())
    columns["geometry"] = pa.array(shapes, pa.binary())
    columns["id"] = pa.array([None if at == 20 else f"chip {at}" for at in range(50)])
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    assert (done.chips, sum(done.left_out.values())) == (42, 8)
    assert sorted(done.left_out.values()) == [1, 3, 4]
    (scene,) = open_index(tmp_path / "index").scenes
    assert scene.chips_skipped == 8


@pytest.mark.parametrize("kind", ["naive", "text", "null", "missing", "date"])
def test_times_are_read_as_they_are_written(tmp_path: Path, kind: str) -> None:
    columns = columns_of(3)
    times = ["2021-05-06T07:08:09Z", "2021-05-06T09:08:09+02:00", None]
    naive = [datetime(2021, 5, 6, 7, 8, 9), datetime(2021, 5, 6, 7, 8, 9), None]
    day = [datetime(2021, 5, 6), datetime(2021, 5, 6), None]
    columns["datetime"] = {
        "naive": pa.array(naive, pa.timestamp("ns")),
        "text": pa.array(times),
        "null": pa.nulls(3),
        "missing": None,
        "date": pa.array(day, pa.date32()),
    }[kind]
    if columns["datetime"] is None:
        del columns["datetime"]
    geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    hits, _ = search(open_index(tmp_path / "index"), np.ones(DIM, np.float32) / DIM**0.5, k=3)
    moments = {hit.id: hit.datetime for hit in hits}
    known = {"naive": "2021-05-06T07:08:09Z", "text": "2021-05-06T07:08:09Z"}
    expected = known.get(kind, "2021-05-06T00:00:00Z" if kind == "date" else None)
    assert moments == {"chip 0": expected, "chip 1": expected, "chip 2": None}


def test_ids_of_any_type_that_texts_are_stored_in_are_read(tmp_path: Path) -> None:
    names = pa.array([f"chip {at}" for at in range(50)])
    kinds = (names.dictionary_encode(), names.cast(pa.large_string()), names.cast(pa.string_view()))
    for number, ids in enumerate(kinds):
        path = write(tmp_path / f"{number}.parquet", columns_of(50) | {"id": ids})
        geosearch.import_vectors([path], tmp_path / f"index {number}")
        (hit,) = search(open_index(tmp_path / f"index {number}"), unit(vectors_of(50)[9]), k=1)[0]
        assert hit.id == "chip 9"


def test_an_empty_id_is_none(tmp_path: Path) -> None:
    ids = pa.array([""] + [f"chip {at}" for at in range(1, 5)])
    path = write(tmp_path / "f.parquet", columns_of(5) | {"id": ids})
    done = geosearch.import_vectors([path], tmp_path / "index")
    assert (done.chips, done.left_out) == (4, {"no id": 1})


def test_a_list_without_numbers_is_no_vector_wherever_it_is(tmp_path: Path) -> None:
    rows: list[Any] = vectors_of(50).tolist()
    rows[0], rows[1], rows[20] = None, [], []
    columns = columns_of(50) | {"vector": pa.array(rows, pa.list_(pa.float32()))}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    assert (done.chips, sum(done.left_out.values())) == (47, 3)
    hits, _ = search(open_index(tmp_path / "index"), unit(vectors_of(50)[30]), k=1)
    assert hits[0].id == "chip 30"


def test_a_vector_of_another_length_costs_its_row_wherever_it_is(tmp_path: Path) -> None:
    rows: list[Any] = vectors_of(50).tolist()
    rows[0], rows[20] = [1.0], [1.0, 2.0, 3.0]
    columns = columns_of(50) | {"vector": pa.array(rows, pa.list_(pa.float32()))}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    reason = f"a vector whose length is not {DIM}"
    assert (done.chips, done.left_out) == (48, {reason: 2})
    assert done.left_out_rows[reason] == {"f.parquet": (0, 20)}


def test_uuids_are_read_as_texts(tmp_path: Path) -> None:
    """As DuckDB writes its UUID type: 16 bytes, and a type of Parquet that says so."""
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "f.parquet"
    rows = duckdb.sql(
        "select uuid() as id, ('POINT(' || i || ' 50)')::GEOMETRY as geometry, "
        f"[i + 1.0{', 1' * (DIM - 1)}]::FLOAT[{DIM}] as vector from range(9) r(i)"
    )
    rows.write_parquet(str(path))
    written = {str(one) for (one,) in duckdb.sql(f"select id from '{path}'").fetchall()}
    assert geosearch.import_vectors([path], tmp_path / "index").chips == 9
    assert ids_found(tmp_path / "index", 9) == written


@pytest.mark.parametrize(
    "kind",
    [pa.int64(), pa.binary(), pa.large_binary(), pa.string_view(), pa.binary_view(), pa.uint8(),
     pa.large_string(), pa.binary(2), pa.dictionary(pa.int8(), pa.binary())],
)  # fmt: skip
def test_ids_of_every_type_are_the_texts_that_they_stand_for(tmp_path: Path, kind: Any) -> None:
    names = [str(at) for at in range(10, 60)]
    dictionary = pa.types.is_dictionary(kind)
    ids = pa.array(names).cast(pa.binary() if dictionary or kind == pa.binary(2) else kind)
    ids = ids.dictionary_encode() if dictionary else ids.cast(kind)
    path = write(tmp_path / "f.parquet", columns_of(50) | {"id": ids})
    assert geosearch.import_vectors([path], tmp_path / "index").left_out == {}
    assert ids_found(tmp_path / "index", 50) == set(names)


@pytest.mark.parametrize("layout", [pa.binary(), pa.string()])
def test_an_id_that_is_not_text_costs_its_row(tmp_path: Path, layout: Any) -> None:
    raw = pa.array([b"sc\xe8ne" if at == 3 else b"chip %d" % at for at in range(50)])
    ids = raw.view(layout)
    path = write(tmp_path / "f.parquet", columns_of(50) | {"id": ids})
    done = geosearch.import_vectors([path], tmp_path / "index")
    assert (done.chips, done.left_out) == (49, {"an id that is not UTF-8 text": 1})
    assert "chip 4" in ids_found(tmp_path / "index", 49)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_of_every_unit_are_read_or_left_out_with_their_row(
    tmp_path: Path, unit: str, zone: str | None
) -> None:
    kind = pa.timestamp(unit, zone)
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    old = int(datetime(1925, 8, 12, tzinfo=UTC).timestamp()) * scale
    maximum = {"s": 2**40, "ms": 2**62, "us": 2**62}.get(unit)
    beyond = [maximum, -maximum, 253402300800 * scale] if maximum else []
    numbers = [old, *beyond, None]
    columns = columns_of(len(numbers)) | {"datetime": pa.array(numbers, pa.int64()).cast(kind)}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    assert sum(done.left_out.values()) == len(beyond)
    hits, _ = search(open_index(tmp_path / "index"), unit_of(0), k=9)
    assert sorted(str(hit.datetime) for hit in hits) == ["1925-08-12T00:00:00Z", "None"]


@pytest.mark.parametrize("text", ["yesterday", "2021-02-30T00:00:00Z", "2021-05-06T07:08:09", ""])
def test_a_text_that_is_not_a_time_costs_its_row(tmp_path: Path, text: str) -> None:
    texts = ["0925-03-01T00:00:00Z", "1925-08-12", text, None, "2021-05-06t07:08:09+02:00"]
    columns = columns_of(5) | {"datetime": pa.array(texts)}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    (reason,) = done.left_out
    assert done.left_out_rows == {reason: {"f.parquet": (2,)}}
    hits, _ = search(open_index(tmp_path / "index"), unit_of(0), k=5)
    moments = {hit.id: hit.datetime for hit in hits}
    assert moments == {
        "chip 0": "0925-03-01T00:00:00Z",
        "chip 1": "1925-08-12T00:00:00Z",
        "chip 3": None,
        "chip 4": "2021-05-06T05:08:09Z",
    }


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "power"),
    [("float32", -34), ("float32", 37)] + [("float64", at) for at in (-300, -40, 37, 300)],
)
def test_a_vector_of_any_length_is_a_direction(tmp_path: Path, kind: str, power: int) -> None:
    shapes = np.sign(vectors_of(50)) * np.where(np.arange(DIM) < 3, 3.0, 2.0)
    flat = pa.array((shapes * 10.0**power).astype(kind).reshape(-1))
    columns = columns_of(50) | {"vector": pa.FixedSizeListArray.from_arrays(flat, DIM)}
    geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    hits, _ = search(open_index(tmp_path / "index"), unit(shapes[8]), k=1)
    assert hits[0].score == pytest.approx(1, abs=1e-3)


def odd_geometries() -> list[bytes]:
    curve = struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0)  # a CircularString
    shapes = ["POLYGON ((0 0, NaN 1, 1 1, 0 0))", "POLYGON ((0 0, Infinity 1, 1 1, 0 0))"]
    return [curve, *shapely.to_wkb(shapely.from_wkt(shapes))]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", range(3))
def test_a_geometry_that_cannot_be_placed_costs_no_other_row(tmp_path: Path, number: int) -> None:
    shapes = list(shapely.to_wkb(boxes_of(50)))
    with np.errstate(invalid="ignore"):
        shapes[7] = odd_geometries()[number]
    columns = columns_of(50) | {"geometry": pa.array(shapes, pa.binary())}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    reason = "no valid geometry in longitude and latitude"
    assert done.left_out == {reason: 1}
    assert done.left_out_rows == {reason: {"f.parquet": (7,)}}
    hits, _ = search(open_index(tmp_path / "index"), unit(vectors_of(50)[8]), k=1)
    assert shapely.equals(hits[0].footprint, boxes_of(50)[8])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-06T07:08:09.1Z", "2021-05-06T07:08:09.100Z"),
        ("2021-05-06T07:08:09.123456Z", "2021-05-06T07:08:09.123Z"),
        ("2021-05-06T07:08:09.123456789+01:00", "2021-05-06T06:08:09.123Z"),
        ("2021-05-06t07:08:09z", "2021-05-06T07:08:09Z"),
        ("2021-05-06", "2021-05-06T00:00:00Z"),
    ],
)
def test_times_are_read_however_rfc_3339_writes_them(
    tmp_path: Path, text: str, moment: str
) -> None:
    columns = columns_of(3) | {"datetime": pa.array([text] * 3, pa.string_view())}
    geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    hits, _ = search(open_index(tmp_path / "index"), unit(np.ones(DIM)), k=3)
    assert {hit.datetime for hit in hits} == {moment}


def test_rows_of_years_that_cannot_be_written_are_left_out(tmp_path: Path) -> None:
    seconds = pa.array([-(10**11), 0, 10**12], pa.int64())
    columns = columns_of(3) | {"datetime": seconds.cast(pa.timestamp("s", "UTC"))}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    assert done.left_out == {"a `datetime` before year 1 or after 9999": 2}
    (hit,) = geosearch.open(tmp_path / "index").search(np.ones(DIM))
    assert hit.datetime == "1970-01-01T00:00:00Z"
