"""Filters are read strictly, or refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search.filters import make_filter, parse_bbox, parse_time_span, read_area


def milliseconds(*moment: int) -> int:
    return round(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0.001, 359), st.floats(0.001, 180))
def test_a_bbox_holds_its_middle_and_not_what_lies_beyond(
    west: float, south: float, width: float, height: float
) -> None:
    north = min(south + height, 90.0)
    east = west + width if west + width <= 180 else west + width - 360
    area = parse_bbox(f"{west!r},{south!r},{east!r},{north!r}").geometry
    middle = (west + width / 2 + 180) % 360 - 180
    assert shapely.intersects_xy(area, middle, (south + north) / 2)
    beyond = (west - (360 - width) / 2 + 180) % 360 - 180
    assert not shapely.intersects_xy(area, beyond, (south + north) / 2)


def test_commas_blanks_and_numbers_mean_the_same_bbox() -> None:
    expected = shapely.box(1, 2, 3, 4)
    for bbox in ("1,2,3,4", "1 2 3 4", " 1, 2, 3, 4 ", (1, 2, 3, 4)):
        assert parse_bbox(bbox).geometry.equals(expected)


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "0,2,1,1",
        "-181,0,1,1",
        "0,-91,1,1",
    ],
)
def test_a_bbox_that_cannot_be_meant_is_refused_with_a_remedy(bbox: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_bbox(bbox)
    assert "W,S,E,N" in caught.value.hint


def test_a_bbox_without_extent_is_a_place_that_can_be_asked_for() -> None:
    chip = shapely.box(10, 50, 11, 51)
    assert parse_bbox("10.5,50.5,10.5,50.5").geometry.intersects(chip)
    assert parse_bbox("10.5,40,10.5,60").geometry.intersects(chip)
    assert not parse_bbox("9,50.5,9,50.5").geometry.intersects(chip)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2020-06-01", (2020, 6, 1), (2020, 6, 2)),
        ("2020-06", (2020, 6, 1), (2020, 7, 1)),
        ("2020", (2020, 1, 1), (2021, 1, 1)),
        ("2019-12-31/2020-02", (2019, 12, 31), (2020, 3, 1)),
        ("1965-01-01/1969-12-31", (1965, 1, 1), (1970, 1, 1)),
    ],
)
def test_a_date_stands_for_the_whole_of_it(
    text: str, start: tuple[int, ...], end: tuple[int, ...]
) -> None:
    span = parse_time_span(text)
    assert span.start_ms == milliseconds(*start)
    assert span.end_ms == milliseconds(*end) - 1


@pytest.mark.parametrize(
    "text", ["2020-06-01T12:00:00Z", "2020-06-01t14:00:00.000+02:00", "2020-06-01 12:00:00z"]
)
def test_an_instant_is_a_span_of_one_moment(text: str) -> None:
    span = parse_time_span(text)
    assert span.start_ms == span.end_ms == milliseconds(2020, 6, 1, 12)


def test_open_ends_reach_beyond_every_scene() -> None:
    assert parse_time_span("../2020-01-01").start_ms < milliseconds(1900, 1, 1)
    assert parse_time_span("2020-01-01/..").end_ms > milliseconds(2200, 1, 1)
    assert parse_time_span("2020-01-01/").end_ms == parse_time_span("2020-01-01/..").end_ms


@pytest.mark.parametrize(
    "text",
    ["", "..", "../..", "/", "yesterday", "2020-13-01", "2020-02-30", "2020-06-01T12:00:00",
     "2021/2020", "2020/2021/2022", "2020-06-01T25:00:00Z"],
)  # fmt: skip
def test_a_time_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_time_span(text)


def test_an_unknown_end_never_reaches_what_has_no_time() -> None:
    assert parse_time_span("../2020").start_ms > -(2**63)


SQUARE = json.loads(shapely.to_geojson(shapely.box(0, 0, 1, 1)))
FEATURE = {"type": "Feature", "properties": None, "geometry": SQUARE}


@pytest.mark.parametrize(
    "document", [SQUARE, FEATURE, {"type": "FeatureCollection", "features": [FEATURE, FEATURE]}]
)
def test_every_kind_of_geojson_gives_its_area(tmp_path: Path, document: object) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps(document))
    assert read_area(path).equals(shapely.box(0, 0, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Feature", "geometry": null}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}',
        '{"type": "Polygon", "coordinates": []}',
        '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type": "Point", "coordinates": [181, 0]}',
        '{"type": "Point", "coordinates": [500000, 5800000]}',
        '{"type": "Blob", "coordinates": [0, 0]}',
    ],
)
def test_an_area_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(text)
    with pytest.raises(UsageError):
        read_area(path)


def test_a_missing_area_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.geojson"):
        read_area(tmp_path / "nowhere.geojson")


def test_no_condition_is_the_empty_filter() -> None:
    assert make_filter().is_empty
    assert not make_filter(bbox="0,0,1,1").is_empty


def test_no_filter_lets_everything_pass() -> None:
    assert make_filter().is_empty
    assert not make_filter(max_cloud=1).is_empty
    assert not make_filter(min_valid=0).is_empty


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("option", ["min_cloud", "max_cloud", "min_valid"])
def test_a_share_beyond_0_and_1_is_refused(option: str, share: float) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} is"):
        make_filter(**{option: share})  # type: ignore[arg-type]


def test_shares_of_cloud_that_no_chip_can_have_are_refused() -> None:
    with pytest.raises(UsageError, match="above"):
        make_filter(min_cloud=0.5, max_cloud=0.4)


def test_undated_without_a_time_is_refused() -> None:
    with pytest.raises(UsageError, match="--undated"):
        make_filter(undated=True)


@pytest.mark.parametrize("metres", [0, -0.3, float("nan"), float("inf"), 1e-300, 1e300])
@pytest.mark.parametrize("option", ["min_gsd", "max_gsd"])
def test_metres_that_no_pixel_can_have_are_refused(option: str, metres: float) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} is") as caught:
        make_filter(**{option: metres})  # type: ignore[arg-type]
    assert "metres a pixel" in caught.value.hint


def test_a_least_resolution_above_the_most_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--min-gsd 0\.6 is above --max-gsd 0\.3"):
        make_filter(min_gsd=0.6, max_gsd=0.3)
    assert not make_filter(min_gsd=0.3, max_gsd=0.3).is_empty
