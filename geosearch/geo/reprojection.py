"""Shapes of documents brought to EPSG:4326, from any CRS, with edges as they are meant.

Corners are transformed. An edge that bends on the way (a straight line of a map is none in degrees,
nor is the shortest way on a sphere) gets as many points as that asks for, up to a thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geosearch.geo.cutting import polar_polygon, polygons_of
from geosearch.geo.projection import Floats, crs_to_lonlat
from geosearch.geo.rings import bend_deg, between, short_way
from geosearch.geo.stated_crs import StatedCrs
from geosearch.geo.wrapping import ROUNDING_DEG, Mask, Shapes, has_long_edge, wrapped

BEND_DEG = 1e-7
"""Farthest that a straight edge may lie from the true one: about a centimetre."""
CHIP_FRACTION = 1e-3
"""Of a chip's extent, how far its edges may lie off: what counts of a chip is its corners."""

_HALVINGS = 10
_MAX_STEP_DEG = 45.0
"""Edges that span more are halved whatever they look like, so that no turn goes unseen."""
_JUMP_DEG = 100.0
"""What still spans more then goes through a pole."""
_MAX_POINTS = 1 << 22
"""Of one line: what a stranger's document costs is bounded."""


@dataclass(frozen=True, slots=True)
class _Surface:
    """On what edges are straight."""

    points: Callable[[Floats], Floats]
    """Coordinates [n, 2] of the document to points [n, d] between which edges are straight."""
    lonlat: Callable[[Floats], Floats]
    """Points [n, d] to degrees [n, 2]; inf where a point is off the Earth."""
    drawn: bool
    """Whether longitudes go on beyond 180 as they are drawn; else edges go the short way."""


def shapes_to_lonlat(
    shapes: Shapes, crs: StatedCrs, *, spherical: bool = False, fraction: float = 0.0
) -> Shapes:
    """Return shapes [n] in EPSG:4326, within -180..180, cut at 180 degrees, closed along poles.

    Args:
        shapes: Valid, in two dimensions, x before y; None for a missing one.
        crs: What they are in.
        spherical: Edges are the shortest ways on a sphere, not straight in degrees.
        fraction: Of a shape's extent, how far its edges may lie off, besides `BEND_DEG`.

    Returns:
        None for one that is missing, empty, or off the Earth.
    """
    if not spherical and crs.is_lonlat:
        return wrapped(shapes)
    flat = _surface(crs.definition)
    spherical = spherical and flat.drawn
    surface = _sphere(flat) if spherical else flat
    found = np.array(shapes, dtype=object)
    points, owner = shapely.get_coordinates(found, return_index=True)
    points = surface.points(points)
    lonlat = surface.lonlat(points)
    off = np.unique(owner[~np.isfinite(lonlat).all(axis=1)])
    if len(off):
        found[off] = None
        kept = ~np.isin(owner, off)
        points, lonlat, owner = points[kept], lonlat[kept], owner[kept]
    allowed = np.full(len(found), BEND_DEG)
    _allow_fraction(allowed, fraction, lonlat, owner)
    bent = np.unique(owner[1:][_bends(surface, points, lonlat, owner, allowed)])
    straight = np.ones(len(found), bool)
    straight[bent] = False
    plain = np.array(found, dtype=object)
    plain[~straight] = None
    if straight.any():
        plain = shapely.set_coordinates(plain, lonlat[straight[owner]])
    for at in bent.tolist():
        plain[at] = _drawn(found[at], surface, float(allowed[at]))
    return wrapped(_mended(plain))


def have_long_edges(shapes: Shapes, crs: StatedCrs) -> Mask:
    """Return which shapes [n] have an edge of more than 180 degrees, and none beyond 180.

    Whoever drew them may have meant the short way across 180 degrees.
    """
    found = np.array(shapes, dtype=object)
    surface = None if crs.is_lonlat else _surface(crs.definition)
    if surface is not None:
        if not surface.drawn:
            return np.zeros(len(found), bool)
        found = shapely.transform(found, surface.lonlat)
    west, _, east, _ = shapely.bounds(found).reshape(-1, 4).T
    long = np.asarray((east - west > 180) & (west >= -180) & (east <= 180))
    long[long] = has_long_edge(found[long])
    return long


@lru_cache(maxsize=64)
def _surface(definition: str) -> _Surface:
    """Return the plane of a CRS."""
    project = crs_to_lonlat(definition)
    degrees = _degrees_of(definition)

    def lonlat(points: Floats) -> Floats:
        shape = points.shape[:-1]
        x, y = points[..., 0].ravel(), points[..., 1].ravel()
        lon, lat = project(x, y)
        if degrees is not None:
            with np.errstate(invalid="ignore"):
                east, north = degrees(x, y)
                lon = lon + 360 * np.round((east - lon) / 360)  # 190 stays 190 until the cut
            lon = np.where(np.abs(north) <= 90 + ROUNDING_DEG, lon, np.inf)
        return np.stack([lon.reshape(shape), lat.reshape(shape)], axis=-1)

    return _Surface(lambda points: points, lonlat, drawn=degrees is not None)


def _degrees_of(definition: str) -> Callable[[Floats, Floats], tuple[Floats, Floats]] | None:
    """Return how a geographic CRS's coordinates are degrees from Greenwich; None for a map."""
    crs = pyproj.CRS.from_user_input(definition)
    crs = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    units = {axis.direction: np.degrees(axis.unit_conversion_factor) for axis in crs.axis_info}
    plain = crs.is_geographic and not crs.is_derived and {"east", "north"} <= units.keys()
    if not plain or crs.prime_meridian is None:
        return None
    meridian = crs.prime_meridian
    first = meridian.longitude * np.degrees(meridian.unit_conversion_factor)
    return lambda x, y: (np.asarray(x * units["east"] + first), np.asarray(y * units["north"]))


def _sphere(plane: _Surface) -> _Surface:
    """Return the sphere: between its unit vectors, the straight way seen from the middle."""

    def points(xy: Floats) -> Floats:
        lon, lat = np.radians(plane.lonlat(plane.points(xy))).T
        with np.errstate(invalid="ignore"):
            return np.stack(
                [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
            )

    def lonlat(points: Floats) -> Floats:
        x, y, z = np.moveaxis(points, -1, 0)
        lat = np.degrees(np.arctan2(z, np.hypot(x, y)))
        found = np.stack([np.degrees(np.arctan2(y, x)), lat], axis=-1)
        return np.where(np.isfinite(found), found, np.inf)

    return _Surface(points, lonlat, drawn=False)


def _allow_fraction(
    allowed: Floats,
    fraction: float,
    lonlat: Floats,
    owner: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    """Raise what the edges of each shape may lie off to a fraction of its height."""
    if fraction and len(owner):
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        lat = lonlat[:, 1]
        height = np.maximum.reduceat(lat, starts) - np.minimum.reduceat(lat, starts)
        which = owner[starts]
        allowed[which] = np.maximum(allowed[which], fraction * height)


def _bends(
    surface: _Surface,
    points: Floats,
    lonlat: Floats,
    owner: np.ndarray[tuple[int], np.dtype[np.int64]],
    allowed: Floats,
) -> Mask:
    """Return which steps from point to point cannot stay straight lines of degrees.

    Steps from one part of a shape to the next are among them: more is looked at than needs be.
    """
    if len(points) < 2:
        return np.zeros(0, bool)
    ends = np.stack([lonlat[:-1], lonlat[1:]], axis=1)
    jumps = np.abs(ends[:, 1, 0] - ends[:, 0, 0])
    bent = np.zeros(len(ends), bool) if surface.drawn else jumps > _MAX_STEP_DEG
    same: Mask = np.asarray(owner[1:] == owner[:-1])
    inner = _inner(surface, np.stack([points[:-1], points[1:]], axis=1), ends)
    return np.asarray(same & (bent | (bend_deg(ends, inner) > allowed[owner[1:]])))


def _inner(surface: _Surface, ends: Floats, ends_lonlat: Floats) -> Floats:
    """Return points on edges [m, 2, d] in degrees [m, 3, 2], longitudes near the chords'."""
    found, chord = surface.lonlat(between(ends)), between(ends_lonlat)
    lon = (
        found[..., 0] if surface.drawn else chord[..., 0] + short_way(found[..., 0] - chord[..., 0])
    )
    on = np.asarray(
        np.isfinite(found).all(axis=-1)
    )  # an edge that leaves the Earth is kept straight
    return np.where(on[..., None], np.stack([lon, found[..., 1]], axis=-1), chord)


def _drawn(shape: BaseGeometry, surface: _Surface, allowed_deg: float) -> BaseGeometry | None:
    """Return a shape in degrees with as many points as its edges ask for."""
    if hasattr(shape, "geoms"):
        drawn = [_drawn(part, surface, allowed_deg) for part in shape.geoms]
        parts = wrapped(_mended(np.array([*drawn, None], dtype=object)))[:-1]
        return shapely.union_all([part for part in parts if part is not None])
    if shape.geom_type == "Polygon":
        return _polygon(shape, surface, allowed_deg)
    line = _line(shape, surface, allowed_deg)
    return LineString(line) if len(line) > 1 else shapely.Point(line[0])


def _polygon(shape: BaseGeometry, surface: _Surface, allowed_deg: float) -> BaseGeometry | None:
    shell = _line(shape.exterior, surface, allowed_deg)
    holes = [_line(ring, surface, allowed_deg) for ring in shape.interiors]
    if not surface.drawn and _goes_round_a_pole(shell):
        whole = _about_pole(shell)
        without = [
            _about_pole(hole) if _goes_round_a_pole(hole) else _plain(hole) for hole in holes
        ]
        inner = shapely.union_all([hole for hole in without if hole is not None])
        return whole if whole is None else whole.difference(inner)
    middle = np.ptp(shell[:, 0]) / 2 + shell[:, 0].min()
    for hole in holes:
        off = middle - np.ptp(hole[:, 0]) / 2 - hole[:, 0].min()
        hole[:, 0] += 0 if surface.drawn else 360 * np.round(off / 360)
    return Polygon(shell, holes)


def _goes_round_a_pole(ring: Floats) -> bool:
    lon = ring[:, 0]
    return bool(abs(lon[-1] - lon[0]) > 180 or np.abs(np.diff(lon)).max() > _JUMP_DEG)


def _about_pole(ring: Floats) -> BaseGeometry | None:
    return polar_polygon(ring[:-1], float(np.copysign(90.0, ring[:, 1].mean())))


def _plain(ring: Floats) -> BaseGeometry | None:
    whole: BaseGeometry | None = wrapped(_mended(np.array([Polygon(ring), None], dtype=object)))[0]
    return whole


def _line(line: BaseGeometry, surface: _Surface, allowed_deg: float) -> Floats:
    """Return a line's points [k, 2] in degrees, longitudes going on beyond 180."""
    points = surface.points(shapely.get_coordinates(line))
    lonlat = surface.lonlat(points)
    ends = np.stack([points[:-1], points[1:]], axis=1)
    degrees = _short(surface, np.stack([lonlat[:-1], lonlat[1:]], axis=1))
    place, length = np.arange(len(ends), dtype=np.float64), 1.0
    done: list[tuple[Floats, Floats]] = [(np.array([float(len(ends))]), lonlat[-1:])]
    for left in range(_HALVINGS, -1, -1):
        inner = _inner(surface, ends, degrees)
        bent = bend_deg(degrees, inner) > allowed_deg
        if not surface.drawn:
            bent |= np.abs(degrees[:, 1, 0] - degrees[:, 0, 0]) > _MAX_STEP_DEG
        if not left or 2 * bent.sum() + sum(len(part) for part, _ in done) > _MAX_POINTS:
            bent[:] = False
        done.append((place[~bent], degrees[~bent, 0]))
        if not bent.any():
            break
        length /= 2
        place = np.concatenate([place[bent], place[bent] + length])
        ends = _halved(ends[bent], ends[bent].mean(axis=1))
        degrees = _short(surface, _halved(degrees[bent], inner[bent, 1]))
    order = np.argsort(np.concatenate([part for part, _ in done]), kind="stable")
    found = np.concatenate([part for _, part in done])[order]
    if not surface.drawn:
        steps = short_way(np.diff(found[:, 0]))
        found[1:, 0] = found[0, 0] + np.cumsum(steps)
    return found


def _halved(ends: Floats, middle: Floats) -> Floats:
    first = np.stack([ends[:, 0], middle], axis=1)
    return np.concatenate([first, np.stack([middle, ends[:, 1]], axis=1)])


def _short(surface: _Surface, ends: Floats) -> Floats:
    """Return the ends of edges [m, 2, 2] in degrees, the second the short way from the first."""
    if not surface.drawn:
        ends[:, 1, 0] = ends[:, 0, 0] + short_way(ends[:, 1, 0] - ends[:, 0, 0])
    return ends


def _mended(shapes: Shapes) -> Shapes:
    """Repair what a transformation left invalid; a polygon stays one, or is none."""
    found = np.array(shapes, dtype=object)
    broken = np.asarray(~shapely.is_missing(found) & ~shapely.is_valid(found))
    for at in np.flatnonzero(broken).tolist():
        mended = shapely.make_valid(found[at])
        if found[at].geom_type in ("Polygon", "MultiPolygon"):
            mended = shapely.MultiPolygon(polygons_of(mended))
        found[at] = mended
    return found
