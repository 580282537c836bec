"""Groups of blocks find what looking at each block finds."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosearch.index.filtering.block_groups import BlockGroups
from geosearch.index.filtering.box import Box

side = st.integers(-4, 4)
"""Whole degrees, so that edges and corners touch exactly."""


def bounds_of(seed: int, count: int) -> np.ndarray:
    """Boxes of up to three degrees, some without extent."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(-5, 4, (count, 2)).astype(float)
    return np.concatenate([corners, corners + rng.integers(0, 4, (count, 2))], axis=1)


@given(
    seed=st.integers(0, 20),
    count=st.sampled_from([0, 1, 63, 64, 65, 500]),
    corners=st.tuples(side, side, side, side),
)
def test_blocks_that_touch_a_box_are_found_as_shapely_finds_them(
    seed: int, count: int, corners: tuple[int, int, int, int]
) -> None:
    a, b, c, d = corners
    box = Box(min(a, c), min(b, d), max(a, c), max(b, d))
    bounds = bounds_of(seed, count)
    west, south, east, north = bounds.T
    overlap = np.minimum(east, box.east) - np.maximum(west, box.west)
    above = np.minimum(north, box.north) - np.maximum(south, box.south)
    found = BlockGroups(bounds).meeting(box)
    assert found.tolist() == np.flatnonzero((overlap >= 0) & (above >= 0)).tolist()
    if box.west < box.east and box.south < box.north and count:
        solid = (west < east) & (south < north)
        meets = shapely.intersects(shapely.box(*bounds.T), shapely.box(*box))
        assert np.isin(np.flatnonzero(solid & meets), found).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_not_a_number_hides_itself_and_no_other(order: str) -> None:
    bounds = np.array([[0, 0, 1, 1], [np.nan] * 4, [2, 2, 3, 3]], order=order)  # type: ignore[call-overload]
    assert BlockGroups(bounds).meeting(Box(-9, -9, 9, 9)).tolist() == [0, 2]
