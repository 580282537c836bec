"""What a grid over an area settles is what geometry says, whatever the area and the box."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)

from geosearch.index.filtering.area_grid import AreaGrid

KINDS = ("star", "holed", "many", "line", "lines", "points", "point", "flat", "mixed", "across")


def star(rng: np.random.Generator, corners: int) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = rng.uniform(5, 60, corners)
    return Polygon(np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=1))


def area_of(kind: str, rng: np.random.Generator) -> Any:
    """Draw an area; about half of what there is has its corners at whole degrees."""
    corners = rng.integers(-60, 60, (int(rng.integers(2, 30)), 2)).astype(float)
    west, south = rng.integers(-60, 50, (2, 12))
    boxes = shapely.box(west, south, west + rng.integers(1, 9, 12), south + 5)
    made = {
        "star": lambda: star(rng, int(rng.integers(3, 200))),
        "holed": lambda: star(rng, 40).difference(shapely.box(-4, -4, 3, 3)),
        "many": lambda: shapely.union_all(boxes),
        "line": lambda: LineString(corners),
        "lines": lambda: shapely.union_all([LineString(corners), LineString([(0, 0), (70, 0)])]),
        "points": lambda: MultiPoint(corners),
        "point": lambda: Point(corners[0]),
        "flat": lambda: LineString([(-50, 7), (50, 7)]),
        "mixed": lambda: GeometryCollection(
            [Point(1, 2), LineString(corners), GeometryCollection([boxes[0], Point(3, 4)])]
        ),
        "across": lambda: MultiPolygon(
            [shapely.box(178, -20, 180, 30), Polygon([(-180, -20), (-170, 0), (-180, 30)])]
        ),
    }
    return made[kind]()


def boxes_around(area: Any, rng: np.random.Generator) -> np.ndarray:
    """Draw boxes of all sizes: anywhere, at whole degrees, and at the area's own corners."""
    west, south, east, north = area.bounds
    size = max(east - west, north - south, 1e-7)
    at = rng.uniform(-0.2, 1.2, (600, 2)) * size + [west, south]
    at[:200] = np.round(at[:200])
    own = shapely.get_coordinates(area)
    at[200:400] = own[rng.integers(0, len(own), 200)]
    sides = 10 ** rng.uniform(-6, 0, (600, 2)) * size * rng.choice([0, 1], (600, 1), p=[0.1, 0.9])
    sides[:300] = np.round(sides[:300])
    sign = rng.choice([-1, 1], (600, 2))  # so that any of their corners is at the area's
    return np.concatenate([np.minimum(at, at + sign * sides), np.maximum(at, at + sign * sides)], 1)


def shape_of(box: np.ndarray) -> Any:
    """Return a box, or the line or point that it has shrunk to: geometry knows no flat polygons."""
    west, south, east, north = box
    if west < east and south < north:
        return shapely.box(*box)
    return Point(west, south) if (west, south) == (east, north) else LineString(box.reshape(2, 2))


def polygons_of(area: Any) -> list[Any]:
    """Return the polygons in an area, however deep; one without extent where there is none."""
    if hasattr(area, "geoms"):
        return [polygon for part in area.geoms for polygon in polygons_of(part)]
    return [area if area.geom_type == "Polygon" else Polygon()]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from([1.0, 1e-3, 1e-8]))
def test_what_a_grid_settles_is_true(kind: str, seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    area = area_of(kind, rng)
    area = scale(area, factor, factor, origin=(0, 0))
    bounds = boxes_around(area, rng)
    inside, unsure = AreaGrid(area).settle(bounds)
    shapes = np.array([shape_of(box) for box in bounds])
    assert not (inside & unsure).any()
    # one by one: of a collection with a line through its polygon, GEOS 3.14 tells it wrongly
    covered = [shapely.covers(polygon, shapes[inside]) for polygon in polygons_of(area)]
    assert np.any(covered, axis=0).all()
    assert not shapely.intersects(area, shapes[~inside & ~unsure]).any()


@pytest.mark.parametrize("kind", ["star", "holed", "many", "across"])
def test_of_small_boxes_most_are_settled(kind: str) -> None:
    rng = np.random.default_rng(1)
    area = area_of(kind, rng)
    west, south, east, north = area.bounds
    at = rng.uniform([west, south], [east, north], (5000, 2))
    inside, unsure = AreaGrid(area).settle(np.concatenate([at, at + 1e-3 * (east - west)], axis=1))
    assert unsure.mean() < 0.2
    assert inside.any()


def test_a_long_edge_leaves_the_cells_beside_it_free() -> None:
    half = Polygon([(-100, -50), (100, 50), (-100, 50)])
    inside, unsure = AreaGrid(half).settle(np.array([[-90, 30, -80, 40], [80, -40, 90, -30.0]]))
    assert inside.tolist() == [True, False]
    assert unsure.tolist() == [False, False]


def test_of_too_many_long_edges_nothing_is_settled() -> None:
    turns = np.arange(40_000)
    area = LineString(np.stack([np.where(turns % 2, 100.0, -100.0), turns / 1000], axis=1))
    inside, unsure = AreaGrid(area).settle(np.array([[-1, 1, 1, 2], [-1, 50, 1, 60.0]]))
    assert not inside.any()
    assert unsure.all()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_an_edge_crosses_from_side_to_side_is_met(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    area = area_of(kind, rng)
    at = rng.uniform(-60, 60, (500, 1, 2))
    if seed % 2:
        at = np.round(at)
    corners = at + rng.integers(-4, 5, (500, 4, 2))
    # the most slender of connected shapes that span their bounds: lines through a few corners
    shapes = shapely.linestrings(corners)
    crossed = AreaGrid(area).crossed(shapely.bounds(shapes))
    assert shapely.intersects(area, shapes[crossed]).all()


def test_an_edge_crosses_where_it_goes_through_opposite_sides() -> None:
    cases = {
        (-7, -5, -3, 5): True,  # through west and east
        (4.25, 2.75, 7.25, 3): True,  # through south and north
        (-9, -0.5, -7, 0.5): False,  # it begins within
        (-7, 0, -3, 5): False,  # along the side: rounding might decide
        (2, 0.5, 5, 2): False,  # through a corner only
        (50, 50, 60, 60): False,
    }
    area = LineString([(-8, 0), (0, 0), (8, 4)])
    boxes = np.array(list(cases), float)
    assert AreaGrid(area).crossed(boxes).tolist() == list(cases.values())


def test_of_an_area_of_long_edges_most_border_boxes_are_crossed() -> None:
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    reach = np.where(np.arange(400) % 2, 30, 60)
    spikes = Polygon(np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=1))
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 2000)
    at = 45 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    bounds = np.concatenate([at - 1, at + 1], axis=1)
    assert AreaGrid(spikes).crossed(bounds).mean() > 0.7
