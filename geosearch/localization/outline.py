"""The outline of what a map marks, on Earth."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.geo import PixelToLonLat, PixelWindow, footprints
from geosearch.search import MARKED

_GAP_DEG = 2e-8
"""Footprints are rounded to 1e-8."""
_CELLS = 32
"""Rows and columns that a map is drawn with: finer than what it can tell."""


def map_outline(
    values: NDArray[np.float32], window: PixelWindow, to_lonlat: PixelToLonLat
) -> BaseGeometry | None:
    """Return the outline of where a map is over half of its span.

    Args:
        values: float32 [h, w], 0..1.
        window: What the map covers, in pixels of the scene.
        to_lonlat: Where the scene's pixels lie.

    Returns:
        A valid polygon or several in EPSG:4326, cut at 180 degrees; None where the map marks
        nothing, or what it marks is off the Earth.
    """
    runs = _marked_runs(_averaged(values) > MARKED)
    if not len(runs):
        return None
    cell = np.array([window.width, window.height]) / _CELLS
    boxes = runs * np.tile(cell, 2) + np.array([window.col, window.row, 0, 0])
    shapes = [shape for shape in footprints(to_lonlat, boxes) if shape is not None]
    return _joined(shapes) if shapes else None


def _joined(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return shapes that touch as one, without the gaps that rounding leaves between them."""
    grown = shapely.buffer(np.array(shapes, dtype=object), _GAP_DEG, join_style="mitre")
    joined: BaseGeometry = shapely.buffer(shapely.union_all(grown), -_GAP_DEG, join_style="mitre")
    return joined


def _averaged(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return means of the map's parts, float32 [32, 32]."""
    rows = np.array_split(values, _CELLS, axis=0)
    means = [[part.mean() for part in np.array_split(row, _CELLS, axis=1)] for row in rows]
    return np.array(means, np.float32)


def _marked_runs(marked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return column, row, width and height of each run of marked cells in a row, [n, 4]."""
    padded = np.zeros((marked.shape[0], marked.shape[1] + 2), np.int8)
    padded[:, 1:-1] = marked
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    return np.stack([starts, rows, ends - starts, np.ones(len(rows))], axis=1).astype(np.float64)
