"""Outlines made into polygons."""

import numpy as np
import pytest
import shapely

from geosearch.geo.cutting import cut_polygon, plain_polygons, polar_polygon


def ring(west: float, south: float, east: float, north: float) -> np.ndarray:
    return np.array([(west, south), (east, south), (east, north), (west, north)], dtype=float)


@pytest.mark.parametrize("turn", [-360, 0, 360])
def test_an_outline_across_180_is_cut_there_whichever_turn_it_is_on(turn: int) -> None:
    cut = cut_polygon(ring(170 + turn, 0, 190 + turn, 10))
    expected = shapely.union(shapely.box(170, 0, 180, 10), shapely.box(-180, 0, -170, 10))
    assert cut is not None
    assert cut.equals(expected)


def test_clockwise_outlines_are_turned() -> None:
    outlines = plain_polygons(
        np.repeat([3, 8], 4), np.concatenate([ring(0, 0, 1, 1)[::-1], ring(5, 5, 6, 6)])
    )
    assert [outline.exterior.is_ccw for outline in outlines] == [True, True]
    assert outlines[0].equals(shapely.box(0, 0, 1, 1))


def test_a_bow_tie_becomes_valid() -> None:
    tie = np.array([(0, 0), (1, 1), (1, 0), (0, 1)], dtype=float)
    assert plain_polygons(np.zeros(4, dtype=np.int64), tie)[0].is_valid


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_a_cap_reaches_the_pole_all_round(pole: float) -> None:
    lon = np.arange(-180.0, 180, 5)
    cap = polar_polygon(np.stack([lon, np.full(len(lon), pole * 8 / 9)], axis=1), pole)
    south, north = sorted((pole, pole * 8 / 9))
    assert cap is not None
    assert cap.symmetric_difference(shapely.box(-180, south, 180, north)).area < 1
