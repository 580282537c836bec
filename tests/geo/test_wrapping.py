"""Longitudes beyond 180 are those of the next turn."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosearch.geo.wrapping import has_long_edge, wrapped

antimeridian = pytest.importorskip("antimeridian")


def one(shape: shapely.Geometry) -> shapely.Geometry:
    return wrapped(np.array([shape, None], dtype=object))[0]


@given(
    st.floats(-179, 179), st.floats(-80, 80), st.floats(0.01, 100), st.integers(3, 8),
    st.integers(0, 99), st.integers(-1, 1),
)  # fmt: skip
def test_a_polygon_of_any_turn_is_what_an_independent_library_makes_of_it(
    lon: float, lat: float, radius: float, corners: int, seed: int, turns: int
) -> None:
    """Truth: antimeridian, of the same outline, cut at straight edges."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    points = np.column_stack([lon + radius * np.cos(angle), lat + 9 * np.sin(angle)])
    drawn = shapely.Polygon(points)
    if drawn.area < 1e-3 or not drawn.is_valid:
        return
    truth = antimeridian.fix_polygon(antimeridian_ready(drawn), great_circle=False)
    found = one(shapely.transform(drawn, lambda xy: xy + np.array([360.0 * turns, 0])))
    assert found.is_valid
    assert found.symmetric_difference(truth).area < 1e-5 * drawn.area + 1e-6


def antimeridian_ready(drawn: shapely.Polygon) -> shapely.Polygon:
    """Return a polygon with so many points that the short way from each to the next is its edge."""
    return shapely.segmentize(drawn, 20.0)


def test_what_lies_within_is_as_it_was() -> None:
    shape = shapely.box(-180, -90, 180, 90)
    assert one(shape) is shape


def test_what_only_touches_180_from_the_other_turn_is_moved_whole() -> None:
    assert one(shapely.box(180, 0, 190, 1)).equals(shapely.box(-180, 0, -170, 1))
    assert one(shapely.box(-190, 0, -180, 1)).equals(shapely.box(170, 0, 180, 1))


def test_latitudes_beyond_a_pole_by_rounding_are_on_it() -> None:
    assert one(shapely.box(0, 0, 1, 90 + 9e-10)).bounds[3] == 90
    assert one(shapely.box(0, 0, 1, 90 + 1e-6)) is None


@pytest.mark.parametrize(
    "shape", [None, shapely.Polygon(), shapely.box(5000, 0, 5001, 1), shapely.Point(np.nan, 0)]
)
def test_what_has_no_place_is_none(shape: shapely.Geometry) -> None:
    assert one(shape) is None


def test_steps_between_parts_and_rings_are_no_edges() -> None:
    cut = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    hole = shapely.Polygon(
        shapely.box(-170, 0, -80, 9).exterior, [shapely.box(-160, 1, -90, 2).exterior]
    )
    long = shapely.LineString([(-100, 0), (100, 0)])
    shapes = np.array(
        [cut, hole, long, shapely.GeometryCollection([cut, long]), None], dtype=object
    )
    assert has_long_edge(shapes).tolist() == [False, False, True, True, False]
