"""Which assets are read, in Items as public catalogs write them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geosearch.errors import SceneError
from geosearch.scenes.finding.stac.assets import item_id, item_scene
from geosearch.scenes.finding.stac.documents import StacItem

COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def asset(name: str, *roles: str, bands: str = "", kind: str | None = COG) -> dict[str, Any]:
    made: dict[str, Any] = {"href": f"{name}.tif", "roles": list(roles), "type": kind}
    if bands:
        made["eo:bands"] = [{"name": "B", "common_name": band} for band in bands.split()]
    return made


def href(**assets: Any) -> str:
    return item_scene(StacItem("/c/i.json", {"id": "i", "assets": assets})).href


RGB = {
    colour: asset(colour, "data", "reflectance", bands=colour)
    for colour in ("red", "green", "blue")
}
THUMBNAIL = asset("thumb", "thumbnail") | {"href": "thumb.jpg", "type": "image/jpeg"}


def test_the_true_colour_image_comes_first() -> None:
    assets = RGB | {"thumbnail": THUMBNAIL, "tc": asset("tci", "visual", bands="red green blue")}
    assert href(**assets) == "/c/tci.tif"


def test_red_green_and_blue_are_taken_apart_from_the_rest() -> None:
    more = {"nir": asset("nir", "data", bands="nir"), "scl": asset("scl", "data")}
    assert href(thumbnail=THUMBNAIL, **more, **RGB) == "/c/{red,green,blue}.tif"


def test_one_file_of_all_colours_is_taken_before_three() -> None:
    image = asset("naip", "data", bands="red green blue nir")
    assert href(**RGB, image=image) == "/c/naip.tif"


def test_stac_1_1_writes_bands_in_another_way() -> None:
    assets = {
        key: asset(key, "data") | {"bands": [{"name": key, "eo:common_name": colour}]}
        for key, colour in (("B04", "red"), ("B03", "green"), ("B02", "blue"))
    }
    assert href(**assets) == "/c/B0{4,3,2}.tif"


def test_other_data_is_taken_where_nothing_names_colours() -> None:
    assert href(meta=asset("m", "metadata"), vv=asset("vv", "data")) == "/c/vv.tif"
    assert href(any=asset("any", kind=None)) == "/c/any.tif"


@pytest.mark.parametrize("role", ["overview", "thumbnail", "metadata", "data-mask", "cloud"])
def test_what_accompanies_the_data_is_not_taken(role: str) -> None:
    assert href(a=asset("a", role), b=asset("b", "data")) == "/c/b.tif"


def test_an_item_says_when_or_from_when() -> None:
    def moment(**properties: Any) -> str | None:
        content = {"id": "i", "assets": {"a": asset("a")}, "properties": properties}
        told = item_scene(StacItem("/c/i.json", content)).moment
        return told.datetime if told else None

    assert moment(datetime="2020-01-02T03:04:05+01:00") == "2020-01-02T02:04:05Z"
    assert moment(datetime=None, start_datetime="2020-01-01T00:00:00Z") == "2020-01-01T00:00:00Z"
    assert moment(datetime="soon") is None
    assert moment() is None


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_ASSET = st.fixed_dictionaries(
    {},
    optional={
        "href": _ANY | st.sampled_from(["x.tif", "http://[x.tif", "a{b,c.tif", "%00.tif", "?.tif"]),
        "type": _ANY | st.sampled_from(["image/tiff", "image/jp2"]),
        "roles": _ANY | st.just(["data"]),
        "eo:bands": _ANY | st.lists(st.fixed_dictionaries({"common_name": _ANY})),
        "bands": _ANY,
    },
)
_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "id": _ANY,
        "collection": _ANY,
        "properties": _ANY | st.fixed_dictionaries({"datetime": _ANY, "platform": _ANY}),
        "assets": _ANY | st.dictionaries(st.sampled_from(["red", "green", "blue", "a"]), _ASSET),
    },
)


def outcome(content: dict[str, Any], base: str) -> str:
    """Return what is kept of an Item, or why it is refused; nothing else may be raised."""
    item = StacItem(base, content)
    try:
        scene = item_scene(item)
    except SceneError as error:
        return f"{item_id(item)}: {error.message}"
    return f"{scene.id} {scene.href} {scene.band_names} {scene.platform}"


# the first draw reads all of Unicode
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(content=_ITEM, base=st.sampled_from(["/c/i.json", "https://h/i.json", "s3://b/i.json"]))
def test_any_item_is_a_scene_or_refused(content: dict[str, Any], base: str) -> None:
    assert outcome(content, base).encode()


def test_an_item_nested_deep_in_its_values_costs_itself() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    bad = {"id": "i", "assets": {"a": {"href": deep, "type": "image/tiff"}}}
    assert outcome(bad, "/c/i.json") == "i: 'list' is not an href"
    odd = {"href": "x.tif", "eo:bands": [{"common_name": deep}]}
    named = {"id": "i", "assets": {"a": odd}, "properties": {"platform": deep}}
    assert outcome(named, "/c/i.json").startswith("i /c/x.tif")


def stated(properties: dict[str, Any] | None = None, **more: Any) -> str | None:
    content = {"id": "i", "assets": {"a": asset("a", "data") | more}, "properties": properties}
    kind = item_scene(StacItem("/c/i.json", content)).stated_kind
    return None if kind is None else kind[0]


CLASSES = [{"value": 1, "name": "water"}, {"value": 2, "name": "forest"}]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"classification:classes": CLASSES}, "classes"),
        ({"raster:bands": [{"classification:classes": CLASSES}]}, "classes"),
        ({"bands": [{"name": "lc", "classification:classes": CLASSES}]}, "classes"),
        ({"raster:bands": [{"data_type": "float32", "unit": "meter"}]}, "elevation"),
        ({"data_type": "float32", "unit": "m"}, "elevation"),
        ({"raster:bands": [{"unit": "m"}, {"unit": "m"}, {"unit": "m"}]}, None),
        ({"raster:bands": [{"data_type": "uint16"}]}, None),
        ({"raster:bands": "none", "bands": [7], "unit": ["m"]}, None),
        ({"classification:classes": []}, None),
    ],
)
def test_an_asset_says_what_it_is(more: dict[str, Any], kind: str | None) -> None:
    assert stated(**more) == kind


def test_an_item_of_the_sar_extension_is_radar() -> None:
    assert stated({"sar:polarizations": ["VV"]}) == "radar"
