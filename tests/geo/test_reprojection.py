"""Shapes of any CRS lie where pyproj says that their points lie, edges included."""

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosearch.geo import CHIP_FRACTION, have_long_edges, read_crs, shapes_to_lonlat

# what a map's box spans, in its units; among them the Pacific, both poles, and one through a pole
MAPS = {
    32633: (200_000, 4_000_000, 800_000, 6_000_000),
    3035: (2_500_000, 1_400_000, 6_300_000, 5_400_000),
    2154: (100_000, 6_000_000, 1_200_000, 7_100_000),
    3857: (-1e6, -6e6, 9e6, 8e6),
    32760: (500_000, 7_800_000, 1_100_000, 8_400_000),
    3460: (1_500_000, 3_500_000, 2_500_000, 4_500_000),
    3413: (-2e6, -2e6, 2e6, 2e6),
    3031: (-2e6, -2e6, 2e6, 2e6),
    5041: (1e6, 1e6, 3e6, 3e6),
}


def one(shape: Any, crs: Any, **how: Any) -> Any:
    return shapes_to_lonlat(np.array([shape, None], dtype=object)[:1], read_crs(crs), **how)[0]


def lonlat_of(code: int, points: NDArray[np.float64]) -> NDArray[np.float64]:
    project = pyproj.Transformer.from_crs(code, 4326, always_xy=True)
    return np.column_stack(project.transform(*points.T))


@settings(max_examples=80, deadline=None)
@given(
    code=st.sampled_from(sorted(MAPS)), seed=st.integers(0, 1000), corners=st.integers(3, 9),
    hole=st.booleans(),
)  # fmt: skip
def test_what_lies_in_a_shape_of_a_map_lies_in_it_on_the_ground(
    code: int, seed: int, corners: int, hole: bool
) -> None:
    rng = np.random.default_rng(seed)
    west, south, east, north = MAPS[code]
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.3, 1, corners)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    half = np.array([east - west, north - south]) / 2
    middle = np.array([west + east, south + north]) / 2
    shape = shapely.Polygon(middle + ring * half, [middle + ring * half / 3] if hole else None)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    found = one(shape, code)
    assert found is None or found.is_valid
    points = rng.uniform((west, south), (east, north), (500, 2))
    clear = shapely.distance(shapely.boundary(shape), shapely.points(points)) > 1
    points = points[clear]
    inside = shapely.intersects_xy(shape, points)
    said = shapely.intersects_xy(found, lonlat_of(code, points))
    assert (said == inside).all()


@pytest.mark.parametrize(
    ("code", "ends"),
    [(3857, 20037508.342789244), (6933, 17367530.445161372)],
)
def test_the_whole_of_a_map_of_the_world_is_the_world(code: int, ends: float) -> None:
    found = one(shapely.box(-ends, -7e6, ends, 7e6), code)
    assert (found.bounds[0], found.bounds[2]) == pytest.approx((-180, 180), abs=1e-9)
    assert found.covers(shapely.Point(0, 0).buffer(20))
    assert found.covers(shapely.Point(-150, 0).buffer(20))


@settings(max_examples=40, deadline=None)
@given(
    code=st.sampled_from([4807, 4314, 4301, 4269, 4258, 4283]),
    west=st.floats(-179, 170), south=st.floats(-70, 70), width=st.floats(0.01, 5),
    turns=st.integers(-1, 1),
)  # fmt: skip
def test_degrees_and_grades_of_other_datums_are_moved_and_wound(
    code: int, west: float, south: float, width: float, turns: int
) -> None:
    """Truth: pyproj on the corners; a datum moves them by less than a kilometre."""
    crs = pyproj.CRS(code)
    unit = np.degrees(crs.axis_info[0].unit_conversion_factor)
    drawn = shapely.box(west, south, west + width, south + 0.5)
    moved = shapely.transform(drawn, lambda xy: (xy + np.array([360.0 * turns, 0])) / unit)
    found = one(moved, code)
    truth = lonlat_of(code, shapely.get_coordinates(drawn) / unit)
    corners = shapely.points(truth + 360 * (truth < -180)[:, [0]].repeat(2, 1) * [1, 0])
    assert shapely.distance(found, corners).max() < 1e-6
    assert found.is_valid
    assert found.bounds[0] >= -180
    assert found.bounds[2] <= 180


def test_edges_on_a_sphere_are_the_shortest_ways() -> None:
    """Truth: the great circle's highest latitude, tan(lat) = tan(40) / cos(half the span)."""
    found = one(shapely.box(-60, 40, 60, 50), "OGC:CRS84", spherical=True)
    highest = np.degrees(np.arctan(np.tan(np.radians(50)) / np.cos(np.radians(60))))
    assert found.bounds[3] == pytest.approx(highest, abs=1e-4)
    across = shapely.Polygon([(179, -17), (-179, -17), (-179, -16), (179, -16)])
    found = one(across, "OGC:CRS84", spherical=True)
    assert found.area == pytest.approx(2, rel=1e-2)
    assert found.covers(shapely.Point(179.5, -16.5))


def test_a_shape_off_a_map_is_none() -> None:
    assert one(shapely.box(1e9, 1e9, 2e9, 2e9), 3035) is None
    assert one(shapely.box(0, 89, 1, 91), 4258) is None
    assert one(shapely.Polygon(), 3857) is None
    assert one(None, 3857) is None


def test_chips_keep_their_corners_and_get_no_more_points() -> None:
    west = np.random.default_rng(0).uniform(300_000, 700_000, 500)
    chips = shapely.box(west, 5e6, west + 3000, 5.003e6)
    found = shapes_to_lonlat(chips, read_crs(32633), fraction=CHIP_FRACTION)
    assert set(shapely.get_num_coordinates(found)) == {5}
    truth = lonlat_of(32633, shapely.get_coordinates(chips))
    np.testing.assert_allclose(shapely.get_coordinates(found), truth, atol=1e-9)


def test_points_and_lines_and_several_parts_are_moved() -> None:
    parts = shapely.MultiPolygon([shapely.box(4e5, 5e6, 5e5, 6e6), shapely.box(6e5, 5e6, 7e5, 6e6)])
    found = one(parts, 32633)
    assert len(found.geoms) == 2
    mixed = shapely.GeometryCollection([shapely.Point(5e5, 5e6), parts])
    assert one(mixed, 32633).covers(found)
    line = one(shapely.LineString([(1.9e7, 0), (2.1e7, 0)]), 3857)
    assert line.covers(shapely.Point(179, 0))
    assert line.covers(shapely.Point(-179, 0))


def test_only_degrees_that_are_drawn_have_long_edges() -> None:
    uncut = shapely.Polygon([(179, -17), (-179, -17), (-179, -16), (179, -16)])
    beyond = shapely.box(-190, 0, 10, 1)
    shapes = np.array([uncut, beyond, shapely.box(-180, 0, 180, 1), None], dtype=object)
    assert have_long_edges(shapes, read_crs(4326)).tolist() == [True, False, False, False]
    assert have_long_edges(shapes, read_crs(4269)).tolist() == [True, False, False, False]
    assert not have_long_edges(shapes, read_crs(3857)).any()
