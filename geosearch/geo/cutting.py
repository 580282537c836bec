"""Outlines in longitude and latitude made into polygons as RFC 7946 wants them.

Cut at 180 degrees (section 3.1.9), closed along the pole where one lies inside, exterior
rings counter-clockwise, valid.
"""

import math
from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geosearch.geo.projection import Floats

GRID_DEG = 1e-8
"""Coordinates are snapped to this, about a millimetre: RFC 7946's customary six or seven decimals
would shift the pixels of a drone's picture."""
GRID_DIGITS = 8


def plain_polygons(ring: NDArray[np.int64], lonlat: Floats) -> NDArray[np.object_]:
    """Build the polygons that lie whole within -180..180, counter-clockwise.

    Args:
        ring: int64 [m], ascending, which polygon a point belongs to.
        lonlat: float64 [m, 2], in order along the outline.
    """
    _, number = np.unique(ring, return_inverse=True)
    starts = np.flatnonzero(np.r_[True, number[1:] != number[:-1]])
    following = np.r_[1 : len(ring) + 1]
    following[np.r_[starts[1:], len(ring)] - 1] = starts
    # about the first point, so that the small area of a chip is not lost in large numbers
    relative = lonlat - lonlat[starts][number]
    after = relative[following]
    cross = relative[:, 0] * after[:, 1] - relative[:, 1] * after[:, 0]
    clockwise = np.bincount(number, cross) < 0
    place = np.arange(len(ring), dtype=np.int64)
    order = np.lexsort((np.where(clockwise[number], -place, place), number))
    rings = shapely.linearrings(lonlat[order], indices=number)
    polygons = shapely.polygons(rings)
    for at in np.flatnonzero(~shapely.is_valid(polygons)):
        polygons[at] = united([polygons[at]])
    return np.asarray(polygons)


def cut_polygon(points: Floats) -> Polygon | MultiPolygon | None:
    """Cut an outline [k, 2] of continuous longitudes at 180 degrees."""
    whole = _valid(Polygon(points))
    first = math.floor((points[:, 0].min() + 180) / 360)
    last = math.floor((points[:, 0].max() + 180) / 360)
    parts = []
    for turn in range(first, last + 1):
        part = whole.intersection(shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        parts.append(_moved_west(part, 360 * turn))
    return united(parts)


def _moved_west(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda points: points - [degrees, 0])


def polar_polygon(points: Floats, pole: float) -> Polygon | MultiPolygon | None:
    """Close an outline [k, 2] that goes round a pole, or through it.

    In the plane around the pole (azimuthal equidistant) the outline is an ordinary one.
    There it is halved by the meridians 0 and 180; each half, a polygon beside the pole or
    touching it, has an ordinary image in longitude and latitude.
    """
    radius = np.abs(pole - points[:, 1])
    angle = np.radians(points[:, 0])
    plane = _valid(Polygon(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)))
    parts = []
    for east in (True, False):
        half = plane.intersection(shapely.box(0 if east else -400, -400, 400 if east else 0, 400))
        for polygon in polygons_of(half):
            shell = _unrolled(shapely.get_coordinates(polygon.exterior)[:-1], pole, east)
            holes = [
                _unrolled(shapely.get_coordinates(hole)[:-1], pole, east)
                for hole in polygon.interiors
            ]
            parts.append(Polygon(shell, holes))
    return united(parts)


def _unrolled(ring: Floats, pole: float, east: bool) -> list[tuple[float, float]]:
    """Bring a ring [k, 2] of one half of the plane around a pole to longitude and latitude."""
    ring = _with_pole_between(ring)
    radius = np.hypot(ring[:, 0], ring[:, 1])
    lon = np.degrees(np.arctan2(np.abs(ring[:, 0]), ring[:, 1])) * (1 if east else -1)
    lat = pole - math.copysign(1, pole) * radius
    points: list[tuple[float, float]] = []
    for at in range(len(ring)):
        if radius[at] > 1e-12:
            points.append((float(lon[at]), float(lat[at])))
        else:  # the pole has every longitude: from that of the point before to that of the next
            points.append((float(lon[at - 1]), pole))
            points.append((float(lon[(at + 1) % len(ring)]), pole))
    return points


def _with_pole_between(ring: Floats) -> Floats:
    """Insert the pole where the cut along the meridians 0 and 180 runs through it."""
    rows = []
    for here, there in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        rows.append(here)
        if here[0] == there[0] == 0 and here[1] * there[1] < 0:
            rows.append(np.zeros(2))
    return np.array(rows)


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons in a geometry; lines and points that a cut left over are dropped."""
    parts = shapely.get_parts(geometry, return_index=False)
    flat = [p for part in parts for p in (getattr(part, "geoms", None) or [part])]
    return [part for part in flat if isinstance(part, Polygon) and part.area > 0]


def united(parts: Iterable[BaseGeometry]) -> Polygon | MultiPolygon | None:
    """Unite parts within -180..180 into one valid, snapped, counter-clockwise geometry."""
    whole = shapely.union_all([_valid(part) for part in parts])
    snapped = shapely.set_precision(whole, GRID_DEG)
    polygons = [orient(polygon) for polygon in polygons_of(snapped)]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
