"""Filters are read strictly, or refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search.filters.make_filter import make_filter, parse_bbox, parse_time_span

HELSINKI = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (date(2020, 6, 1), "2020-06-01"),
        (datetime(2020, 6, 1, 12, 0, 0, 250_999, tzinfo=HELSINKI), "2020-06-01T10:00:00.250Z"),
        ((date(2020, 6, 1), datetime(2020, 7, 1, tzinfo=UTC)), "2020-06-01/2020-07-01T00:00:00Z"),
        (("2019", date(2020, 6, 1)), "2019/2020-06-01"),
        ([None, date(2020, 6, 1)], "../2020-06-01"),
        ((date(2020, 6, 1), None), "2020-06-01/.."),
    ],
)
def test_moments_of_python_mean_what_their_texts_mean(when: Any, text: str) -> None:
    assert make_filter(datetime=when) == make_filter(datetime=text)


@pytest.mark.parametrize(
    "when",
    [
        datetime(2020, 6, 1), (date(2020, 6, 1), datetime(2020, 7, 1)), (None, None), 2020, b"2020",
        (date(2020, 6, 1),), (2019, 2020), np.datetime64("2020-06-01"),
    ],
)  # fmt: skip
def test_moments_that_cannot_be_meant_are_refused_with_a_remedy(when: Any) -> None:
    with pytest.raises(UsageError, match="`datetime`") as caught:
        make_filter(datetime=when)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", 5), ("bbox", shapely.box(0, 0, 1, 1)), ("intersects", 5), ("intersects", b"x"),
        ("intersects", [shapely.box(0, 0, 1, 1)]), ("max_cloud", "0.5"), ("min_gsd", [1]),
    ],
)  # fmt: skip
def test_values_of_other_types_are_refused_by_their_name(name: str, value: Any) -> None:
    conditions: Any = {name: value}
    with pytest.raises(UsageError, match=f"`{name}`"):
        make_filter(**conditions)


def milliseconds(*moment: int) -> int:
    year, month, day, *time = moment
    hour, minute, second, microsecond = (*time, *[0] * (4 - len(time)))
    at = datetime(year, month, day, hour, minute, second, microsecond, UTC)
    return round(at.timestamp() * 1000)


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
        "500000,0,500001,1",
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


@given(
    west=st.floats(-180, 180), width=st.floats(0.001, 359), turns=st.integers(-2, 1),
    south=st.floats(-80, 80), k=st.integers(0, 9),
)  # fmt: skip
def test_a_bbox_of_another_turn_is_the_same_place(
    west: float, width: float, turns: int, south: float, k: int
) -> None:
    """Longitudes are angles: 190 is -170, on whichever turn both are counted."""
    shift = 360 * turns
    area = parse_bbox((west + shift, south, west + width + shift, south + 1)).geometry
    lon = west + width * (k + 0.5) / 10
    assert area.bounds[0] >= -180
    assert area.bounds[2] <= 180
    inside = (lon + 180) % 360 - 180
    assert (
        shapely.intersects_xy(area, inside, south + 0.5)
        or shapely.distance(area, shapely.Point(inside, south + 0.5)) < 1e-9
    )
    beyond = (west + width + (360 - width) / 2 + 180) % 360 - 180
    assert width > 358.9 or not shapely.intersects_xy(area, beyond, south + 0.5)


@pytest.mark.parametrize(
    ("bbox", "parts"),
    [
        ("170,0,190,1", [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        ("-190,0,-170,1", [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        ("350,0,370,1", [(-10, 0, 10, 1)]),
        ("350,0,10,1", [(-10, 0, 10, 1)]),
        ("180,0,190,1", [(-180, 0, -170, 1)]),
        ("-190,0,-180,1", [(170, 0, 180, 1)]),
        ("0,0,360,1", [(-180, 0, 180, 1)]),
        ("-180.0000001,-90.0000000001,180.0000001,90", [(-180, -90, 180, 90)]),
    ],
)
def test_longitudes_beyond_180_go_on(bbox: str, parts: list[tuple[float, ...]]) -> None:
    assert parse_bbox(bbox).boxes == tuple(parts)


def test_no_condition_is_the_empty_filter() -> None:
    assert make_filter().is_empty
    assert not make_filter(bbox="0,0,1,1").is_empty


def test_no_filter_lets_everything_pass() -> None:
    assert make_filter().is_empty
    assert not make_filter(max_cloud=1).is_empty
    assert not make_filter(min_valid=0).is_empty


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("option", ["min_cloud", "max_cloud", "min_valid"])
def test_a_share_beyond_0_and_1_is_refused(option: str, fraction: float) -> None:
    with pytest.raises(UsageError, match=f"`{option}` is"):
        make_filter(**{option: fraction})  # type: ignore[arg-type]


def test_shares_of_cloud_that_no_chip_can_have_are_refused() -> None:
    with pytest.raises(UsageError, match="above"):
        make_filter(min_cloud=0.5, max_cloud=0.4)


def test_undated_without_a_time_is_refused() -> None:
    with pytest.raises(UsageError, match="`undated`"):
        make_filter(undated=True)


@pytest.mark.parametrize("metres", [0, -0.3, float("nan"), float("inf"), 1e-300, 1e300])
@pytest.mark.parametrize("option", ["min_gsd", "max_gsd"])
def test_metres_that_no_pixel_can_have_are_refused(option: str, metres: float) -> None:
    with pytest.raises(UsageError, match=f"`{option}` is") as caught:
        make_filter(**{option: metres})  # type: ignore[arg-type]
    assert "metres per pixel" in caught.value.hint


def test_a_least_resolution_above_the_most_is_refused() -> None:
    with pytest.raises(UsageError, match=r"`min_gsd` 0\.6 is above `max_gsd` 0\.3"):
        make_filter(min_gsd=0.6, max_gsd=0.3)
    assert not make_filter(min_gsd=0.3, max_gsd=0.3).is_empty
