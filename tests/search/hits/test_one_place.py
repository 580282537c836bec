"""One place is told by the ground that footprints share."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geosearch.search.hits.one_place import (
    SHARED_GROUND,
    level_shapes,
    place_numbers,
    shared_ground,
)

GEOD = pyproj.Geod(a=6_371_000, b=6_371_000)


def area(shape: BaseGeometry) -> float:
    """On the sphere, by other code: of parallels in pieces of a tenth of a degree."""
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.1))[0])


@pytest.mark.parametrize("lat", [0.0, 47.0, 69.5, -83.0])
@pytest.mark.parametrize("size", [0.01, 6.0])
def test_shared_ground_is_that_on_the_earth(lat: float, size: float) -> None:
    one, other = shapely.box(0, lat, size, lat + size), shapely.box(0, lat + size / 3, size, 90)
    other = shapely.box(0, lat + size / 3, size, lat + 4 * size / 3)
    shapes = level_shapes([one, other])
    found = shared_ground(shapes[:1], shapes[1])[0]
    expected = area(one & other) / min(area(one), area(other))
    assert found == pytest.approx(expected, rel=2e-3)


boxes = st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([1, 2, 4]))


@settings(max_examples=80)
@given(st.lists(boxes, max_size=30), st.sampled_from([0.0, 60.0, -170.0]))
def test_places_are_those_of_a_plain_reading(places: list[tuple[int, int, int]], at: float) -> None:
    shapes = [
        shapely.box(at + x / 100, y / 100, at + (x + size) / 100, (y + size) / 100)
        for x, y, size in places
    ]
    first: list[int] = []
    expected = []
    for number, shape in enumerate(shapes):
        mine = [
            place
            for place, best in enumerate(first)
            if (shape & shapes[best]).area / min(shape.area, shapes[best].area) > SHARED_GROUND
        ]
        if not mine:
            first.append(number)
        expected.append(mine[0] if mine else len(first) - 1)
    assert place_numbers(shapes).tolist() == expected


def test_chips_cut_at_180_degrees_are_one_place() -> None:
    def across(west: float, east: float) -> BaseGeometry:
        parts = shapely.box(west, 0, 180, 1), shapely.box(-180, 0, east, 1)
        return shapely.MultiPolygon(list(parts))

    beside = shapely.box(-179.5, 0, -178.5, 1)
    numbers = place_numbers([across(179.5, -179.5), across(179.8, -179.2), beside])
    assert numbers.tolist() == [0, 0, 1]


def test_a_point_shows_the_place_it_lies_in() -> None:
    numbers = place_numbers([shapely.box(0, 0, 1, 1), shapely.Point(0.5, 0.5), shapely.Point(3, 3)])
    assert numbers.tolist() == [0, 0, 1]


def test_no_footprints_are_no_places() -> None:
    assert place_numbers([]).dtype == np.int64
