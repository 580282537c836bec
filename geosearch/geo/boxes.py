"""Boxes of longitude and latitude, which may cross 180 degrees (RFC 7946, 5.2)."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


class Bbox(NamedTuple):
    """A box of longitude and latitude, degrees; it crosses 180 degrees where west > east."""

    west: float
    south: float
    east: float
    north: float


def bbox_geometry(west: float, south: float, east: float, north: float) -> Polygon | MultiPolygon:
    """Return a box as a geometry; two boxes where it crosses 180 degrees (west > east)."""
    if west <= east:
        return shapely.box(west, south, east, north)
    return MultiPolygon(
        [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )


def rfc7946_bbox(geometries: Iterable[BaseGeometry]) -> Bbox:
    """Return the smallest box around geometries that are cut at 180 degrees.

    West > east where the box crosses 180 degrees (RFC 7946 section 5.2).
    """
    parts = [part for geometry in geometries for part in getattr(geometry, "geoms", [geometry])]
    bounds = shapely.bounds(np.array(parts, dtype=object))
    south, north = float(bounds[:, 1].min()), float(bounds[:, 3].max())
    spans = bounds[np.argsort(bounds[:, 0], kind="stable")][:, [0, 2]]
    reach = np.maximum.accumulate(spans[:, 1])
    gaps = spans[1:, 0] - reach[:-1]
    outside = spans[0, 0] + 360 - reach[-1]  # the gap that holds 180 degrees
    if not len(gaps) or gaps.max() <= outside:
        return Bbox(float(spans[0, 0]), south, float(reach[-1]), north)
    widest = int(gaps.argmax())
    return Bbox(float(spans[widest + 1, 0]), south, float(reach[widest]), north)
