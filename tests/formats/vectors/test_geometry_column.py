"""What a Parquet file says of its geometries is applied; what is not understood is named."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.reporters import KeptLines

import geosearch
from geosearch.errors import UsageError
from geosearch.formats import VectorFile
from geosearch.index import open_index
from geosearch.search import search

DIM = 4
CODES = [4807, 4314, 4301, 3857, 32631, 2154, 3035]


def boxes_of(count: int) -> np.ndarray:
    west = 2 + 0.01 * np.arange(count)
    return np.asarray(shapely.box(west, 48, west + 0.008, 48.006))


def written_in(code: int, shapes: np.ndarray) -> np.ndarray:
    """Return shapes of degrees in another CRS, x before y, as PostGIS and GeoPandas write them."""
    project = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    return np.asarray(
        shapely.transform(shapes, lambda xy: np.column_stack(project.transform(*xy.T)))
    )


def write(
    path: Path,
    shapes: Any,
    *,
    name: str = "geometry",
    geo: Any = None,
    arrow: Any = None,
    more: dict[str, Any] | None = None,
) -> Path:
    wkb = [one if isinstance(one, bytes) else shapely.to_wkb(one) for one in shapes]
    vectors = np.eye(len(wkb), DIM, dtype=np.float32) + 0.1
    table = pa.table(
        {
            "id": [f"c{at}" for at in range(len(wkb))],
            name: pa.array(wkb, pa.binary()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIM),
        }
        | (more or {})
    )
    if arrow is not None:
        said = {"ARROW:extension:name": "geoarrow.wkb", "ARROW:extension:metadata": arrow}
        fields = [f.with_metadata(said if f.name == name else None) for f in table.schema]
        table = table.cast(pa.schema(fields))
    if geo is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path)
    return path


def geoparquet(column: dict[str, Any], name: str = "geometry") -> dict[str, Any]:
    columns = {name: {"encoding": "WKB", "geometry_types": []} | column}
    return {"version": "1.1.0", "primary_column": name, "columns": columns}


def projjson(code: int) -> dict[str, Any]:
    return pyproj.CRS(code).to_json_dict()


def ewkb(shapes: np.ndarray, code: int) -> list[bytes]:
    return list(shapely.to_wkb(shapely.set_srid(shapes, code), include_srid=True))


def imported(path: Path, folder: Path, **how: Any) -> tuple[Any, dict[str, Any]]:
    done = geosearch.import_vectors([path], folder, **how)
    hits, _ = search(open_index(folder), np.full(DIM, 0.5, np.float32), k=500)
    return done, {hit.id: hit.footprint for hit in hits}


def require_at(found: dict[str, Any], shapes: np.ndarray) -> None:
    """Every footprint lies where it was drawn, to some centimetres (datums have no exact way)."""
    assert set(found) == {f"c{at}" for at in range(len(shapes))}
    for at, shape in enumerate(shapes):
        assert found[f"c{at}"].symmetric_difference(shape).area < 2e-3 * shape.area


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(code=st.sampled_from(CODES), way=st.sampled_from(["geo", "text", "arrow", "srid", "ewkb"]))
def test_a_crs_is_applied_wherever_it_is_stated(
    tmp_path_factory: pytest.TempPathFactory, code: int, way: str
) -> None:
    folder, shapes = tmp_path_factory.mktemp("crs"), boxes_of(5)
    path, drawn = folder / "f.parquet", written_in(code, shapes)
    if way == "ewkb":
        write(path, ewkb(drawn, code))
    elif way == "geo":
        write(path, drawn, geo=geoparquet({"crs": projjson(code)}))
    elif way == "text":
        write(path, drawn, geo=geoparquet({"crs": pyproj.CRS(code).to_wkt()}))
    elif way == "arrow":
        write(path, drawn, arrow=json.dumps({"crs": projjson(code)}))
    else:
        write(path, drawn, arrow=json.dumps({"crs": str(code), "crs_type": "srid"}))
    done, found = imported(path, folder / "index")
    assert done.left_out == {}
    require_at(found, shapes)


@pytest.mark.parametrize("version", ["V1", "V2", "BOTH", "NONE"])
def test_the_crs_of_duckdbs_geometries_is_applied(tmp_path: Path, version: str) -> None:
    """Parquet's own type of geometries, beside GeoParquet and without it."""
    duckdb = pytest.importorskip("duckdb")
    wkt = pyproj.CRS(32631).to_json()
    shapes = boxes_of(3)
    rows = ", ".join(
        f"('c{at}', '{shape.wkt}'::GEOMETRY, {[float(at + 1)] * DIM}::FLOAT[{DIM}])"
        for at, shape in enumerate(written_in(32631, shapes))
    )
    connection, path = duckdb.connect(), tmp_path / "f.parquet"
    stated = "'" + wkt.replace("'", "''") + "'"
    try:
        connection.sql(
            f"copy (select a as id, b::GEOMETRY({stated}) as geometry, c as vector "
            f"from (values {rows}) t(a, b, c)) to '{path}' "
            f"(format parquet, geoparquet_version '{version}')"
        )
    except duckdb.Error as error:
        pytest.skip(f"this DuckDB cannot write it: {error}")
    if b"32631" not in path.read_bytes():
        pytest.skip("this DuckDB does not write the CRS")
    _, found = imported(path, tmp_path / "index")
    require_at(found, shapes)


def test_srids_may_differ_from_row_to_row(tmp_path: Path) -> None:
    shapes = boxes_of(6)
    rows = [ewkb(written_in(code, shapes[[at]]), code)[0] for at, code in enumerate(CODES[:5])]
    rows.append(ewkb(shapes[[5]], 999999)[0])
    done, found = imported(write(tmp_path / "f.parquet", rows), tmp_path / "index")
    reason = "the SRID 999999, which is not understood"
    assert done.left_out == {reason: 1}
    assert done.left_out_rows == {reason: {"f.parquet": (5,)}}
    require_at(found, shapes[:5])


def test_a_row_that_contradicts_its_file_is_left_out(tmp_path: Path) -> None:
    shapes = boxes_of(3)
    rows = [*ewkb(shapes[:1], 4326), *ewkb(shapes[1:2], 4807), shapely.to_wkb(shapes[2])]
    path = write(tmp_path / "f.parquet", rows, geo=geoparquet({"crs": projjson(4326)}))
    done, found = imported(path, tmp_path / "index")
    assert done.left_out == {"the SRID 4807, while the file says EPSG:4326 (WGS 84)": 1}
    assert set(found) == {"c0", "c2"}


def test_a_file_of_srids_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "f.parquet", ewkb(boxes_of(3), 999999))
    with pytest.raises(UsageError, match="SRID 999999"):
        geosearch.import_vectors([path], tmp_path / "index")


def test_two_crss_in_one_file_are_an_error_that_names_them(tmp_path: Path) -> None:
    said = json.dumps({"crs": projjson(3857)})
    geo = geoparquet({"crs": projjson(32631)})
    path = write(tmp_path / "f.parquet", boxes_of(2), geo=geo, arrow=said)
    with pytest.raises(UsageError, match=r"two CRSs: EPSG:32631 .* EPSG:3857"):
        VectorFile(path)


def test_one_crs_stated_twice_is_one(tmp_path: Path) -> None:
    shapes, said = boxes_of(2), json.dumps({"crs": "EPSG:32631"})
    geo = geoparquet({"crs": projjson(32631)})
    path = write(tmp_path / "f.parquet", written_in(32631, shapes), geo=geo, arrow=said)
    require_at(imported(path, tmp_path / "index")[1], shapes)


def test_an_unknown_crs_is_read_as_degrees_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "f.parquet", boxes_of(2), geo=geoparquet({"crs": None}))
    told = KeptLines()
    _, found = imported(path, tmp_path / "index", reporter=told)
    require_at(found, boxes_of(2))
    (line,) = told.lines
    assert "unknown" in line


@pytest.mark.parametrize("crs", ["OGC:CRS84", {"id": {"authority": "EPSG", "code": 4326}}])
def test_degrees_are_taken_as_they_are(tmp_path: Path, crs: Any) -> None:
    path = write(tmp_path / "f.parquet", boxes_of(2), geo=geoparquet({"crs": crs}))
    _, found = imported(path, tmp_path / "index")
    assert [found[f"c{at}"].equals_exact(boxes_of(2)[at], 0) for at in range(2)] == [True, True]


def test_the_column_of_geometries_is_the_primary_one(tmp_path: Path) -> None:
    wrong = pa.array(list(shapely.to_wkb(shapely.box(50, 0, 51, 1).buffer([0, 1]))), pa.binary())
    path = write(
        tmp_path / "f.parquet", boxes_of(2), name="geom", geo=geoparquet({}, "geom"),
        more={"geometry": wrong},
    )  # fmt: skip
    require_at(imported(path, tmp_path / "index")[1], boxes_of(2))


def test_the_only_column_of_geometries_may_have_any_name(tmp_path: Path) -> None:
    path = write(tmp_path / "f.parquet", boxes_of(2), name="wkb_geometry", arrow="{}")
    require_at(imported(path, tmp_path / "index")[1], boxes_of(2))


def test_longitudes_beyond_180_are_those_of_the_next_turn(tmp_path: Path) -> None:
    shapes = [
        shapely.box(190, 0, 191, 1), shapely.box(179.5, 0, 180.0000001, 1),
        shapely.box(-181, 0, -179, 1), shapely.Point(180.0000001, 0), shapely.box(0, 89, 1, 90.1),
        shapely.box(0, 89, 1, 90 + 1e-10),
    ]  # fmt: skip
    done, found = imported(write(tmp_path / "f.parquet", shapes), tmp_path / "index")
    assert done.left_out_rows == {
        "no valid geometry in longitude and latitude": {"f.parquet": (4,)}
    }
    assert found["c0"].equals(shapely.box(-170, 0, -169, 1))
    assert found["c2"].covers(shapely.Point(179.5, 0.5))
    assert found["c2"].covers(shapely.Point(-179.5, 0.5))
    for shape in found.values():
        west, _, east, north = shape.bounds
        assert west >= -180
        assert east <= 180
        assert north <= 90


def test_rows_that_have_long_edges_are_named(tmp_path: Path) -> None:
    uncut = shapely.Polygon([(179, -17), (-179, -17), (-179, -16), (179, -16)])
    told = KeptLines()
    path = write(tmp_path / "f.parquet", [boxes_of(1)[0], uncut])
    done, found = imported(path, tmp_path / "index", reporter=told)
    assert found["c1"].covers(shapely.Point(0, -16.5))
    assert tuple(told.lines) == done.notes
    assert "(rows 1)" in told.lines[0]


@pytest.mark.parametrize("where", ["geo", "arrow"])
def test_edges_on_a_sphere_are_the_shortest_ways(tmp_path: Path, where: str) -> None:
    uncut = shapely.Polygon([(179, -17), (-179, -17), (-179, -16), (179, -16)])
    path = tmp_path / "f.parquet"
    if where == "geo":
        write(path, [uncut], geo=geoparquet({"edges": "spherical"}))
    else:
        write(path, [uncut], arrow=json.dumps({"edges": "spherical"}))
    done, found = imported(path, tmp_path / "index")
    assert done.notes == ()
    assert found["c0"].covers(shapely.Point(179.5, -16.5))
    assert not found["c0"].intersects(shapely.Point(0, -16.5))


def test_heights_and_measures_are_left_out(tmp_path: Path) -> None:
    shapes = [shapely.force_3d(boxes_of(1)[0], 100.0), shapely.from_wkt("POINT ZM (2 48 100 7)")]
    _, found = imported(write(tmp_path / "f.parquet", shapes), tmp_path / "index")
    assert not any(shape.has_z for shape in found.values())
    assert found["c1"].equals(shapely.Point(2, 48))


@pytest.mark.parametrize("geo", [[], 5, {"columns": 5}, {"columns": {"geometry": 5}}, {"a": {}}])
def test_other_metadata_under_that_key_says_nothing(tmp_path: Path, geo: Any) -> None:
    path = write(tmp_path / "f.parquet", boxes_of(2), geo=geo)
    require_at(imported(path, tmp_path / "index")[1], boxes_of(2))
