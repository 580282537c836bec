"""Which footprints show one place: those that share more than a fifth of their ground."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

SHARED_GROUND = 0.2
"""Chips that share more than this of the smaller one show one place."""

Shapes = NDArray[np.object_]


def place_numbers(footprints: Sequence[BaseGeometry]) -> NDArray[np.int64]:
    """Return which place each footprint shows.

    The best one that shows no place before it makes a new one, and all others that share their
    ground with it, of whatever scene, are of that place: of several such the first.

    Args:
        footprints: EPSG:4326, best first.

    Returns:
        int64 [n], from 0 in the order in which places appear.
    """
    shapes = level_shapes(footprints)
    numbers = np.full(len(shapes), -1, np.int64)
    tree = shapely.STRtree(shapes)
    count = 0
    for at, shape in enumerate(shapes):
        if numbers[at] >= 0:
            continue
        near = tree.query(shape)
        near = near[numbers[near] < 0]
        numbers[near[shared_ground(shapes[near], shape) > SHARED_GROUND]] = count
        numbers[at] = count
        count += 1
    return numbers


def level_shapes(footprints: Sequence[BaseGeometry] | Shapes) -> Shapes:
    """Return footprints in a plane where areas are to each other as they are on the ground.

    Lambert's cylindrical equal-area projection: latitudes become their sines (Snyder, Map
    Projections: A Working Manual, 1987, equation 10-2).
    """
    shapes = np.empty(len(footprints), object)
    shapes[:] = list(footprints)
    if len(shapes):
        shapes = shapely.transform(shapes, _level)
        broken = ~shapely.is_valid(shapes)
        shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def shared_ground(shapes: Shapes, other: BaseGeometry) -> NDArray[np.float64]:
    """Return how much of their ground shapes share with another one.

    Args:
        shapes: As `level_shapes` gives them, object [n].
        other: Likewise.

    Returns:
        float64 [n], as a fraction of the smaller one's area; 1 where one of both has no area, as a
        point has none, and they meet.
    """
    smaller = np.minimum(shapely.area(shapes), shapely.area(other))
    meet = shapely.intersects(shapes, other)
    shared = np.zeros(len(shapes))
    solid = meet & (smaller > 0)
    shared[solid] = shapely.area(shapely.intersection(shapes[solid], other)) / smaller[solid]
    shared[meet & ~solid] = 1.0
    return shared


def _level(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([lonlat[:, 0], np.degrees(np.sin(np.radians(lonlat[:, 1])))])
