"""The curve visits every cell once and never jumps."""

import numpy as np
import pytest

from geosearch.index.arrays.row_order import hilbert, row_order


@pytest.mark.parametrize("order", [1, 2, 5])
def test_the_curve_goes_through_every_cell_to_a_neighbour(order: int) -> None:
    side = 1 << order
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    distance = hilbert(x, y, order)
    assert sorted(distance) == list(range(side * side))
    along = np.argsort(distance)
    steps = np.abs(np.diff(x[along])) + np.abs(np.diff(y[along]))
    assert (steps == 1).all()


def test_within_a_cell_a_scene_is_one_run_of_rows() -> None:
    rng = np.random.default_rng(0)
    centres = np.stack([rng.uniform(10, 10.2, 400), rng.uniform(50, 50.2, 400)], axis=1)
    scenes: np.ndarray = rng.integers(0, 4, 400).astype(np.int32)
    ordered = scenes[row_order(centres, scenes)]
    assert np.count_nonzero(np.diff(ordered)) == 3


def test_the_ends_of_the_earth_have_a_place() -> None:
    centres = np.array([[180.0, 90.0], [-180.0, -90.0], [180.0, -90.0]])
    assert sorted(row_order(centres, np.zeros(3, np.int32))) == [0, 1, 2]
