"""How large pixel rectangles are on the ground."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from geosearch.geo.limb import earth_lattice
from geosearch.geo.projection import Floats, PixelToLonLat, project_pixels

_GEOD = pyproj.Geod(ellps="WGS84")
_LATTICES = (128, 1024)
"""Cells per side in which a part of a rectangle on the Earth is looked for: no coarser than those
that footprints are made of, so that what has a footprint has a size."""


def box_sizes_m(bounds: Floats) -> Floats:
    """Return how wide and high boxes of longitude and latitude are, metres, float64 [n, 2].

    By the radii of curvature of the WGS84 ellipsoid at the middle latitude (Snyder, Map
    Projections: A Working Manual, 1987, equations 4-18 and 4-20): right for boxes that are small
    beside the Earth.

    Args:
        bounds: float64 [n, 4], west, south, east, north, degrees.
    """
    west, south, east, north = np.radians(bounds).T
    middle = (south + north) / 2
    bend = 1 - _GEOD.es * np.sin(middle) ** 2
    across = _GEOD.a / np.sqrt(bend) * np.cos(middle) * (east - west)
    along = _GEOD.a * (1 - _GEOD.es) / bend**1.5 * (north - south)
    return np.stack([across, along], axis=1)


def ground_sizes_m(
    to_lonlat: PixelToLonLat, windows: NDArray[np.integer[Any]] | Sequence[Sequence[float]]
) -> Floats:
    """Return the width and height of pixel rectangles on the ground.

    Args:
        to_lonlat: Where pixels lie.
        windows: [n, 4], column, row, width, height in pixels.

    Returns:
        float64 [n, 2], metres: the rectangle's sides in pixels times the geodesic size of the
        pixel at its centre, or at the place nearest to the centre that is on the Earth; NaN for
        a rectangle that is off the Earth.
    """
    rectangles = np.asarray(windows, dtype=np.float64).reshape(-1, 4)
    centres = rectangles[:, :2] + rectangles[:, 2:] / 2
    sizes = _pixel_sizes_m(to_lonlat, centres, np.ones(2))
    for at in np.flatnonzero(~np.isfinite(sizes).all(axis=1)):
        sizes[at] = _limb_pixel_size_m(to_lonlat, rectangles[at])
    return np.asarray(sizes * rectangles[:, 2:])


def _pixel_sizes_m(to_lonlat: PixelToLonLat, centres: Floats, span_px: Floats) -> Floats:
    """Return the size of a pixel [n, 2] in metres, measured over some pixels about points."""
    sides = []
    for axis in (0, 1):
        half = np.zeros(2)
        half[axis] = span_px[axis] / 2
        lon, lat = project_pixels(to_lonlat, np.stack([centres - half, centres + half]))
        finite = np.isfinite(lon).all(axis=0)
        lon, lat = np.where(finite, lon, 0), np.where(finite, lat, 0)
        metres = np.asarray(_GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2], dtype=np.float64)
        sides.append(np.where(finite, metres / span_px[axis], np.nan))
    return np.stack(sides, axis=1)


def _limb_pixel_size_m(to_lonlat: PixelToLonLat, window: Floats) -> Floats:
    """Return the size [2] of a pixel in the cell on the Earth that is nearest to the centre."""
    for cells in _LATTICES:
        cols, rows, corners = earth_lattice(to_lonlat, window, cells)
        r, c = np.nonzero(corners == 4)
        if len(r):
            break
    else:
        return np.full(2, np.nan)
    origins = np.stack([cols[c], rows[r]], axis=1)
    span = np.array([cols[1] - cols[0], rows[1] - rows[0]])
    distance = np.abs(origins + span / 2 - (window[:2] + window[2:] / 2)).sum(axis=1)
    origin = origins[[distance.argmin()]]
    # along the cell's upper and left edge: their ends are known to be on the Earth
    across = _pixel_sizes_m(to_lonlat, origin + span * [0.5, 0], span)[0, 0]
    down = _pixel_sizes_m(to_lonlat, origin + span * [0, 0.5], span)[0, 1]
    return np.array([across, down])
