"""Rectangles that are partly off the Earth: the disk's edge in a geostationary view.

What is on the Earth is found with a lattice whose cells are kept where all four corners
are; cells that are cut by the edge are looked at again with a finer one. So a chip's
footprint ends at the edge to about a pixel, on the Earth's side of it.
"""

import math
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geosearch.geo.cutting import polygons_of, united
from geosearch.geo.projection import Floats, PixelToLonLat, project_pixels
from geosearch.geo.rings import Rings

_CELLS = 128
"""Cells per side of a rectangle's lattice, where it has so many pixels."""
_FINE_CELLS = 8
"""Cells per side that a cell at the edge is divided into: bounds the points of a large disk's
outline to a few thousand."""
_LONGEST_SIDE = 1 / 16
"""Of a rectangle: longer straight sides get points between, so that longitudes stay continuous."""


def limb_outline(to_lonlat: PixelToLonLat, window: Floats) -> Polygon | MultiPolygon | None:
    """Return the part of a rectangle that is on the Earth.

    Args:
        to_lonlat: Where pixels lie.
        window: [4], column, row, width, height.

    Returns:
        A finished footprint, or None where no cell of the lattice is on the Earth.
    """
    cells_px = shapely.union_all(list(_cells_on_earth(to_lonlat, window, _CELLS)))
    cells_px = shapely.segmentize(cells_px, float(window[2:].max()) * _LONGEST_SIDE)
    parts = []
    for polygon in polygons_of(cells_px):
        shell, *holes = (
            _ring_outline(to_lonlat, shapely.get_coordinates(ring))
            for ring in (polygon.exterior, *polygon.interiors)
        )
        if shell is not None:
            parts.append(shell.difference(shapely.union_all([h for h in holes if h is not None])))
    return united(parts) if parts else None


def _cells_on_earth(to_lonlat: PixelToLonLat, window: Floats, max_cells: int) -> Iterator[Polygon]:
    """Yield spans of lattice cells, in pixels, whose four corners are on the Earth."""
    cols, rows, corners = earth_lattice(to_lonlat, window, max_cells)
    for r, line in enumerate(corners == 4):
        edges = np.diff(np.r_[0, line.astype(np.int8), 0])
        for start, stop in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            yield shapely.box(cols[start], rows[r], cols[stop], rows[r + 1])
    cell = np.array([cols[1] - cols[0], rows[1] - rows[0]])
    if max_cells > _FINE_CELLS and cell.max() > 1:
        for r, c in np.argwhere((corners > 0) & (corners < 4)):
            yield from _cells_on_earth(to_lonlat, np.r_[cols[c], rows[r], cell], _FINE_CELLS)


def _ring_outline(to_lonlat: PixelToLonLat, ring_px: Floats) -> Polygon | MultiPolygon | None:
    """Return the area within a closed pixel ring [k + 1, 2] whose points are on the Earth."""
    lon, lat = project_pixels(to_lonlat, ring_px[None])
    ring = Rings(to_lonlat, ring_px[None], lon, lat, points_a_side=1)
    outline: Polygon | MultiPolygon | None = ring.polygons()[0]
    return outline


def earth_lattice(
    to_lonlat: PixelToLonLat, window: Floats, max_cells: int = _CELLS
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Lay a lattice over a rectangle, with cells of a pixel or more.

    Args:
        to_lonlat: Where pixels lie.
        window: [4], column, row, width, height.
        max_cells: Maximum number of cells per side.

    Returns:
        columns float64 [m + 1] and rows float64 [n + 1] of its lines; how many corners of each
        cell are on the Earth, int64 [n, m], 0..4.
    """
    col, row, width, height = window
    cols = np.linspace(col, col + width, max(1, min(max_cells, math.ceil(width))) + 1)
    rows = np.linspace(row, row + height, max(1, min(max_cells, math.ceil(height))) + 1)
    lon, _ = project_pixels(to_lonlat, np.stack(np.meshgrid(cols, rows), axis=-1))
    node = np.isfinite(lon).astype(np.int64)
    return cols, rows, node[1:, 1:] + node[1:, :-1] + node[:-1, 1:] + node[:-1, :-1]
