"""Areas are read as their documents mean them, or refused by name; a bad feature costs itself."""

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search import make_filter
from geosearch.search.filters.area_documents import read_area

BOX = shapely.box(2, 48, 2.02, 48.01)
SQUARE = json.loads(shapely.to_geojson(shapely.box(0, 0, 1, 1)))
FEATURE = {"type": "Feature", "properties": None, "geometry": SQUARE}
CODES = [4807, 4314, 4301, 4269, 3857, 32631, 2154, 3035, 27572]


def geojson(shape: shapely.Geometry) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return document


def collection(*geometries: Any, **more: Any) -> dict[str, Any]:
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in geometries]
    return {"type": "FeatureCollection", "features": features, **more}


def written_in(code: int, shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape of degrees in another CRS, x before y, as GeoPandas writes it."""
    project = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(project.transform(*xy.T)))


def crs(name: Any, kind: str = "name", key: str = "name") -> dict[str, Any]:
    return {"type": kind, "properties": {key: name}}


def differ(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return float(one.symmetric_difference(other).area / other.area)


@pytest.mark.parametrize(
    "document", [SQUARE, FEATURE, {"type": "FeatureCollection", "features": [FEATURE, FEATURE]}]
)
def test_every_kind_of_geojson_gives_its_area(tmp_path: Path, document: object) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps(document))
    area = read_area(path)
    assert area.geometry.equals(shapely.box(0, 0, 1, 1))
    assert area.notes == ()


def test_what_tells_its_geometry_as_geojson_is_an_area() -> None:
    class Place:
        __geo_interface__ = shapely.geometry.mapping(shapely.box(1, 2, 3, 4))

    place: Any = Place()
    assert read_area(place).geometry.equals(shapely.box(1, 2, 3, 4))


@settings(max_examples=60, deadline=None)
@given(
    code=st.sampled_from(CODES),
    west=st.floats(-3, 8), south=st.floats(43, 50), size=st.floats(0.001, 0.05),
    where=st.sampled_from(["collection", "feature", "geometry"]),
)  # fmt: skip
def test_a_crs_is_applied_wherever_it_stands(
    code: int, west: float, south: float, size: float, where: str
) -> None:
    """Truth: pyproj; so small a box has straight edges in each of these."""
    box = shapely.box(west, south, west + size, south + size)
    stated = crs(f"urn:ogc:def:crs:EPSG::{code}")
    document = collection(geojson(written_in(code, box)))
    inner = document["features"][0]
    {"collection": document, "feature": inner, "geometry": inner["geometry"]}[where]["crs"] = stated
    assert differ(read_area(document).geometry, box) < 5e-3


@pytest.mark.parametrize(
    "stated",
    [
        crs("EPSG:4807"),
        crs("urn:ogc:def:crs:EPSG:6.9:4807"),
        crs("http://www.opengis.net/def/crs/EPSG/0/4807"),
        crs("http://www.opengis.net/gml/srs/epsg.xml#4807"),
        crs("http://spatialreference.org/ref/epsg/4807/proj4/", "link", "href"),
        crs(4807, "EPSG", "code"),
        "EPSG:4807",
        pyproj.CRS(4807).to_json_dict(),
    ],
)
def test_a_crs_is_understood_however_it_is_written(stated: Any) -> None:
    document = geojson(written_in(4807, BOX)) | {"crs": stated}
    assert differ(read_area(document).geometry, BOX) < 1e-5


@pytest.mark.parametrize(
    "name", ["OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "CRS84", "EPSG:4326", "EPSG:4979"]
)
def test_degrees_by_any_name_are_taken_as_they_are(name: str) -> None:
    """Longitude first, whatever EPSG says of its axes (RFC 7946, 4)."""
    assert read_area(geojson(BOX) | {"crs": crs(name)}).geometry.equals_exact(BOX, 0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("EPSG:999999", "EPSG:999999"), ("IAU_2015:49900", "Mars"), ("EPSG:4978", "geocentric"),
        ("Schwarzwald", "Schwarzwald"), ("+proj=utm +zone=31 +nadgrids=/dev/stdin", "nadgrids"),
        ("\ud83d", r"\\ud83d"), ("EPSG:4807\0", r"\\x00"), (7.5, "7.5"),
    ],
)  # fmt: skip
def test_a_crs_that_is_not_understood_is_named(name: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_area(geojson(BOX) | {"crs": crs(name)})


def test_an_unknown_crs_is_said_to_be_read_as_degrees() -> None:
    area = read_area(collection(geojson(BOX), crs=None))
    assert area.geometry.equals(BOX)
    assert "unknown" in area.notes[0]


def test_the_crs_of_an_object_of_python_counts() -> None:
    """As of GeoPandas: its ``__geo_interface__`` has the coordinates, ``crs`` says of what."""

    class Table:
        crs = pyproj.CRS(32631)
        __geo_interface__ = collection(geojson(written_in(32631, BOX)))

    table: Any = Table()
    assert differ(read_area(table).geometry, BOX) < 1e-4
    shape = shapely.set_srid(written_in(32631, BOX), 32631)
    assert differ(read_area(shape).geometry, BOX) < 1e-4


def test_long_edges_of_a_map_are_bent_as_they_are_in_degrees() -> None:
    """Truth: pyproj, point by point: what lies in the box of the map lies in the area."""
    box = shapely.box(300_000, 4_700_000, 700_000, 5_400_000)
    area = read_area(geojson(box) | {"crs": crs("EPSG:32633")}).geometry
    points = np.random.default_rng(0).uniform((200_000, 4_600_000), (800_000, 5_500_000), (9999, 2))
    to_lonlat = pyproj.Transformer.from_crs(32633, 4326, always_xy=True)
    lonlat = np.column_stack(to_lonlat.transform(*points.T))
    in_box = shapely.intersects_xy(box, points)
    assert (shapely.intersects_xy(area, lonlat) == in_box).all()


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_a_byte_order_mark_is_no_part_of_what_is_read(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_bytes(json.dumps(SQUARE).encode(mark))
    assert read_area(path).geometry.equals(shapely.box(0, 0, 1, 1))


def test_a_mark_on_standard_input_is_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO(json.dumps(SQUARE).encode("utf-8-sig"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    assert read_area("-").geometry.equals(shapely.box(0, 0, 1, 1))


def test_text_that_is_not_utf_8_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    path.write_bytes(b'{"type":\r"Feature",\r\n"id": "sc\xe8ne"}')
    with pytest.raises(UsageError, match="line 3 has the byte 0xe8"):
        read_area(path)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        "5",
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "FeatureCollection", "features": {"a": 1}}',
        '{"type": "FeatureCollection"}',
        '{"type": "Feature", "geometry": null}',
        '{"type": "Feature"}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}',
        '{"type": "Polygon", "coordinates": []}',
        '{"type": "Polygon"}',
        '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0]]]}',
        '{"type": "Polygon", "coordinates": [[[0,NaN],[1,1],[1,0],[0,NaN]]]}',
        '{"type": "Polygon", "coordinates": [[[0,1e999],[1,1],[1,0],[0,1e999]]]}',
        '{"type": "Point", "coordinates": [1e300, 0]}',
        '{"type": "Point", "coordinates": [0, 90.1]}',
        '{"type": "Point", "coordinates": ["0", "1"]}',
        '{"type": "Point", "coordinates": [500000, 5800000]}',
        '{"type": "Blob", "coordinates": [0, 0]}',
        '{"type": ["Point"], "coordinates": [0, 0]}',
        '{"type": "GeometryCollection", "geometries": []}',
        '{"type": "Polygon", "coordinates": ' + "[" * 900 + "]" * 900 + "}",
        '{"type": "Polygon", "coordinates": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"type": "GeometryCollection", "geometries": [' * 900 + "]}" * 900,
    ],
)
def test_an_area_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_area(path)
    assert caught.value.hint


def test_a_missing_area_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.geojson: No such file") as caught:
        read_area(tmp_path / "nowhere.geojson")
    assert "JSON:" not in caught.value.message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.geojson")
    with pytest.raises(UsageError, match="named pipe"):
        read_area(tmp_path / "pipe.geojson")


BAD = {
    "empty": {"type": "Polygon", "coordinates": []},
    "null": None,
    "unclosed": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
    "crossing": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    "beyond": {"type": "Point", "coordinates": [0, 91]},
    "other": {"type": "Blob"},
    "unknown CRS": SQUARE | {"crs": crs("EPSG:999999")},
}


@given(st.lists(st.sampled_from([*BAD, "good"]), min_size=1, max_size=8))
def test_a_feature_that_cannot_be_used_costs_no_other_one(kinds: list[str]) -> None:
    document = collection(*(BAD.get(kind, SQUARE) for kind in kinds))
    bad = [number for number, kind in enumerate(kinds, start=1) if kind != "good"]
    if len(bad) == len(kinds):
        with pytest.raises(UsageError, match=f"none of {len(kinds)} features"):
            read_area(document)
        return
    area = read_area(document)
    assert area.geometry.equals(shapely.box(0, 0, 1, 1))
    assert len(area.notes) == bool(bad)
    for note in area.notes:
        assert f"{len(bad)} of {len(kinds)} features" in note
        assert all(f"feature {number} " in note for number in bad[:5])


@pytest.mark.parametrize("odd", [None, 5, "x", SQUARE, {"type": "FeatureCollection"}, []])
def test_what_is_not_a_feature_costs_no_feature(odd: Any) -> None:
    document = collection(SQUARE)
    document["features"].append(odd)
    area = read_area(document)
    assert area.geometry.equals(shapely.box(0, 0, 1, 1))
    assert "feature 2 is not a GeoJSON Feature" in area.notes[0]


def test_a_feature_is_called_by_its_id_and_that_is_shown() -> None:
    document = collection(None, SQUARE)
    document["features"][0]["id"] = "a\x1b[2J"
    assert r"feature 1 (id a\x1b[2J) has no geometry" in read_area(document).notes[0]


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(-180, 179), width=st.floats(0.001, 179), south=st.floats(-80, 79),
    turns=st.integers(-2, 2),
)  # fmt: skip
def test_an_area_of_another_turn_is_the_same_place(
    west: float, width: float, south: float, turns: int
) -> None:
    shift = 360 * turns if abs(west + width + 360 * turns) < 900 else 0
    drawn = shapely.box(west + shift, south, west + width + shift, south + 1)
    area = read_area(drawn)
    assert area.geometry.is_valid
    assert area.geometry.bounds[0] >= -180
    assert area.geometry.bounds[2] <= 180
    assert area.geometry.area == pytest.approx(width, rel=1e-4)
    inside = (west + width / 2 + 180) % 360 - 180
    assert shapely.intersects_xy(area.geometry, inside, south + 0.5)
    assert area.notes == ()


def test_an_area_across_180_becomes_that_of_an_independent_library() -> None:
    antimeridian = pytest.importorskip("antimeridian")
    drawn = shapely.Polygon([(175, -20), (190, -18), (185, -10), (178, -12)])
    fixed = antimeridian.fix_polygon(drawn, great_circle=False)
    assert differ(read_area(drawn).geometry, fixed) < 1e-6


def test_an_edge_of_more_than_180_degrees_is_said_to_have_long_edges() -> None:
    ring = [[179, -17], [-179, -17], [-179, -16], [179, -16], [179, -17]]
    uncut = {"type": "Polygon", "coordinates": [ring]}
    area = read_area(uncut)
    assert area.geometry.covers(shapely.Point(0, -16.5))
    assert "3.1.9" in area.notes[0]
    assert "feature 2" in read_area(collection(SQUARE, uncut)).notes[0]
    assert make_filter(intersects=uncut).notes == area.notes


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(-180, -90, 180, 90),
        shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)]),
        shapely.box(179, 0, 181, 1),
        shapely.box(-90, 0, 90, 1),
    ],
)
def test_what_is_meant_to_be_wide_or_is_cut_is_not_talked_about(shape: Any) -> None:
    assert read_area(shape).notes == ()


def test_a_line_and_a_point_across_180_are_moved_too() -> None:
    line = read_area(shapely.LineString([(170, 0), (190, 10)])).geometry
    assert line.length == pytest.approx(shapely.LineString([(170, 0), (190, 10)]).length)
    assert read_area(shapely.Point(190, 3)).geometry.equals(shapely.Point(-170, 3))
    assert read_area(shapely.Point(3, 90 + 5e-10)).geometry.equals(shapely.Point(3, 90))


def test_heights_are_left_out() -> None:
    area = read_area(geojson(shapely.force_3d(BOX, 200.0)))
    assert area.geometry.equals(BOX)
    assert not area.geometry.has_z


def test_a_collection_of_geometries_is_all_of_them() -> None:
    members = [geojson(BOX), geojson(written_in(32631, shapely.box(3, 48, 3.01, 48.01)))]
    members[1]["crs"] = crs("EPSG:32631")
    area = read_area({"type": "GeometryCollection", "geometries": members})
    assert area.geometry.intersects(shapely.Point(2.005, 48.005))
    assert area.geometry.intersects(shapely.Point(3.005, 48.005))
    assert not area.geometry.intersects(shapely.Point(2.5, 48.005))
