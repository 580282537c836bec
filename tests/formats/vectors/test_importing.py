"""Vectors made elsewhere are found as they were given; what cannot be used is counted."""

import json
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import geosearch
from geosearch.cli.main import cli
from geosearch.errors import EncoderError, UsageError
from geosearch.formats import VectorFile, agreed_spec, import_vectors
from geosearch.index import open_index, repair, verify
from geosearch.search import make_filter, search

DIM = 12
START = datetime(2020, 1, 1, tzinfo=UTC)


def vectors_of(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)


def boxes_of(count: int) -> np.ndarray:
    lon = np.arange(count) % 40
    lat = np.arange(count) // 40
    boxes: np.ndarray = shapely.box(lon, lat, lon + 0.8, lat + 0.8)
    return boxes


def columns_of(count: int) -> dict[str, Any]:
    flat = pa.array(vectors_of(count).reshape(-1))
    times = [START + timedelta(days=at) for at in range(count)]
    return {
        "id": pa.array([f"chip {at}" for at in range(count)]),
        "geometry": pa.array(list(shapely.to_wkb(boxes_of(count)))),
        "datetime": pa.array(times, pa.timestamp("us", "UTC")),
        "vector": pa.FixedSizeListArray.from_arrays(flat, DIM),
    }


def write(path: Path, columns: dict[str, Any], **metadata: Any) -> Path:
    table = pa.table(columns)
    table = table.replace_schema_metadata({k: json.dumps(v) for k, v in metadata.items()})
    pq.write_table(table, path, row_group_size=64)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.parquet", columns_of(200))


def test_every_row_is_found_as_it_was_given(file: Path, tmp_path: Path) -> None:
    done = geosearch.import_vectors([file], tmp_path / "index")
    assert (done.chips, done.chips_total, done.left_out) == (200, 200, {})
    index = open_index(tmp_path / "index")
    vectors = vectors_of(200) / np.linalg.norm(vectors_of(200), axis=1, keepdims=True)
    query = vectors[17]
    hits, _ = search(index, query, k=200)
    order = np.argsort(-(vectors @ query), kind="stable")
    assert [hit.id for hit in hits[:5]] == [f"chip {at}" for at in order[:5]]
    assert {hit.id for hit in hits} == {f"chip {at}" for at in range(200)}
    by_id = {hit.id: hit for hit in hits}
    assert by_id["chip 17"].score == pytest.approx(1, abs=1e-3)
    assert by_id["chip 17"].datetime == "2020-01-18T00:00:00Z"
    assert shapely.equals(by_id["chip 17"].footprint, boxes_of(200)[17])
    assert by_id["chip 17"].window == (17, 0, 1, 1)
    assert verify(tmp_path / "index") == []


def test_nobody_knows_the_pixels_of_an_imported_chip(tmp_path: Path) -> None:
    geosearch.import_vectors([write(tmp_path / "rows.parquet", columns_of(3))], tmp_path / "index")
    index = geosearch.open(tmp_path / "index")
    assert {hit.gsd_m for hit in index.search(vectors_of(1)[0])} == {0.0}
    assert not index.search(vectors_of(1)[0], min_gsd=0.001)
    assert not index.search(vectors_of(1)[0], max_gsd=1e6)


@settings(max_examples=25, deadline=None)
@given(
    west=st.floats(-2, 40), south=st.floats(-2, 5), width=st.floats(0, 20), height=st.floats(0, 4),
    first=st.integers(0, 199), days=st.integers(0, 199), k=st.integers(1, 30),
)  # fmt: skip
def test_filters_hold_for_imported_rows(
    imported: Path, west: float, south: float, width: float, height: float, first: int,
    days: int, k: int,
) -> None:  # fmt: skip
    last = first + days
    span = f"{START + timedelta(days=first):%Y-%m-%d}/{START + timedelta(days=last):%Y-%m-%d}"
    box = (west, south, west + width, south + height)
    query = vectors_of(1, seed=5)[0]
    query /= np.linalg.norm(query)
    hits, _ = search(open_index(imported), query, filter=make_filter(bbox=box, datetime=span), k=k)
    passing = shapely.intersects(boxes_of(200), shapely.box(*box))
    passing &= (np.arange(200) >= first) & (np.arange(200) <= last)
    assert len(hits) == min(k, int(passing.sum()))
    assert all(passing[int(hit.id.split()[1])] for hit in hits)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    geosearch.import_vectors([write(folder / "rows.parquet", columns_of(200))], folder / "index")
    return folder / "index"


def test_what_is_exported_is_imported_as_it_was(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert geosearch.export_vectors(out, imported) == 200
    geosearch.import_vectors([out], tmp_path / "again")
    query = vectors_of(1, seed=9)[0]
    query /= np.linalg.norm(query)
    before, _ = search(open_index(imported), query, k=200)
    after, _ = search(open_index(tmp_path / "again"), query, k=200)
    assert [(hit.id, hit.datetime) for hit in after] == [(hit.id, hit.datetime) for hit in before]
    np.testing.assert_allclose(
        [hit.score for hit in after], [hit.score for hit in before], atol=1e-3
    )


def test_an_export_of_a_place_holds_what_meets_it(imported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    count = geosearch.export_vectors(out, imported, bbox="0.9,0,3.5,0.5")
    ids = set(pq.read_table(out).column("id").to_pylist())
    assert ids == {f"chip {at}" for at in (1, 2, 3)}
    assert count == 3


def test_an_export_is_geoparquet(imported: Path, tmp_path: Path) -> None:
    """By the specification, version 1.1: metadata, and a covering that a reader can filter by."""
    out = tmp_path / "out.parquet"
    geosearch.export_vectors(out, imported)
    table = pq.read_table(out)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    covering = geo["columns"]["geometry"]["covering"]["bbox"]
    assert covering["xmin"] == ["bbox", "xmin"]
    shapes = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    xmin = table.column("bbox").combine_chunks().field("xmin").to_numpy()
    np.testing.assert_array_equal(shapely.bounds(shapes)[:, 0], xmin)
    assert table.schema.field("vector").type == pa.list_(pa.float16(), DIM)


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


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


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


def ids_found(index: Path, count: int) -> set[str]:
    hits, _ = search(open_index(index), unit(vectors_of(1)[0]), k=count)
    return {hit.id for hit in hits}


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
    most = {"s": 2**40, "ms": 2**62, "us": 2**62}.get(unit)
    beyond = [most, -most, 253402300800 * scale] if most else []
    numbers = [old, *beyond, None]
    columns = columns_of(len(numbers)) | {"datetime": pa.array(numbers, pa.int64()).cast(kind)}
    done = geosearch.import_vectors([write(tmp_path / "f.parquet", columns)], tmp_path / "index")
    assert sum(done.left_out.values()) == len(beyond)
    hits, _ = search(open_index(tmp_path / "index"), unit_of(0), k=9)
    assert sorted(str(hit.datetime) for hit in hits) == ["1925-08-12T00:00:00Z", "None"]


def unit_of(seed: int) -> np.ndarray:
    return unit(vectors_of(1, seed)[0])


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


def test_a_file_that_has_not_changed_is_passed_over(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    again = geosearch.import_vectors([file], tmp_path / "index")
    assert (again.unchanged, again.chips, again.chips_total) == (("rows.parquet",), 0, 200)


def test_a_changed_file_takes_the_place_of_what_it_was(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    write(file, columns_of(120))
    assert geosearch.import_vectors([file], tmp_path / "index").chips_total == 120


def parts_in_folders(folder: Path) -> list[Path]:
    """Return files of one name, as partitioned data sets have them."""
    paths = []
    for year, count in (("2020", 60), ("2021", 40)):
        (folder / year).mkdir()
        columns = columns_of(count)
        columns["id"] = pa.array([f"{year}/{row}" for row in range(count)])
        paths.append(write(folder / year / "part-0.parquet", columns))
    return paths


def test_files_of_one_name_are_scenes_of_their_own(tmp_path: Path) -> None:
    paths = parts_in_folders(tmp_path)
    done = geosearch.import_vectors(paths, tmp_path / "together")
    assert (done.files, done.chips_total) == (("2020/part-0.parquet", "2021/part-0.parquet"), 100)
    totals = [geosearch.import_vectors([path], tmp_path / "one by one") for path in paths]
    assert [one.chips_total for one in totals] == [60, 100]
    again = geosearch.import_vectors(paths[::-1], tmp_path / "one by one")
    assert again.unchanged == ("2021/part-0.parquet", "part-0.parquet")


def test_a_file_that_moved_takes_its_own_place(tmp_path: Path) -> None:
    paths = parts_in_folders(tmp_path)
    geosearch.import_vectors(paths, tmp_path / "index")
    (tmp_path / "later").mkdir()
    moved = paths[0].rename(tmp_path / "later" / "part-0.parquet")
    done = geosearch.import_vectors([moved], tmp_path / "index")
    assert (done.unchanged, done.chips_total) == (("2020/part-0.parquet",), 100)


def test_rows_that_an_interrupted_import_staged_are_counted(file: Path, tmp_path: Path) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with VectorFile(file) as opened:
        spec = agreed_spec([opened])
        with pytest.raises(KeyboardInterrupt):
            import_vectors([opened], tmp_path / "index", spec, ann="ivfpq", queries=interrupted)
    done = geosearch.import_vectors([file], tmp_path / "index")
    assert (done.chips, done.chips_total) == (200, 200)


def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(
    file: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "a-empty.parquet"
    pq.write_table(pa.table(columns_of(5)).slice(0, 0), empty)
    twice = columns_of(5) | {"id": pa.array(["x"] * 5)}
    odd = write(tmp_path / "b-twice.parquet", twice)
    command = ["import", str(empty), str(odd), str(file), "-i", str(tmp_path / "index")]
    ran = CliRunner().invoke(cli, command, standalone_mode=False)
    assert ran.return_value == 3
    assert "200 chips imported, 200 in the index" in ran.stdout
    assert "refused: a-empty.parquet: " in ran.stderr
    assert "duplicate id 'x'" in ran.stderr
    with pytest.raises(UsageError, match="none of 2 files"):
        geosearch.import_vectors([empty, odd], tmp_path / "index")


def test_a_file_of_one_row_group_is_read_in_parts(tmp_path: Path) -> None:
    count, dim = 16_000, 1024
    columns = columns_of(count)
    flat = pa.array(np.random.default_rng(0).random(count * dim))
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, dim)
    path = tmp_path / "large.parquet"
    pq.write_table(
        pa.table(columns), path, row_group_size=count, compression="none", use_dictionary=False
    )
    del columns, flat
    before = pa.total_allocated_bytes()
    with VectorFile(path) as file:
        most = max(pa.total_allocated_bytes() for _ in file.batches()) - before
    assert most < path.stat().st_size / 1.5


def test_one_file_is_imported_as_a_list_of_one(file: Path, tmp_path: Path) -> None:
    assert geosearch.import_vectors(str(file), tmp_path / "index").chips == 200


def test_a_tier_that_there_is_not_is_refused(file: Path, tmp_path: Path) -> None:
    tier: Any = "hnsw"
    with pytest.raises(UsageError, match="hnsw"):
        geosearch.import_vectors([file], tmp_path / "index", ann=tier)


def test_a_link_to_a_file_is_called_by_its_own_name(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.parquet"
    link.symlink_to(file)
    assert geosearch.import_vectors([link], tmp_path / "index").files == ("link.parquet",)
    assert geosearch.import_vectors([link], tmp_path / "index").unchanged == ("link.parquet",)


def test_a_file_that_is_named_twice_is_imported_once(file: Path, tmp_path: Path) -> None:
    beside = file.parent / "." / ".." / file.parent.name / file.name
    done = geosearch.import_vectors([file, beside], tmp_path / "index")
    assert (done.files, done.chips) == (("rows.parquet",), 200)


def test_several_files_are_found_as_one_and_ids_stay_after_compaction(tmp_path: Path) -> None:
    for at in range(3):
        columns = columns_of(60)
        columns["id"] = pa.array([f"{at}/{row}" for row in range(60)])
        path = write(tmp_path / f"part{at}.parquet", columns)
        geosearch.import_vectors([path], tmp_path / "index")
    query = vectors_of(1, seed=4)[0]
    query /= np.linalg.norm(query)

    def found() -> list[tuple[str, str | None]]:
        hits, _ = search(open_index(tmp_path / "index"), query, k=180)
        return sorted((hit.id, hit.datetime) for hit in hits)

    before = found()
    assert len({one for one, _ in before}) == 180
    geosearch.compact(tmp_path / "index")
    assert len(open_index(tmp_path / "index").segments) == 1
    assert found() == before
    assert verify(tmp_path / "index") == []


def parts_of(folder: Path, count: int, **options: Any) -> list[Any]:
    """Import files one by one, and return what each import did."""
    done = []
    for at in range(count):
        columns = columns_of(60)
        columns["id"] = pa.array([f"{at}/{row}" for row in range(60)])
        path = write(folder / f"part{at}.parquet", columns)
        done.append(geosearch.import_vectors([path], folder / "index", **options))
    return done


def test_files_whose_segments_have_tiers_become_one_by_compaction(tmp_path: Path) -> None:
    parts_of(tmp_path, 3, ann="ivfpq")
    geosearch.compact(tmp_path / "index", max_memory="500MB")
    (segment,) = open_index(tmp_path / "index").segments
    assert (segment.n, segment.has_ann) == (180, True)
    assert verify(tmp_path / "index") == []


def test_files_that_are_imported_together_share_a_segment(tmp_path: Path) -> None:
    parts_of(tmp_path, 2)
    files = [tmp_path / f"part{at}.parquet" for at in range(2)]
    geosearch.import_vectors(files, tmp_path / "again", max_memory="500MB")
    assert [segment.n for segment in open_index(tmp_path / "again").segments] == [120]


def test_many_segments_with_tiers_are_told_until_they_are_compacted(tmp_path: Path) -> None:
    done = parts_of(tmp_path, 5, ann="ivfpq")
    assert [one.mergeable_tiers for one in done] == [0, 0, 0, 0, 5]
    again = ["import", str(tmp_path / "part0.parquet"), "-i", str(tmp_path / "index")]
    assert "`geosearch compact` makes that faster" in CliRunner().invoke(cli, again).stderr
    geosearch.compact(tmp_path / "index")
    assert "geosearch compact" not in CliRunner().invoke(cli, again).stderr


def test_a_file_whose_rows_have_times_is_no_scene_without_a_date(tmp_path: Path) -> None:
    columns = columns_of(60)
    geosearch.import_vectors([write(tmp_path / "dated.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 0
    del columns["datetime"]
    geosearch.import_vectors([write(tmp_path / "other.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 1


def test_a_file_whose_dated_rows_were_removed_is_without_a_date(tmp_path: Path) -> None:
    columns = columns_of(60)
    times = [None] * 30 + [START] * 30
    columns["datetime"] = pa.array(times, pa.timestamp("us", "UTC"))
    geosearch.import_vectors([write(tmp_path / "rows.parquet", columns)], tmp_path / "index")
    assert open_index(tmp_path / "index").describe().undated_scenes == 0
    geosearch.remove(tmp_path / "index", datetime="2020")
    assert open_index(tmp_path / "index").describe().undated_scenes == 1


def test_ids_are_made_again_from_the_sidecar(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    path = next((tmp_path / "index").rglob("rows/ids"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert [problem.outcome for problem in repair(tmp_path / "index")] == ["repaired"]
    assert path.read_bytes() == whole


def test_vectors_of_another_length_are_not_added(file: Path, tmp_path: Path) -> None:
    geosearch.import_vectors([file], tmp_path / "index")
    columns = columns_of(5)
    columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(20, "f4")), 4)
    with pytest.raises(UsageError, match=r"of 4 numbers, those of .*index have 12"):
        geosearch.import_vectors([write(tmp_path / "b.parquet", columns)], tmp_path / "index")


def test_texts_cannot_be_asked_where_nobody_said_what_made_the_vectors(imported: Path) -> None:
    with pytest.raises(EncoderError, match=r"encoder of the vectors in .* is unknown"):
        geosearch.open(imported).search("a river")


def test_an_encoder_of_another_length_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mini makes 512"):
        geosearch.import_vectors([file], tmp_path / "index", encoder="mini")


def test_vectors_of_no_named_encoder_are_not_added_to_those_of_one(tmp_path: Path) -> None:
    columns = columns_of(3)
    numbers = np.random.default_rng(0).normal(size=3 * 512)
    columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(numbers), 512)
    first, second = (write(tmp_path / f"{name}.parquet", columns) for name in "ab")
    geosearch.import_vectors([first], tmp_path / "index", encoder="mini")
    with pytest.raises(UsageError, match=r"encoder of the vectors in .* is unknown") as caught:
        geosearch.import_vectors([second], tmp_path / "index")
    assert "`encoder` mini" in caught.value.hint


def test_texts_are_asked_where_the_encoder_is_named(tmp_path: Path) -> None:
    from geosearch.encoders import load_encoder

    texts = ["a river", "a forest", "an airport"]
    vectors = load_encoder("mini").encode_texts(texts)
    columns = columns_of(3)
    flat = pa.array(vectors.reshape(-1))
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    path = write(tmp_path / "texts.parquet", columns)
    geosearch.import_vectors([path], tmp_path / "index", encoder="mini")
    assert geosearch.open(tmp_path / "index").search("a forest", k=1)[0].id == "chip 1"


def test_the_commands_do_the_same(file: Path, tmp_path: Path) -> None:
    index, out = str(tmp_path / "index"), str(tmp_path / "out.parquet")
    ran = CliRunner().invoke(cli, ["import", str(file), "-i", index], standalone_mode=False)
    assert (ran.return_value, "200 chips imported" in ran.output) == (0, True)
    ran = CliRunner().invoke(cli, ["export", "-i", index, "-o", out], standalone_mode=False)
    assert ran.exception is None
    assert pq.read_metadata(out).num_rows == 200


def test_the_command_names_rows_that_were_left_out(tmp_path: Path) -> None:
    ids = pa.array([None if at in (3, 8) else f"chip {at}" for at in range(20)])
    path = write(tmp_path / "f.parquet", columns_of(20) | {"id": ids})
    ran = CliRunner().invoke(
        cli, ["import", str(path), "-i", str(tmp_path / "index")], standalone_mode=False
    )
    assert ran.return_value == 3
    assert ran.stderr == "left out: 2 rows with no id\n   f.parquet: row 3, 8\n"
