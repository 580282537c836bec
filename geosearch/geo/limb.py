"""Rectangles that are partly off the Earth: the disk's edge in a geostationary view."""

import math
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geosearch.geo.cutting import finished, polygons_of
from geosearch.geo.projection import Floats, PixelToLonLat, project_pixels
from geosearch.geo.rings import Rings

_LATTICE = 128
"""Cells a side of the lattice that finds the part of a rectangle that is on the Earth."""


def limb_outline(to_lonlat: PixelToLonLat, window: Floats) -> Polygon | MultiPolygon | None:
    """Return the part of a rectangle [4] that is on the Earth, as cells of a lattice."""
    cells = _cells_on_earth(to_lonlat, window)
    parts = []
    for polygon in polygons_of(shapely.union_all(list(cells))):
        shell, *holes = (
            _ring_outline(to_lonlat, shapely.get_coordinates(ring))
            for ring in (polygon.exterior, *polygon.interiors)
        )
        if shell is not None:
            parts.append(shell.difference(shapely.union_all([h for h in holes if h is not None])))
    return finished(parts) if parts else None


def _cells_on_earth(to_lonlat: PixelToLonLat, window: Floats) -> Iterator[Polygon]:
    """Yield runs of lattice cells, in pixels, whose four corners are on the Earth."""
    cols, rows, on_earth = earth_lattice(to_lonlat, window)
    for r, line in enumerate(on_earth):
        edges = np.diff(np.r_[0, line.astype(np.int8), 0])
        for start, stop in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            yield shapely.box(cols[start], rows[r], cols[stop], rows[r + 1])


def _ring_outline(to_lonlat: PixelToLonLat, ring_px: Floats) -> Polygon | MultiPolygon | None:
    """Return the area within a closed pixel ring [k + 1, 2] whose points are on the Earth."""
    lon, lat = project_pixels(to_lonlat, ring_px[None])
    ring = Rings(to_lonlat, ring_px[None], lon, lat, points_a_side=1)
    outline: Polygon | MultiPolygon | None = ring.polygons()[0]
    return outline


def earth_lattice(
    to_lonlat: PixelToLonLat, window: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the lines of a rectangle's lattice and which cells [rows, cols] are on the Earth."""
    col, row, width, height = window
    cols = np.linspace(col, col + width, max(1, min(_LATTICE, math.ceil(width))) + 1)
    rows = np.linspace(row, row + height, max(1, min(_LATTICE, math.ceil(height))) + 1)
    lon, _ = project_pixels(to_lonlat, np.stack(np.meshgrid(cols, rows), axis=-1))
    node = np.isfinite(lon)
    return cols, rows, node[1:, 1:] & node[1:, :-1] & node[:-1, 1:] & node[:-1, :-1]
