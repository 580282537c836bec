"""A box that is asked for is told by its numbers, and is the place that its geometry covers."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from geosearch.index.filtering.area import Area, cross, lie_in, meet

lon = st.integers(-180, 180).map(float)
lat = st.integers(-90, 90).map(float)


@given(west=lon, east=lon, a=lat, b=lat)
def test_a_box_has_the_bounds_and_the_parts_of_its_geometry(
    west: float, east: float, a: float, b: float
) -> None:
    area = Area.of_bbox(west, min(a, b), east, max(a, b))
    assert area.bounds == area.geometry.bounds
    parts = area.geometry.geoms if west > east else [area.geometry]
    assert area.boxes == tuple(part.bounds for part in parts)


@pytest.mark.parametrize(
    ("geometry", "boxes"),
    [
        (shapely.box(1, 2, 3, 4), 1),
        (Polygon([(1, 2), (1, 4), (2, 4), (3, 4), (3, 2)]), 1),  # turned, and a corner more
        (MultiPolygon([shapely.box(170, 0, 180, 1), shapely.box(-180, 0, -170, 1)]), 2),
        (MultiPolygon([shapely.box(n, 0, n + 0.5, 1) for n in range(3)]), 0),
        (Polygon([(0, 0), (2, 0), (1, 2)]), 0),
        (shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2)), 0),
        (shapely.Point(1, 2), 0),
        (shapely.LineString([(0, 0), (1, 1)]), 0),
    ],
)
def test_a_geometry_is_boxes_only_where_it_covers_them(geometry: Polygon, boxes: int) -> None:
    area = Area.of_geometry(geometry)
    assert len(area.boxes) == boxes
    assert area.geometry is geometry
    assert area.within == (area.boxes or (geometry.bounds,))


@given(st.integers(0, 200))
def test_what_bounds_say_of_a_shape_is_true_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 9, (40, 3, 2)).astype(float)
    shapes = shapely.polygons(np.concatenate([corners, corners[:, :1]], axis=1))
    shapes = shapes[shapely.is_valid(shapes)]
    boxes = Area.of_bbox(2, 3, 5, 5).boxes + Area.of_bbox(6, 0, 8, 4).boxes
    places = shapely.union_all([shapely.box(*box) for box in boxes])
    bounds, meets = shapely.bounds(shapes), shapely.intersects(shapes, places)
    assert meets[lie_in(bounds, boxes)].all()
    assert meets[cross(bounds, boxes)].all()
    assert meet(bounds, boxes)[meets].all()


def test_a_point_that_is_asked_for_as_a_box_meets_what_it_touches() -> None:
    bounds = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 2.0, 2.0], [1.5, 0.0, 2.0, 2.0]])
    assert meet(bounds, Area.of_bbox(1, 1, 1, 1).boxes).tolist() == [True, True, False]


@pytest.mark.parametrize("count", [300, 3000])
def test_of_few_bounds_and_of_many_the_same_meet_an_area(count: int) -> None:
    area = Area.of_geometry(shapely.Point(0, 0).buffer(30).difference(shapely.box(-9, -9, 5, 5)))
    at = np.random.default_rng(0).uniform(-40, 40, (count, 2))
    bounds = np.concatenate([at, at + 2], axis=1)
    inside, others = area.settle(bounds)
    shapes = shapely.box(*bounds.T)
    assert not (inside & others).any()
    assert shapely.covers(area.geometry, shapes[inside]).all()
    assert ((inside | others) == shapely.intersects(area.geometry, shapes)).all()


def test_what_is_connected_is_settled_more_often_and_as_truly() -> None:
    rng = np.random.default_rng(2)
    area = Area.of_geometry(shapely.Polygon([(-50, -40), (60, 30), (-50, 30)]))
    corners = rng.uniform(-60, 60, (4000, 1, 2)) + rng.uniform(-2, 2, (4000, 3, 2))
    shapes, connected = shapely.linestrings(corners), rng.random(4000) < 0.5
    sure, others = area.settle(shapely.bounds(shapes), connected)
    inside, _ = area.settle(shapely.bounds(shapes))
    meets = shapely.intersects(area.geometry, shapes)
    assert meets[sure].all()
    assert (sure | others)[meets].all()
    assert (sure & ~inside).any()
    assert connected[sure & ~inside].all()
