"""Footprints: where pixels lie on the Earth, as polygons in longitude and latitude.

A footprint is the true outline of a pixel rectangle in EPSG:4326. Its edges get as
many points as the projection's bend asks for; it is cut at 180 degrees, as RFC 7946
section 3.1.9 wants, and closed along the pole where one lies inside. This is the only
door to pyproj.

All footprints of a scene are computed together: the corners of all chips and three
points of every edge are projected in one call, edges that bend are halved, and the few
chips at 180 degrees, at a pole or at the Earth's limb are finished one by one.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geosearch.errors import SceneError

Floats = NDArray[np.float64]
ToLonLat = Callable[[Floats, Floats], tuple[Floats, Floats]]
PixelToLonLat = ToLonLat
"""Columns and rows float64 [n] (0, 0 is the outer corner of the first pixel) to longitudes and
latitudes float64 [n] in degrees; inf where a point is off the Earth."""

_GRID_DEG = 1e-8
"""Coordinates are snapped to this, about a millimetre: RFC 7946's customary six or seven decimals
would shift the pixels of a drone's picture."""
_GRID_DIGITS = 8
_BEND_PX = 0.05
"""Farthest that a straight piece of an outline may lie from the true edge, pixels."""
_HALVINGS = 10
"""An edge is halved at most so often: bounds the points where a projection has a crease."""
_JUMP_DEG = 100.0
"""Neighbouring points (sixteen an outline) farther apart in longitude have a pole between them:
even the whole Earth in a rectangle of longitudes has them 90 degrees apart."""
_LATTICE = 128
"""Cells a side of the lattice that finds the part of a rectangle that is on the Earth."""
_OVERHANG_DEG = 93.0
"""Geographic rasters whose pixel centres sit on the pole reach beyond it by half a pixel."""
_EARTH_RADII_M = (6.33e6, 6.40e6)
"""Equatorial radius of every ellipsoid and sphere in use for the Earth, generously."""

_GEOD = pyproj.Geod(ellps="WGS84")


@lru_cache(maxsize=256)
def crs_to_lonlat(crs: str) -> ToLonLat:
    """Return the projection from a CRS to longitude and latitude (EPSG:4326).

    Args:
        crs: Anything that names a CRS: ``EPSG:32633``, WKT, PROJ text.

    Returns:
        x, y float64 [n] (easting before northing, whatever the CRS's own order) to
        longitude, latitude float64 [n], degrees; inf where a point is off the Earth.

    Raises:
        SceneError: The CRS cannot be understood, is not of the Earth, or is a local one.
    """
    try:
        source = pyproj.CRS.from_user_input(crs)
        _require_earth(source)
        transformer = pyproj.Transformer.from_crs(source, "EPSG:4326", always_xy=True)
    except CRSError as error:
        raise SceneError(
            f"its CRS cannot be understood: {error}",
            hint="assign one: gdal_edit.py -a_srs EPSG:CODE FILE",
        ) from error
    except pyproj.exceptions.ProjError as error:
        raise SceneError(
            f"its CRS cannot be brought to longitude and latitude: {error}",
            hint="warp it to a known CRS first: gdalwarp -t_srs EPSG:4326 IN OUT",
        ) from error

    def to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = transformer.transform(np.asarray(x, float), np.asarray(y, float))
        # PROJ passes geographic coordinates through unchecked
        off = ~(np.isfinite(lon) & np.isfinite(lat)) | (np.abs(lat) > _OVERHANG_DEG)
        return np.where(off, np.inf, lon), np.where(off, np.inf, np.clip(lat, -90, 90))

    return to_lonlat


def _require_earth(crs: pyproj.CRS) -> None:
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.ellipsoid is None:
        raise SceneError(
            f"its CRS is a local one ({crs.name}): it has no place on Earth",
            hint="assign a real one: gdal_edit.py -a_srs EPSG:CODE FILE",
        )
    radius = geodetic.ellipsoid.semi_major_metre
    if not _EARTH_RADII_M[0] <= radius <= _EARTH_RADII_M[1]:
        raise SceneError(
            f"its CRS is not of the Earth: {crs.name}, on {geodetic.ellipsoid.name} with a "
            f"radius of {radius / 1000:.0f} km",
            hint="geosearch places scenes of the Earth only; leave it out",
        )


def footprint(
    to_lonlat: PixelToLonLat, col: float, row: float, width: float, height: float
) -> Polygon | MultiPolygon | None:
    """Return the true outline of a pixel rectangle, or None where it is off the Earth.

    Args:
        to_lonlat: Where pixels lie.
        col: Left edge, pixels.
        row: Upper edge, pixels.
        width: Pixels.
        height: Pixels.

    Returns:
        A valid geometry in EPSG:4326, counter-clockwise, within -180..180, cut at 180 degrees.
    """
    outline: Polygon | MultiPolygon | None = footprints(to_lonlat, [[col, row, width, height]])[0]
    return outline


def footprints(
    to_lonlat: PixelToLonLat, windows: NDArray[np.integer] | Sequence[Sequence[float]]
) -> NDArray[np.object_]:
    """Return the true outlines of pixel rectangles.

    Args:
        to_lonlat: Where pixels lie.
        windows: [n, 4], column, row, width, height in pixels.

    Returns:
        object [n]: Polygon, MultiPolygon, or None for a rectangle that is off the Earth;
        each the same as :func:`footprint` gives.
    """
    windows = np.asarray(windows, dtype=np.float64).reshape(-1, 4)
    outlines = np.full(len(windows), None, dtype=object)
    step = 1 << 16  # bounds the memory: 16 points a window
    for start in range(0, len(windows), step):
        part = slice(start, start + step)
        outlines[part] = _outline_all(to_lonlat, windows[part])
    return outlines


def _outline_all(to_lonlat: PixelToLonLat, windows: Floats) -> NDArray[np.object_]:
    outlines = np.full(len(windows), None, dtype=object)
    ring_px = _base_rings(windows)  # [n, 17, 2]
    lon, lat = _project(to_lonlat, ring_px)
    on_earth = np.isfinite(lon).all(axis=1)
    for at in np.flatnonzero(~on_earth):
        outlines[at] = _limb_outline(to_lonlat, windows[at])
    lon, lat, ring_px = lon[on_earth], lat[on_earth], ring_px[on_earth]
    rings = _Rings(to_lonlat, ring_px, lon, lat, corner_step=4)
    outlines[on_earth] = rings.polygons()
    return outlines


def _base_rings(windows: Floats) -> Floats:
    """Return 16 points and the first again on each outline, from the upper left corner.

    Down, right, up, left: counter-clockwise on the ground where north is up.
    """
    s = np.linspace(0, 1, 5)[:-1]
    zero, one = np.zeros(4), np.ones(4)
    u = np.r_[zero, s, one, 1 - s, 0]
    v = np.r_[s, one, 1 - s, zero, 0]
    col, row, width, height = (windows[:, [i]] for i in range(4))
    return np.stack([col + u * width, row + v * height], axis=-1)


def _project(to_lonlat: PixelToLonLat, points_px: Floats) -> tuple[Floats, Floats]:
    """Project pixels [..., 2]; what is off the Earth is inf in both."""
    lon, lat = to_lonlat(points_px[..., 0].ravel(), points_px[..., 1].ravel())
    shape = points_px.shape[:-1]
    off = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(off, np.inf, lon).reshape(shape), np.where(off, np.inf, lat).reshape(shape)


def _turn(lon_difference: Floats) -> Floats:
    """Return a difference of longitudes the short way round, -180..180."""
    return np.asarray(lon_difference - 360 * np.round(lon_difference / 360))


class _Rings:
    """Closed pixel outlines of one length, all on the Earth, on their way to polygons."""

    def __init__(
        self,
        to_lonlat: PixelToLonLat,
        ring_px: Floats,  # [n, k + 1, 2]
        lon: Floats,  # [n, k + 1]
        lat: Floats,
        *,
        corner_step: int,
    ) -> None:
        self.to_lonlat = to_lonlat
        self.count = len(lon)
        steps = _turn(np.diff(lon, axis=1))
        # as it was given where that is continuous: 203 degrees stays 203 until the cut
        unwrapped = np.concatenate([lon[:, :1], lon[:, :1] + np.cumsum(steps, axis=1)], axis=1)
        self.polar = (np.abs(steps) > _JUMP_DEG).any(axis=1)
        self.polar |= np.abs(unwrapped[:, -1] - unwrapped[:, 0]) > 180
        self.tolerance_deg = _BEND_PX * np.maximum(
            _pixel_deg(ring_px, steps, lat), _GRID_DEG / _BEND_PX
        )
        self.lon, self.lat, self.ring_px = unwrapped, lat, ring_px
        self.corner_step = corner_step

    def polygons(self) -> NDArray[np.object_]:
        """Return the polygons object [n], finished."""
        ring, px, lonlat = self._densified()
        del px
        lonlat = np.round(lonlat, _GRID_DIGITS)
        outlines = np.full(self.count, None, dtype=object)
        west = np.full(self.count, np.inf)
        east = np.full(self.count, -np.inf)
        np.minimum.at(west, ring, lonlat[:, 0])
        np.maximum.at(east, ring, lonlat[:, 0])
        # whole turns that bring the middle into -180..180
        turns = np.floor(((west + east) / 2 + 180) / 360)
        plain = ~self.polar & (west - 360 * turns >= -180) & (east - 360 * turns <= 180)
        moved = np.round(lonlat - np.stack([360 * turns, 0 * turns], 1)[ring], _GRID_DIGITS)
        keep = plain[ring]
        if keep.any():
            outlines[plain] = _plain_polygons(ring[keep], moved[keep])
        starts = np.searchsorted(ring, np.arange(self.count + 1))
        for at in np.flatnonzero(~plain):
            points = lonlat[starts[at] : starts[at + 1]]
            if self.polar[at]:
                outlines[at] = _polar_polygon(points, self._pole(at))
            else:
                outlines[at] = _cut_polygon(points)
        return outlines

    def _densified(self) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Halve the edges that bend until every piece is straight enough.

        Returns:
            ring int64 [m], ascending: which ring a point belongs to; its pixel and its
            longitude and latitude float64 [m, 2], in order along the ring, which is not closed.
        """
        corners = np.arange(0, self.lon.shape[1], self.corner_step)
        here, there = corners[:-1], corners[1:]
        ring = np.repeat(np.arange(self.count), len(here))
        place = np.tile(np.arange(len(here), dtype=np.float64), self.count)
        lonlat = np.stack([self.lon, self.lat], axis=-1)
        piece = _Pieces(
            ring,
            place,
            1.0,
            self.ring_px[:, here].reshape(-1, 2),
            self.ring_px[:, there].reshape(-1, 2),
            lonlat[:, here].reshape(-1, 2),
            lonlat[:, there].reshape(-1, 2),
        )
        inner: Floats | None = None
        if self.corner_step == 4:  # the points between the corners are projected already
            between = here[:, None] + np.arange(1, 4)
            inner = lonlat[:, between].reshape(-1, 3, 2)
        done: list[tuple[NDArray[np.int64], Floats, Floats, Floats]] = []
        for _ in range(_HALVINGS):
            if inner is None:
                inner = self._inner(piece)
            bent = _bend_deg(piece, inner) > self.tolerance_deg[piece.ring]
            straight = ~bent
            done.append(
                (
                    piece.ring[straight],
                    piece.place[straight],
                    piece.from_px[straight],
                    piece.from_lonlat[straight],
                )
            )
            if not bent.any():
                break
            piece = piece.halved(bent, inner[bent, 1])
            inner = None
        else:
            done.append((piece.ring, piece.place, piece.from_px, piece.from_lonlat))
        ring, place, px, lonlat = (np.concatenate(parts) for parts in zip(*done, strict=True))
        order = np.lexsort((place, ring))
        return ring[order], px[order], lonlat[order]

    def _inner(self, piece: "_Pieces") -> Floats:
        """Return the points at a quarter, half and three quarters of each piece, [m, 3, 2]."""
        share = np.array([0.25, 0.5, 0.75])[:, None]
        px = piece.from_px[:, None] + share * (piece.to_px - piece.from_px)[:, None]
        lon, lat = _project(self.to_lonlat, px)
        chord = piece.from_lonlat[:, None] + share * (piece.to_lonlat - piece.from_lonlat)[:, None]
        # an edge that leaves the Earth between two points on it is kept straight
        off = ~np.isfinite(lon)
        lon = np.where(off, chord[..., 0], lon)
        lat = np.where(off, chord[..., 1], lat)
        return np.stack([chord[..., 0] + _turn(lon - chord[..., 0]), lat], axis=-1)

    def _pole(self, at: int) -> float:
        """Return the latitude of the pole that lies in or at a ring."""
        low, high = self.ring_px[at].min(axis=0), self.ring_px[at].max(axis=0)
        share = np.linspace(0, 1, 17)
        grid = np.stack(np.meshgrid(*(low[:, None] + share * (high - low)[:, None])), axis=-1)
        _, lat = _project(self.to_lonlat, grid)
        lat = np.where(np.isfinite(lat), lat, 0)
        return math.copysign(90.0, lat.max() + lat.min())


class _Pieces:
    """Pieces of edges that are tested for straightness together, [m] of each."""

    def __init__(
        self,
        ring: NDArray[np.int64],
        place: Floats,
        length: float,
        from_px: Floats,
        to_px: Floats,
        from_lonlat: Floats,
        to_lonlat: Floats,
    ) -> None:
        self.ring = ring
        self.place = place  # position of the piece's start along its ring
        self.length = length  # of the piece, in the same unit
        self.from_px, self.to_px = from_px, to_px
        self.from_lonlat, self.to_lonlat = from_lonlat, to_lonlat

    def halved(self, which: NDArray[np.bool_], middle_lonlat: Floats) -> "_Pieces":
        """Return both halves of some pieces."""
        half = self.length / 2
        middle_px = (self.from_px[which] + self.to_px[which]) / 2
        return _Pieces(
            np.concatenate([self.ring[which]] * 2),
            np.concatenate([self.place[which], self.place[which] + half]),
            half,
            np.concatenate([self.from_px[which], middle_px]),
            np.concatenate([middle_px, self.to_px[which]]),
            np.concatenate([self.from_lonlat[which], middle_lonlat]),
            np.concatenate([middle_lonlat, self.to_lonlat[which]]),
        )


def _pixel_deg(ring_px: Floats, lon_steps: Floats, lat: Floats) -> Floats:
    """Return the size of a pixel on the ground in degrees of latitude, for each ring [n].

    The narrower of the two directions, each where it is widest: beside a pole a pixel of
    a geographic raster has no width at all.
    """
    steps_px = np.abs(np.diff(ring_px, axis=1))
    middle = np.radians((lat[:, 1:] + lat[:, :-1]) / 2)
    steps_deg = np.hypot(lon_steps * np.cos(middle), np.diff(lat, axis=1))
    along = np.maximum(steps_px.max(axis=-1), 1e-300)
    size = steps_deg / along
    columns = steps_px[..., 0] > steps_px[..., 1]
    across = np.where(columns, size, 0).max(axis=1)
    down = np.where(columns, 0, size).max(axis=1)
    return np.asarray(np.minimum(across, down))


def _bend_deg(piece: _Pieces, inner: Floats) -> Floats:
    """Return how far the inner points [m, 3, 2] lie from the straight pieces, degrees [m].

    On the ground: degrees of longitude count as what they are worth at that latitude.
    """
    scale = np.cos(np.radians(inner[..., 1]))  # [m, 3]
    offset = inner - piece.from_lonlat[:, None]
    chord = (piece.to_lonlat - piece.from_lonlat)[:, None]
    ox, oy = offset[..., 0] * scale, offset[..., 1]
    cx, cy = chord[..., 0] * scale, np.broadcast_to(chord[..., 1], scale.shape)
    length2 = cx * cx + cy * cy
    share = np.clip((ox * cx + oy * cy) / np.where(length2 > 0, length2, 1), 0, 1)
    return np.asarray(np.hypot(ox - share * cx, oy - share * cy).max(axis=1))


def _plain_polygons(ring: NDArray[np.int64], lonlat: Floats) -> NDArray[np.object_]:
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
        polygons[at] = _finished([polygons[at]])
    return np.asarray(polygons)


def _cut_polygon(points: Floats) -> Polygon | MultiPolygon | None:
    """Cut an outline [k, 2] of continuous longitudes at 180 degrees."""
    whole = _valid(Polygon(points))
    first = math.floor((points[:, 0].min() + 180) / 360)
    last = math.floor((points[:, 0].max() + 180) / 360)
    parts = []
    for turn in range(first, last + 1):
        part = whole.intersection(shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        parts.append(_moved_west(part, 360 * turn))
    return _finished(parts)


def _moved_west(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda points: points - [degrees, 0])


def _polar_polygon(points: Floats, pole: float) -> Polygon | MultiPolygon | None:
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
        for polygon in _polygons_of(half):
            shell = _unrolled(shapely.get_coordinates(polygon.exterior)[:-1], pole, east)
            holes = [
                _unrolled(shapely.get_coordinates(hole)[:-1], pole, east)
                for hole in polygon.interiors
            ]
            parts.append(Polygon(shell, holes))
    return _finished(parts)


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


def _limb_outline(to_lonlat: PixelToLonLat, window: Floats) -> Polygon | MultiPolygon | None:
    """Return the part of a rectangle [4] that is on the Earth, as cells of a lattice."""
    cells = _cells_on_earth(to_lonlat, window)
    parts = []
    for polygon in _polygons_of(shapely.union_all(list(cells))):
        shell, *holes = (
            _ring_outline(to_lonlat, shapely.get_coordinates(ring))
            for ring in (polygon.exterior, *polygon.interiors)
        )
        if shell is not None:
            parts.append(shell.difference(shapely.union_all([h for h in holes if h is not None])))
    return _finished(parts) if parts else None


def _cells_on_earth(to_lonlat: PixelToLonLat, window: Floats) -> Iterator[Polygon]:
    """Yield runs of lattice cells, in pixels, whose four corners are on the Earth."""
    cols, rows, on_earth = _lattice(to_lonlat, window)
    for r, line in enumerate(on_earth):
        edges = np.diff(np.r_[0, line.astype(np.int8), 0])
        for start, stop in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            yield shapely.box(cols[start], rows[r], cols[stop], rows[r + 1])


def _lattice(to_lonlat: PixelToLonLat, window: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the lines of a rectangle's lattice and which cells [rows, cols] are on the Earth."""
    col, row, width, height = window
    cols = np.linspace(col, col + width, max(1, min(_LATTICE, math.ceil(width))) + 1)
    rows = np.linspace(row, row + height, max(1, min(_LATTICE, math.ceil(height))) + 1)
    lon, _ = _project(to_lonlat, np.stack(np.meshgrid(cols, rows), axis=-1))
    node = np.isfinite(lon)
    return cols, rows, node[1:, 1:] & node[1:, :-1] & node[:-1, 1:] & node[:-1, :-1]


def _ring_outline(to_lonlat: PixelToLonLat, ring_px: Floats) -> Polygon | MultiPolygon | None:
    """Return the area within a closed pixel ring [k + 1, 2] whose corners are on the Earth."""
    lon, lat = _project(to_lonlat, ring_px[None])
    outline: Polygon | MultiPolygon | None = _Rings(
        to_lonlat, ring_px[None], lon, lat, corner_step=1
    ).polygons()[0]
    return outline


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def _polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    parts = shapely.get_parts(geometry, return_index=False)
    flat = [p for part in parts for p in (getattr(part, "geoms", None) or [part])]
    return [part for part in flat if isinstance(part, Polygon) and part.area > 0]


def _finished(parts: Iterable[BaseGeometry]) -> Polygon | MultiPolygon | None:
    """Unite parts within -180..180 into one valid, snapped, counter-clockwise geometry."""
    united = shapely.union_all([_valid(part) for part in parts])
    snapped = shapely.set_precision(united, _GRID_DEG)
    polygons = [orient(polygon) for polygon in _polygons_of(snapped)]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def ground_sizes_m(to_lonlat: PixelToLonLat, windows: NDArray[np.integer]) -> Floats:
    """Return the width and height of pixel rectangles on the ground.

    Args:
        to_lonlat: Where pixels lie.
        windows: [n, 4], column, row, width, height in pixels.

    Returns:
        float64 [n, 2], metres: the rectangle's sides in pixels times the geodesic size of the
        pixel at its centre, or at the place nearest to the centre that is on the Earth; NaN for
        a rectangle that is off the Earth.
    """
    windows = np.asarray(windows, dtype=np.float64).reshape(-1, 4)
    centres = windows[:, :2] + windows[:, 2:] / 2
    sizes = _pixel_sizes_m(to_lonlat, centres, np.ones(2))
    for at in np.flatnonzero(~np.isfinite(sizes).all(axis=1)):
        sizes[at] = _limb_pixel_size_m(to_lonlat, windows[at])
    return np.asarray(sizes * windows[:, 2:])


def _pixel_sizes_m(to_lonlat: PixelToLonLat, centres: Floats, span_px: Floats) -> Floats:
    """Return the size of a pixel [n, 2] in metres, measured over some pixels about points."""
    sides = []
    for axis in (0, 1):
        half = np.zeros(2)
        half[axis] = span_px[axis] / 2
        lon, lat = _project(to_lonlat, np.stack([centres - half, centres + half]))
        with np.errstate(invalid="ignore"):
            finite = np.isfinite(lon).all(axis=0)
        ends = [np.where(finite, values, 0) for values in (lon[0], lat[0], lon[1], lat[1])]
        metres = np.asarray(_GEOD.inv(*ends)[2], dtype=np.float64)
        sides.append(np.where(finite, metres / span_px[axis], np.nan))
    return np.stack(sides, axis=1)


def _limb_pixel_size_m(to_lonlat: PixelToLonLat, window: Floats) -> Floats:
    """Return the size [2] of a pixel in the cell on the Earth that is nearest to the centre."""
    cols, rows, on_earth = _lattice(to_lonlat, window)
    if not on_earth.any():
        return np.full(2, np.nan)
    r, c = np.nonzero(on_earth)
    corners = np.stack([cols[c], rows[r]], axis=1)
    span = np.array([cols[1] - cols[0], rows[1] - rows[0]])
    distance = np.abs(corners + span / 2 - (window[:2] + window[2:] / 2)).sum(axis=1)
    corner = corners[[distance.argmin()]]
    # along the cell's upper and left edge: their ends are known to be on the Earth
    across = _pixel_sizes_m(to_lonlat, corner + span * [0.5, 0], span)[0, 0]
    down = _pixel_sizes_m(to_lonlat, corner + span * [0, 0.5], span)[0, 1]
    return np.array([across, down])


def bbox_geometry(west: float, south: float, east: float, north: float) -> Polygon | MultiPolygon:
    """Return a box as a geometry; two boxes where it crosses 180 degrees (west > east)."""
    if west <= east:
        return shapely.box(west, south, east, north)
    return MultiPolygon(
        [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )


def rfc7946_bbox(geometries: Iterable[BaseGeometry]) -> tuple[float, float, float, float]:
    """Return the smallest box (west, south, east, north) around geometries that are cut at 180.

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
        return float(spans[0, 0]), south, float(reach[-1]), north
    widest = int(gaps.argmax())
    return float(spans[widest + 1, 0]), south, float(reach[widest]), north
