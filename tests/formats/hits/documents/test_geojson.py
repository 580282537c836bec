"""GeoJSON as RFC 7946 wants it."""

import json
from dataclasses import replace

import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, shape

from geosearch.api import Hits
from geosearch.formats.hits.documents.answer_line import answer_line
from geosearch.formats.hits.documents.geojson import feature_collection, geojson_text
from geosearch.geo import PixelWindow, bbox_geometry
from geosearch.search import Explanation, Hit
from geosearch.text import is_readable, shown

ANY_TEXT = st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.characters())


def hit(footprint: shapely.Geometry, rank: int = 1, scene: str = "a.tif") -> Hit:
    return Hit(
        id=f"{scene}@0,0", rank=rank, score=0.123456789, scene=scene, href=f"/scenes/{scene}",
        window=PixelWindow(0, 64, 128, 128), size_m=(76.8, 76.8), gsd_m=0.6, pixel_m=(0.6, 0.6),
        datetime="2020-06-01T10:00:00Z",
        encoder="mini-0", footprint=footprint, bands=(1, 2, 3), stretch=None,
    )  # fmt: skip


def test_a_feature_carries_every_property_of_a_hit() -> None:
    feature = feature_collection([hit(shapely.box(1, 2, 3, 4))])["features"][0]
    assert feature["properties"] == {
        "id": "a.tif@0,0",
        "rank": 1,
        "score": 0.123457,
        "geosearch:likely": None,
        "geosearch:rank_score": None,
        "scene": "a.tif",
        "href": "/scenes/a.tif",
        "window": [0, 64, 128, 128],
        "size_m": [76.8, 76.8],
        "gsd_m": 0.6,
        "datetime": "2020-06-01T10:00:00Z",
        "geosearch:kind": "unknown",
        "encoder": "mini-0",
        "bands": [1, 2, 3],
        "stretch": None,
    }
    assert feature["bbox"] == [1, 2, 3, 4]
    assert shape(feature["geometry"]).equals(shapely.box(1, 2, 3, 4))


def test_a_stretch_is_black_and_white_of_each_band() -> None:
    stretched = replace(hit(shapely.box(1, 2, 3, 4)), stretch=((0.0, 300.5),) * 3)
    properties = feature_collection([stretched])["features"][0]["properties"]
    assert properties["stretch"] == [[0.0, 300.5]] * 3


def test_a_footprint_across_180_degrees_has_a_bbox_whose_west_is_greater() -> None:
    across = bbox_geometry(179.5, -17, -179.5, -16)
    collection = feature_collection([hit(across)])
    assert collection["bbox"] == [179.5, -17, -179.5, -16]
    assert isinstance(shape(collection["features"][0]["geometry"]), MultiPolygon)


def test_the_text_is_one_feature_a_line_in_order() -> None:
    hits = [hit(shapely.box(0, 0, 1, 1), rank, f"{rank}.tif") for rank in (1, 2, 3)]
    text = geojson_text(hits)
    assert [f["properties"]["rank"] for f in json.loads(text)["features"]] == [1, 2, 3]
    assert len(text.splitlines()) == 5


def test_no_hits_are_a_collection_without_features_or_bbox() -> None:
    assert json.loads(geojson_text([])) == {"type": "FeatureCollection", "features": []}


@given(ANY_TEXT, ANY_TEXT)
def test_any_query_and_any_name_are_json_in_utf_8(query: str, name: str) -> None:
    hits = [hit(shapely.box(0, 0, 1, 1), scene=name)]
    (feature,) = json.loads(geojson_text(hits, [query]).encode())["features"]
    expected = name if is_readable(name) else shown(name)
    assert feature["properties"]["scene"] == expected
    answer = json.loads(answer_line(query, Hits(hits, Explanation((), {}))).encode())
    assert answer["hits"][0]["scene"] == expected


def test_names_from_strangers_stay_json() -> None:
    text = geojson_text([hit(shapely.box(0, 0, 1, 1), scene='x"\n\u2028</script>.tif')])
    assert json.loads(text)["features"][0]["properties"]["scene"] == 'x"\n\u2028</script>.tif'
