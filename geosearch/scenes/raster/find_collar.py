"""Finding the collar of a scene whose file does not say which pixels are valid.

A collar is of one value, 0 or the maximum of its type, in every band, and holds a corner of the
raster. Water and snow may be so too. What lies within is a frame then: its edges are straight, so
that no part of the collar lies between parts of the picture. Pictures that are put together of many
have no such edges; for them it takes two corners in black or three in white, in colours.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from geosearch.scenes.raster.collar import MAX_CELLS, Collar
from geosearch.scenes.raster.pixels import PixelSource, read_values

_MIN_PICTURE = 1e-3
"""Of a raster, how much a collar holds: less is a dark pixel in a corner."""
_STRAIGHT = 0.02
"""Of a collar, how much may lie within what is around the picture."""
_NEAR = 8
"""Of 255, by how much compression that loses changes a collar along its border."""

_Cells = NDArray[np.bool_]


def find_collar(source: PixelSource, *, is_lossy: bool) -> Collar | None:
    """Return the collar of a raster, looked for at about 256 pixels per side.

    Where no corner has a value that collars have, four pixels are all that is read.

    Args:
        source: The bands that are shown.
        is_lossy: Whether its compression changes values.

    Returns:
        None where there is none, and where the file says itself which pixels are valid.
    """
    if _says_itself(source):
        return None
    try:
        corners = _corners(source)
        at_corners = [
            value
            for value in _values(source.dtype)
            if any((corner == value).all() for corner in corners)
        ]
        found = [(value, _collar_cells(source, value)) for value in at_corners]
    except RasterioIOError:  # whoever cuts chips comes upon it again, and reports it
        return None
    value, cells = max(found, key=lambda one: one[1].sum(), default=(0.0, np.zeros((1, 1), bool)))
    if not cells.any():
        return None
    near = _NEAR if is_lossy and source.dtype == np.uint8 else 0
    low, high = (value, value + near) if value == 0 else (value - near, value)
    return Collar(low, high, _grown(cells))


def _says_itself(source: PixelSource) -> bool:
    declared = any(value is not None for value in source.nodata)
    return declared or source.alpha is not None or source.masked or source.palette is not None


def _values(dtype: np.dtype[np.generic]) -> tuple[float, ...]:
    if dtype.kind in "ui":
        return 0.0, float(np.iinfo(dtype.name).max)
    return (0.0,)


def _corners(source: PixelSource) -> list[NDArray[np.generic]]:
    height, width = source.dataset.shape
    places = {(row, col) for row in (0, height - 1) for col in (0, width - 1)}
    return [read_values(source, Window(col, row, 1, 1))[0][:, 0, 0] for row, col in sorted(places)]


def _collar_cells(source: PixelSource, value: float) -> _Cells:
    """Return where the collar of a value is, [rows, cols]; nowhere if what has it is none."""
    height, width = source.dataset.shape
    shape = min(height, MAX_CELLS), min(width, MAX_CELLS)
    values, _ = read_values(source, Window(0, 0, width, height), shape)
    flat = (values == value).all(axis=0)
    corners = np.zeros(shape, bool)
    corners[np.ix_([0, -1], [0, -1])] = True
    cells = _reached(flat & corners, flat)
    picture = _without_specks(~cells)
    if not picture.any() or cells.mean() < _MIN_PICTURE:
        return np.zeros(shape, bool)
    if _is_straight(cells, picture):
        return cells
    needed = 2 if value == 0 else 3
    in_colours = len(source.bands) >= 3
    return cells if in_colours and (cells & corners).sum() >= needed else np.zeros(shape, bool)


def _reached(seeds: _Cells, within: _Cells) -> _Cells:
    """Return the cells that seeds are connected with, side by side, through others ``within``."""
    reached = seeds
    while True:
        wider = _along_rows(_along_rows(reached, within).T, within.T).T
        if (wider == reached).all():
            return wider
        reached = wider


def _along_rows(seeds: _Cells, within: _Cells) -> _Cells:
    """Return the runs of each row that hold a seed."""
    begins = within.copy()
    begins[:, 1:] &= ~within[:, :-1]
    runs = begins.cumsum().reshape(begins.shape)
    held = np.zeros(int(runs[-1, -1]) + 1, bool)
    held[runs[seeds]] = True
    return np.asarray(within & held[runs])


def _without_specks(cells: _Cells) -> _Cells:
    """Return the cells most of whose neighbours are among them."""
    padded = np.pad(cells, 1, mode="edge").astype(np.uint8)
    height, width = cells.shape
    count = sum(padded[r : r + height, c : c + width] for r in range(3) for c in range(3))
    return np.asarray(cells & (count >= 5))


def _is_straight(cells: _Cells, picture: _Cells) -> bool:
    """Return whether hardly any of a collar lies within the convex hull of the picture."""
    rows, cols = np.nonzero(picture)
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([cols, rows]))).buffer(-1.0)
    at_rows, at_cols = np.nonzero(cells)
    return bool(np.mean(shapely.contains_xy(hull, at_cols, at_rows)) <= _STRAIGHT)


def _grown(cells: _Cells) -> _Cells:
    """Return the cells with all around them: the border of the collar runs through these."""
    padded = np.pad(cells, 1)
    height, width = cells.shape
    parts = [padded[r : r + height, c : c + width] for r in range(3) for c in range(3)]
    return np.asarray(np.logical_or.reduce(parts))
