"""Boxes against an area of any shape, most of them settled by a grid over it.

Where no edge of the area goes through any cell that a box reaches into, the box lies in the area
or outside of it as a whole, as each of these cells does. Only where edges are near does geometry
have to decide: of hundreds of thousands of boxes few are there.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index.arrays.aliases import Mask, Numbers

Corners = NDArray[np.float64]
"""Longitude and latitude, [m, 2]."""

_CELLS = 256
"""Cells along each side of an area's bounds."""
_MIN_EXTENT = 1e-6
"""Degrees that a side is taken to be long at least, so that cells have a size."""
_ROUNDING = 1e-9
"""Degrees by which places on edges are taken to be off: far more than they can be."""
_TRIED = ((0.5, 0.5), (0.25, 0.25), (0.75, 0.75), (0.25, 0.75), (0.75, 0.25))
"""Where in bounds an edge is looked for that crosses them: fractions of their width and height."""
_PART = 1 << 17
"""Pieces of edges that are looked at together, as a rule: bounds the memory."""
_MAX_PIECES = 1 << 21
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
        extent = np.maximum([east - west, north - south], _MIN_EXTENT)
        self._by_degree = _CELLS / extent
        self._first, self._last = _edges(geometry)
        self._edge = self._edges_in_cells()
        edged = self._edge >= 0
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

    def crossed(self, bounds: NDArray[np.float64]) -> Mask:
        """Return which bounds float64 [m, 4] an edge was found to cross from side to side.

        A connected shape that spans them reaches from each side to the opposite one, and cannot
        do so without meeting that edge. One edge is tried in each of a few cells.
        """
        found = np.zeros(len(bounds), bool)
        for across, up in _TRIED:
            (left,) = (~found).nonzero()
            some = bounds[left]
            places = some[:, :2] + (across, up) * (some[:, 2:] - some[:, :2])
            edge = self._edge[self._cells(places[:, 1], 1), self._cells(places[:, 0], 0)]
            there = edge >= 0
            ends = self._first[edge[there]], self._last[edge[there]]
            found[left[there]] = _crosses(some[there], *ends)
        return found

    def _cells(self, degrees: NDArray[np.float64], axis: int) -> NDArray[np.intp]:
        """Return the columns (axis 0) or rows (axis 1) of cells; 0 is the rim before the first."""
        places = (degrees - self._origin[axis]) * self._by_degree[axis]
        return np.asarray(np.floor(np.clip(places, -1, _CELLS + 1)), np.intp) + 1

    def _edges_in_cells(self) -> Numbers:
        """Return the number of an edge through each cell, or near it; -1 where there is none."""
        found = np.full((_CELLS + 3, _CELLS + 3), -1, np.int64)
        # in pieces no longer than a cell: the bounds of a long edge would be full of cells
        lengths = np.abs((self._last - self._first) * self._by_degree).max(axis=1)
        pieces = np.maximum(np.ceil(lengths), 1).astype(np.int64)
        if pieces.sum() > _MAX_PIECES:
            return np.zeros_like(found)
        parts = np.cumsum(pieces) // _PART
        for part in range(int(parts[-1]) + 1):
            first, last = np.searchsorted(parts, [part, part + 1])
            self._mark(found, np.repeat(np.arange(first, last), pieces[first:last]), pieces)
        return found

    def _mark(self, found: Numbers, edge: Numbers, pieces: Numbers) -> None:
        """Write the numbers of edges into the cells that their pieces go through.

        Args:
            found: Where to, [rows, columns].
            edge: The edge of each piece, ascending.
            pieces: How many pieces each edge has.
        """
        number = np.arange(len(edge)) - np.searchsorted(edge, edge)
        step = (self._last[edge] - self._first[edge]) / pieces[edge, None]
        begins = self._first[edge] + number[:, None] * step
        ends = begins + step
        low, high = np.minimum(begins, ends) - _ROUNDING, np.maximum(begins, ends) + _ROUNDING
        west, east = self._cells(low[:, 0], 0), self._cells(high[:, 0], 0)
        south, north = self._cells(low[:, 1], 1), self._cells(high[:, 1], 1)
        # no piece is longer than a cell: rounded up, it reaches into three at most
        for column in (west, np.minimum(west + 1, east), east):
            for row in (south, np.minimum(south + 1, north), north):
                found[row, column] = edge

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


def _crosses(bounds: NDArray[np.float64], first: Corners, last: Corners) -> Mask:
    """Return which bounds float64 [m, 4] an edge each crosses from side to side, surely inside."""
    found = np.zeros(len(bounds), bool)
    low, high = bounds[:, :2], bounds[:, 2:]
    long = (np.minimum(first, last) <= low) & (np.maximum(first, last) >= high)
    for along in (0, 1):
        (some,) = (long[:, along] & (first[:, along] != last[:, along])).nonzero()
        begin, way = first[some], last[some] - first[some]
        between = np.ones(len(some), bool)
        for side in (low, high):
            fraction = (side[some, along] - begin[:, along]) / way[:, along]
            place = begin[:, 1 - along] + fraction * way[:, 1 - along]
            between &= place >= low[some, 1 - along] + _ROUNDING
            between &= place <= high[some, 1 - along] - _ROUNDING
        found[some] |= between
    return found


def _edges(geometry: BaseGeometry) -> tuple[Corners, Corners]:
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
