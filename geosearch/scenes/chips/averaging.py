"""Fewer, larger pixels: each the mean of what it covers, weighted by area.

What is not valid has no weight. This is what GDAL calls average, for pixels as they are shown.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Valid = NDArray[np.bool_]
Edges = NDArray[np.float64]

_HELD_BYTES = 8 << 20
"""Of sums that are held while columns are averaged."""
_EXACT = 1e-9
"""Edges are multiples of a ratio: this close to a whole pixel they are meant to be on it."""
_TIES = 1e-6
"""Added before rounding, so that sums over other neighbours round a half in the same way."""


def pixel_edges(count: int, extent_px: int) -> Edges:
    """Return where ``count`` pixels over ``extent_px`` smaller ones begin and end, [count + 1]."""
    edges = np.arange(count + 1) * (extent_px / count)
    whole = np.rint(edges)
    return np.where(np.abs(edges - whole) < _EXACT * max(1, extent_px), whole, edges)


def area_mean(
    pixels: Pixels, valid: Valid | None, row_edges: Edges, col_edges: Edges
) -> tuple[Pixels, Valid | None]:
    """Average pixels over rectangles.

    Args:
        pixels: uint8 [height, width, 3], black where not valid.
        valid: bool [height, width]; None where all are.
        row_edges: [rows + 1], ascending, 0 to ``height``.
        col_edges: [cols + 1], ascending, 0 to ``width``.

    Returns:
        uint8 [rows, cols, 3], each the mean of the valid pixels under it; bool [rows, cols],
        whether there are any, or None where all pixels are valid.
    """
    rows, cols = len(row_edges) - 1, len(col_edges) - 1
    out = np.empty((rows, cols, 3), dtype=np.uint8)
    seen = None if valid is None else np.empty((rows, cols), dtype=bool)
    # sums of whole pixels are exact as float32; of parts they are not, and pixels on the edge
    # between two values would depend on what is read with them
    whole = bool((row_edges % 1 == 0).all() and (col_edges % 1 == 0).all())
    kind = np.float32 if whole and _is_small(row_edges, col_edges) else np.float64
    step = max(1, _HELD_BYTES // (3 * kind().itemsize * pixels.shape[1]))
    for start in range(0, rows, step):
        part = slice(start, min(start + step, rows))
        edges = row_edges[part.start : part.stop + 1]
        sums = _column_sums(_row_sums(pixels, edges, kind), col_edges)
        if valid is None or seen is None:
            area = np.multiply.outer(np.diff(edges), np.diff(col_edges))
        else:
            area = _column_sums(_row_sums(valid[..., None], edges, kind), col_edges)[..., 0]
            seen[part] = area > _TIES
            area = np.where(seen[part], area, 1.0)
        out[part] = np.floor(sums / area[..., None] + (0.5 + _TIES)).clip(0, 255)
        if seen is not None:
            out[part] *= seen[part][..., None]
    return out, seen


def _is_small(row_edges: Edges, col_edges: Edges) -> bool:
    """Whether sums of 8-bit values stay within the 24 bits of a float32."""
    return float(np.diff(row_edges).max() * np.diff(col_edges).max()) <= 1 << 16


def _row_sums(
    values: NDArray[np.generic], edges: Edges, kind: type[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """Return sums of rows [n, width, channels] between edges, [edges - 1, width, channels]."""
    sums = np.empty((len(edges) - 1, *values.shape[1:]), dtype=kind)
    for out, near, far in zip(sums, edges[:-1], edges[1:], strict=True):
        first, last = int(np.ceil(near)), int(np.floor(far))
        if first > last:  # both edges are within one row
            np.multiply(values[last], kind(far - near), out=out)
            continue
        out[:] = values[first:last].sum(axis=0, dtype=_sum_type(last - first))
        if first > near:
            out += values[first - 1] * kind(first - near)
        if far > last:
            out += values[last] * kind(far - last)
    return sums


def _sum_type(rows: int) -> type[np.unsignedinteger]:
    return np.uint16 if rows <= 257 else np.uint32  # 257 times 255 is the most of 16 bits


def _column_sums(values: NDArray[np.floating[Any]], edges: Edges) -> NDArray[np.floating[Any]]:
    """Return sums of columns [rows, n, channels] between edges, [rows, edges - 1, channels]."""
    near, far = edges[:-1], edges[1:]
    first = np.floor(near).astype(np.int64)
    steps = np.unique(np.diff(first))
    sums = np.zeros((values.shape[0], len(first), values.shape[2]), dtype=values.dtype)
    for tap in range(int((np.ceil(far) - first).max())):
        at = first + tap
        weight = np.clip(np.minimum(far, at + 1) - np.maximum(near, at), 0, None)
        if len(steps) == 1:  # slices are several times faster than a choice of columns
            columns = values[:, at[0] :: steps[0]][:, : len(first)]
        else:
            columns = np.take(values, at, axis=1, mode="clip")
        weight = weight[: columns.shape[1]].astype(values.dtype)
        if not (weight == 1).all():
            columns = columns * weight[:, None]
        sums[:, : columns.shape[1]] += columns
    return sums
