"""Shapes in degrees brought within -180..180, as rasters are: moved by whole turns, cut at 180.

Longitudes beyond 180 are those of the next turn, whether by rounding (180.0000001) or by habit
(0..360). Lines are as they are drawn: one from 179 to -179 goes the long way round.
"""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.geo.cutting import united

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]

MAX_LON = 900.0
"""Two turns beyond 180 degrees: farther out, numbers are not degrees."""
ROUNDING_DEG = 1e-9
"""Farthest that a latitude may lie beyond a pole."""


def wrapped(shapes: Shapes) -> Shapes:
    """Return shapes [n] within -180..180 and -90..90, cut at 180 degrees where they cross it.

    Args:
        shapes: Valid, in two dimensions, in degrees; None for a missing one.

    Returns:
        The same where nothing was to be done; None for one that is missing, empty, not finite,
        beyond a pole, or more than two turns away.
    """
    found = np.array(shapes, dtype=object)
    west, south, east, north = shapely.bounds(found).reshape(-1, 4).T
    # comparisons with NaN, the bounds of what is missing or empty, are false
    on = (west >= -MAX_LON) & (east <= MAX_LON)
    on &= (south >= -90 - ROUNDING_DEG) & (north <= 90 + ROUNDING_DEG)
    found[~on] = None
    over = on & ((south < -90) | (north > 90))
    if over.any():
        found[over] = shapely.transform(found[over], _within_poles)
    for at in np.flatnonzero(on & ((west < -180) | (east > 180))).tolist():
        found[at] = _moved(found[at])
    return found


def has_long_edge(shapes: Shapes) -> Mask:
    """Return which shapes [n] have an edge of more than 180 degrees, as one across 180 has it.

    One of 360 degrees spans the Earth, and is meant to.
    """
    found = np.zeros(len(shapes), bool)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    found[np.unique(owner[1:][_is_long(points) & (owner[1:] == owner[:-1])])] = True
    for at in np.flatnonzero(found).tolist():  # it may be the step from one part to the next
        found[at] = any(
            _is_long(shapely.get_coordinates(line)).any() for line in _lines(shapes[at])
        )
    return found


def _is_long(points: NDArray[np.float64]) -> Mask:
    span = np.abs(np.diff(points[:, 0]))
    return np.asarray((span > 180) & (span != 360))


def _lines(shape: BaseGeometry) -> list[BaseGeometry]:
    if hasattr(shape, "geoms"):
        return [line for part in shape.geoms for line in _lines(part)]
    if shape.geom_type == "Polygon":
        return [shape.exterior, *shape.interiors]
    return [shape]


def _within_poles(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points[:, 0], points[:, 1].clip(-90, 90)])


def _moved(shape: BaseGeometry) -> BaseGeometry | None:
    """Move the part of a shape in each turn to -180..180."""
    west, _, east, _ = shape.bounds
    first = math.floor((west + 180) / 360)
    last = max(math.ceil((east + 180) / 360) - 1, first)
    if first == last:
        return _shifted(shape, 360 * first)
    parts = []
    for turn in range(first, last + 1):
        strip = shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)
        parts.append(_shifted(shape.intersection(strip), 360 * turn))
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return united(parts)  # without lines where it only touches a meridian
    return shapely.union_all(parts)


def _shifted(shape: BaseGeometry, degrees: int) -> BaseGeometry:
    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        # what was rounded to lie in this turn may not quite do so
        return np.column_stack([(points[:, 0] - degrees).clip(-180, 180), points[:, 1]])

    return shapely.transform(shape, moved)
