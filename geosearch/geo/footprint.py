"""Footprints: the true outlines of pixel rectangles.

All footprints of a scene are computed together: the corners of all chips and three points
of every edge are projected in one call, edges that bend are halved, and the few chips at
180 degrees, at a pole or at the Earth's limb are finished one by one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geosearch.geo.limb import limb_outline
from geosearch.geo.projection import Floats, PixelToLonLat, project_pixels
from geosearch.geo.rings import Rings

_STEP = 1 << 16
"""Rectangles that are computed at once: bounds the memory, at 16 points each."""


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
    to_lonlat: PixelToLonLat, windows: NDArray[np.integer[Any]] | Sequence[Sequence[float]]
) -> NDArray[np.object_]:
    """Return the true outlines of pixel rectangles.

    Args:
        to_lonlat: Where pixels lie.
        windows: [n, 4], column, row, width, height in pixels.

    Returns:
        object [n]: Polygon, MultiPolygon, or None for a rectangle that is off the Earth;
        each the same as :func:`footprint` gives.
    """
    rectangles = np.asarray(windows, dtype=np.float64).reshape(-1, 4)
    outlines = np.full(len(rectangles), None, dtype=object)
    for start in range(0, len(rectangles), _STEP):
        part = slice(start, start + _STEP)
        outlines[part] = _outline_all(to_lonlat, rectangles[part])
    return outlines


def _outline_all(to_lonlat: PixelToLonLat, windows: Floats) -> NDArray[np.object_]:
    outlines = np.full(len(windows), None, dtype=object)
    px = _base_rings(windows)  # [n, 17, 2]
    lon, lat = project_pixels(to_lonlat, px)
    whole = np.isfinite(lon).all(axis=1)
    for at in np.flatnonzero(~whole).tolist():
        outlines[at] = limb_outline(to_lonlat, windows[at])
    if whole.any():
        rings = Rings(to_lonlat, px[whole], lon[whole], lat[whole], points_a_side=4)
        outlines[whole] = rings.polygons()
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
