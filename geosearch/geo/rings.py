"""Closed pixel outlines brought to the ground, with as many points as their bend asks for.

A piece of an outline is tested at a quarter, half and three quarters of its length; where
the projected points lie off the straight line, it is halved. All outlines are tested in
one go, so that each step is one call of the projection.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.geo.cutting import GRID_DEG, GRID_DIGITS, cut_polygon, plain_polygons, polar_polygon
from geosearch.geo.projection import Floats, PixelToLonLat, project_pixels

_BEND_PX = 0.05
"""Farthest that a straight piece of an outline may lie from the true edge, pixels."""
_AREA_FRACTION = 1e-3
"""Maximum fraction of a rectangle's area that bent edges may take away or add: of one that is
smaller than some 130 pixels, even a twentieth of a pixel along all sides would be more."""
_HALVINGS = 10
"""A side is halved at most so often: bounds the points where a projection has a crease."""
_JUMP_DEG = 100.0
"""Neighbouring points (sixteen an outline) farther apart in longitude have a pole between them:
even the whole Earth in a rectangle of longitudes has them 90 degrees apart."""
FRACTIONS = np.array([0.25, 0.5, 0.75])
"""Where a piece is tested, of its length."""


@dataclass(frozen=True, slots=True)
class Rings:
    """Closed outlines of one number of points, all of them on the Earth."""

    to_lonlat: PixelToLonLat
    """Where pixels lie."""
    px: Floats
    """[n, k + 1, 2], columns and rows; the last point is the first."""
    lon: Floats
    """[n, k + 1], degrees, of the same points."""
    lat: Floats
    """[n, k + 1], degrees."""
    points_a_side: int
    """Straight sides, in pixels, have so many points: 4 has three between the corners."""

    def polygons(self) -> NDArray[np.object_]:
        """Return what the outlines enclose: object [n] of Polygon, MultiPolygon or None."""
        steps = short_way(np.diff(self.lon, axis=1))
        # as it was given where that is continuous: 203 degrees stays 203 until the cut
        lon = self.lon[:, :1] + np.concatenate(
            [np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1
        )
        polar = (np.abs(steps) > _JUMP_DEG).any(axis=1) | (np.abs(lon[:, -1] - lon[:, 0]) > 180)
        allowed_deg = _allowed_bend_px(self.px) * _pixel_deg(self.px, steps, self.lat)
        allowed_deg = np.maximum(allowed_deg, GRID_DEG)
        ring, lonlat = self._densified(np.stack([lon, self.lat], axis=-1), allowed_deg)
        return self._closed(ring, np.round(lonlat, GRID_DIGITS), polar)

    def _closed(
        self, ring: NDArray[np.int64], lonlat: Floats, polar: NDArray[np.bool_]
    ) -> NDArray[np.object_]:
        """Make polygons of outlines [m, 2] of continuous longitudes."""
        outlines = np.full(len(polar), None, dtype=object)
        starts = np.searchsorted(ring, np.arange(len(polar) + 1))
        west = np.minimum.reduceat(lonlat[:, 0], starts[:-1])
        east = np.maximum.reduceat(lonlat[:, 0], starts[:-1])
        shift = 360 * np.floor(((west + east) / 2 + 180) / 360)  # the middle to -180..180
        plain = ~polar & (west - shift >= -180) & (east - shift <= 180)
        kept = plain[ring]
        if kept.any():
            moved = lonlat[kept]
            moved[:, 0] = np.round(moved[:, 0] - shift[ring[kept]], GRID_DIGITS)
            outlines[plain] = plain_polygons(ring[kept], moved)
        for at in np.flatnonzero(~plain).tolist():
            points = lonlat[starts[at] : starts[at + 1]]
            if polar[at]:
                outlines[at] = polar_polygon(points, self._pole(at))
            else:
                outlines[at] = cut_polygon(points)
        return outlines

    def _densified(self, lonlat: Floats, allowed_deg: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Halve the sides that bend until every piece is straight enough.

        Args:
            lonlat: [n, k + 1, 2], continuous longitudes.
            allowed_deg: [n], how far a piece may lie from the true edge.

        Returns:
            ring int64 [m], ascending: which outline a point belongs to; the points float64
            [m, 2] in order, the last of an outline not being its first again.
        """
        corners = np.arange(0, lonlat.shape[1], self.points_a_side)
        here, there = corners[:-1], corners[1:]
        piece = _Pieces(
            ring=np.repeat(np.arange(len(lonlat)), len(here)),
            place=np.tile(np.arange(len(here), dtype=np.float64), len(lonlat)),
            length=1.0,
            px=np.stack([self.px[:, here], self.px[:, there]], axis=2).reshape(-1, 2, 2),
            lonlat=np.stack([lonlat[:, here], lonlat[:, there]], axis=2).reshape(-1, 2, 2),
        )
        if self.points_a_side == 4:  # the points between are projected already
            inner = lonlat[:, here[:, None] + np.arange(1, 4)].reshape(-1, 3, 2)
        else:
            inner = self._inner(piece)
        straight: list[_Pieces] = []
        for _ in range(_HALVINGS):
            bent = bend_deg(piece.lonlat, inner) > allowed_deg[piece.ring]
            straight.append(piece.only(~bent))
            if not bent.any():
                break
            piece = piece.only(bent).halved(inner[bent, 1])
            inner = self._inner(piece)
        else:
            straight.append(piece)
        ring = np.concatenate([part.ring for part in straight])
        order = np.lexsort((np.concatenate([part.place for part in straight]), ring))
        return ring[order], np.concatenate([part.lonlat[:, 0] for part in straight])[order]

    def _inner(self, piece: "_Pieces") -> Floats:
        """Return the points at a quarter, half and three quarters of each piece, [m, 3, 2]."""
        lon, lat = project_pixels(self.to_lonlat, between(piece.px))
        chord = between(piece.lonlat)
        # a side that leaves the Earth between two points on it is kept straight
        off = ~np.isfinite(lon)
        lon = np.where(off, chord[..., 0], lon)
        lat = np.where(off, chord[..., 1], lat)
        return np.stack([chord[..., 0] + short_way(lon - chord[..., 0]), lat], axis=-1)

    def _pole(self, at: int) -> float:
        """Return the latitude of the pole that lies in or at an outline."""
        low, high = self.px[at].min(axis=0), self.px[at].max(axis=0)
        lines = np.linspace(low, high, 17)
        grid = np.stack(np.meshgrid(lines[:, 0], lines[:, 1]), axis=-1)
        _, lat = project_pixels(self.to_lonlat, grid)
        lat = lat[np.isfinite(lat)]
        return math.copysign(90.0, lat.max() + lat.min())


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Pieces of outlines that are tested for straightness together."""

    ring: NDArray[np.int64]
    """[m], which outline a piece belongs to."""
    place: Floats
    """[m], where along its outline a piece starts, in sides."""
    length: float
    """Of every piece, in sides."""
    px: Floats
    """[m, 2, 2], both ends, columns and rows."""
    lonlat: Floats
    """[m, 2, 2], both ends, degrees."""

    def only(self, which: NDArray[np.bool_]) -> "_Pieces":
        """Return some of the pieces."""
        return _Pieces(
            self.ring[which], self.place[which], self.length, self.px[which], self.lonlat[which]
        )

    def halved(self, middle_lonlat: Floats) -> "_Pieces":
        """Return both halves of all pieces, given their middles [m, 2]."""
        half = self.length / 2
        return _Pieces(
            ring=np.concatenate([self.ring, self.ring]),
            place=np.concatenate([self.place, self.place + half]),
            length=half,
            px=_halves(self.px, self.px.mean(axis=1)),
            lonlat=_halves(self.lonlat, middle_lonlat),
        )


def _halves(ends: Floats, middle: Floats) -> Floats:
    first = np.stack([ends[:, 0], middle], axis=1)
    second = np.stack([middle, ends[:, 1]], axis=1)
    return np.concatenate([first, second])


def between(ends: Floats) -> Floats:
    """Return points [m, 3, 2] on the straight lines between two ends [m, 2, 2]."""
    start, stop = ends[:, :1], ends[:, 1:]
    return np.asarray(start + FRACTIONS[:, None] * (stop - start))


def short_way(difference_deg: Floats) -> Floats:
    """Return differences of longitude the short way round, -180..180."""
    return np.asarray(difference_deg - 360 * np.round(difference_deg / 360))


def _allowed_bend_px(px: Floats) -> Floats:
    """Return how far the edges [n, k + 1, 2] of rectangles may lie from the true ones, pixels [n].

    A bow over a chord takes two thirds of its height times its length.
    """
    width, height = np.ptp(px, axis=1).T
    fraction = 0.75 * _AREA_FRACTION * width * height / (width + height)
    return np.asarray(np.minimum(_BEND_PX, fraction))


def _pixel_deg(px: Floats, lon_steps: Floats, lat: Floats) -> Floats:
    """Return the size [n] of a pixel on the ground in degrees of latitude, for each outline.

    The minimum in both directions and along the whole outline: a hemisphere's pixels differ
    by much.

    Args:
        px: [n, k + 1, 2], columns and rows.
        lon_steps: [n, k], degrees from point to point.
        lat: [n, k + 1], degrees.
    """
    steps_px = np.abs(np.diff(px, axis=1)).max(axis=-1)
    middle = np.radians((lat[:, 1:] + lat[:, :-1]) / 2)
    steps_deg = np.hypot(lon_steps * np.cos(middle), np.diff(lat, axis=1))
    return np.asarray((steps_deg / steps_px).min(axis=1))


def bend_deg(ends: Floats, inner: Floats) -> Floats:
    """Return how far points on pieces [m, 3, 2] lie from the chords [m, 2, 2], degrees [m].

    On the ground: degrees of longitude count as what they are worth at that latitude.
    """
    scale = np.cos(np.radians(inner[..., 1]))  # [m, 3]
    offset = inner - ends[:, :1]
    chord = ends[:, 1:] - ends[:, :1]  # [m, 1, 2]
    offset_x, offset_y = offset[..., 0] * scale, offset[..., 1]
    chord_x, chord_y = chord[..., 0] * scale, chord[..., 1]
    length2 = chord_x**2 + chord_y**2
    fraction = (offset_x * chord_x + offset_y * chord_y) / np.where(length2 > 0, length2, 1)
    fraction = fraction.clip(0, 1)
    return np.asarray(
        np.hypot(offset_x - fraction * chord_x, offset_y - fraction * chord_y).max(axis=1)
    )
