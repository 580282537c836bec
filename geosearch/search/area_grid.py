"""Boxes against an area of any shape, most of them settled by a grid over it.

Where no edge of the area goes through any cell that a box reaches into, the box lies in the area
or outside of it as a whole, as each of these cells does. Only where edges are near does geometry
have to decide: of hundreds of thousands of boxes few are there.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Mask = NDArray[np.bool_]

_CELLS = 256
"""Cells along each side of an area's bounds."""
_LEAST_EXTENT = 1e-6
"""Degrees that a side is taken to be long at least, so that cells have a size."""
_ROUNDING = 1e-9
"""Degrees by which pieces of edges are taken to be larger: far more than they can be off."""
_PART = 1 << 17
"""Pieces of edges that are looked at together, as a rule: bounds the memory."""
_MOST_PIECES = 1 << 23
"""With more of them a grid would take longer than it saves."""


class AreaGrid:
    """Which cells over an area its edges go through, and which of the others lie in it.

    A number of degrees goes to a cell by a function that never falls. What meets in degrees meets
    in cells then, whatever is rounded; that is all that exactness needs.
    """

    def __init__(self, geometry: BaseGeometry) -> None:
        """Lay a grid over a geometry, and a rim of cells around that."""
        west, south, east, north = geometry.bounds
        self._origin = np.array([west, south])
        extent = np.maximum([east - west, north - south], _LEAST_EXTENT)
        self._by_degree = _CELLS / extent
        edged = self._edged(geometry)
        self._inside = self._free_inside(geometry, ~edged)
        # how many cells with edges lie before each corner of cells, in both directions
        self._before = np.zeros(np.add(edged.shape, 1), np.int32)
        self._before[1:, 1:] = edged.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)

    def settle(self, bounds: NDArray[np.float64]) -> tuple[Mask, Mask]:
        """Return which bounds float64 [m, 4] lie in the area for sure, and which may meet it."""
        west, east = self._cells(bounds[:, 0], 0), self._cells(bounds[:, 2], 0)
        south, north = self._cells(bounds[:, 1], 1), self._cells(bounds[:, 3], 1)
        edges = self._before[north + 1, east + 1] - self._before[south, east + 1]
        edges += self._before[south, west] - self._before[north + 1, west]
        unsure = edges > 0
        return np.asarray(~unsure & self._inside[south, west]), np.asarray(unsure)

    def _cells(self, degrees: NDArray[np.float64], axis: int) -> NDArray[np.intp]:
        """Return the columns (axis 0) or rows (axis 1) of cells; 0 is the rim before the first."""
        places = (degrees - self._origin[axis]) * self._by_degree[axis]
        return np.asarray(np.floor(np.clip(places, -1, _CELLS + 1)), np.intp) + 1

    def _edged(self, geometry: BaseGeometry) -> Mask:
        """Return the cells that edges go through, or may, bool [rows, columns]."""
        first, last = _edges(geometry)
        edged = np.zeros((_CELLS + 3, _CELLS + 3), bool)
        # in pieces no longer than a cell: the bounds of a long edge would be full of cells
        pieces = np.ceil(np.abs((last - first) * self._by_degree).max(axis=1)).astype(np.int64)
        pieces = np.maximum(pieces, 1)
        if pieces.sum() > _MOST_PIECES:
            return np.ones_like(edged)
        parts = np.cumsum(pieces) // _PART
        for part in range(int(parts[-1]) + 1):
            some = slice(*np.searchsorted(parts, [part, part + 1]))
            self._mark(edged, first[some], last[some], pieces[some])
        return edged

    def _mark(
        self,
        edged: Mask,
        first: NDArray[np.float64],
        last: NDArray[np.float64],
        pieces: NDArray[np.int64],
    ) -> None:
        """Mark the cells that edges go through, each cut into so many pieces."""
        edge = np.repeat(np.arange(len(pieces)), pieces)
        number = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        step = (last - first) / pieces[:, None]
        begins = first[edge] + number[:, None] * step[edge]
        ends = begins + step[edge]
        low, high = np.minimum(begins, ends) - _ROUNDING, np.maximum(begins, ends) + _ROUNDING
        west, east = self._cells(low[:, 0], 0), self._cells(high[:, 0], 0)
        south, north = self._cells(low[:, 1], 1), self._cells(high[:, 1], 1)
        # no piece is longer than a cell: rounded up, it reaches into three at most
        for column in (west, np.minimum(west + 1, east), east):
            for row in (south, np.minimum(south + 1, north), north):
                edged[row, column] = True

    def _free_inside(self, geometry: BaseGeometry, free: Mask) -> Mask:
        """Return which of the cells without edges lie in an area."""
        begins = free.copy()
        begins[:, 1:] &= ~free[:, :-1]
        # cells in a row without an edge between them lie on the same side of it
        rows, columns = begins.nonzero()
        middles = self._origin + (np.stack([columns, rows], axis=1) - 0.5) / self._by_degree
        inside = np.asarray(shapely.contains_xy(geometry, *middles.T))
        run = np.cumsum(begins).reshape(begins.shape) - 1
        return np.asarray(free & np.append(inside, False)[run])


def _edges(geometry: BaseGeometry) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the edges of a geometry begin and end, float64 [e, 2]; a point is one, too."""
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    curves = np.concatenate([parts[~polygons], shapely.get_rings(parts[polygons])])
    corners, curve = shapely.get_coordinates(curves, return_index=True)
    following = np.arange(1, len(corners) + 1)
    ends = np.append(curve[1:] != curve[:-1], True)
    following[ends] -= 1
    return corners, corners[following]
