"""Row order: a place is few ranges of rows, and so is a scene.

Coarse cell along a Hilbert curve over longitude and latitude, then scene and level, then
the fine position along the curve.
"""

import numpy as np
from numpy.typing import NDArray

_ORDER = 16
"""Bits per side: a fine cell is 0.0055 by 0.0027 degrees."""
_COARSE_ORDER = 8
"""Bits per side: a coarse cell is 1.4 by 0.7 degrees."""
_MIN_GROUP = 64
"""Chips that share a scene and a time on average, at least, for being kept together."""


def groups_of(
    scene_no: NDArray[np.int32], time_ms: NDArray[np.int64], gsd_m: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return which chips are kept together, int64 [n]: those of a scene, of one time and level.

    Where chips of a scene have times or resolutions of their own, but few share one, that does not
    part them: what lies side by side would be torn apart for nothing.
    """
    group = scene_no.astype(np.int64)
    for column in (gsd_m, time_ms):
        values, at = np.unique(column, return_inverse=True)
        finer = group * len(values) + at
        numbers, finer = np.unique(finer, return_inverse=True)
        if len(numbers) * _MIN_GROUP <= len(group):
            group = finer.astype(np.int64)
    return group


def row_order(centres: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order of chips in a segment.

    Args:
        centres: float64 [n, 2], longitude and latitude of each chip.
        group: int64 [n], which chips were taken together, as `groups_of` says.

    Returns:
        int64 [n]: the chip that stands in each row. Equal keys keep the order given.
    """
    side = 1 << _ORDER
    x = np.clip((centres[:, 0] + 180) / 360 * side, 0, side - 1).astype(np.int64)
    y = np.clip((centres[:, 1] + 90) / 180 * side, 0, side - 1).astype(np.int64)
    fine = hilbert(x, y, _ORDER)
    coarse = fine >> (2 * (_ORDER - _COARSE_ORDER))
    return np.lexsort((fine, group, coarse)).astype(np.int64)


def hilbert(x: NDArray[np.int64], y: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """Return the distance along a Hilbert curve of cells of a square of 2^order cells per side.

    Quadrant by quadrant from the largest, turning the frame as the curve turns (Lam and Shapiro,
    A class of fast algorithms for the Peano-Hilbert space-filling curve, ICIP 1994).
    """
    x, y = x.copy(), y.copy()
    distance = np.zeros(len(x), dtype=np.int64)
    for bit in range(order - 1, -1, -1):
        side = 1 << bit
        right = (x & side) > 0
        upper = (y & side) > 0
        distance += side * side * ((3 * right) ^ upper)
        flip = ~upper & right
        x[flip], y[flip] = side - 1 - (x[flip] & (side - 1)), side - 1 - (y[flip] & (side - 1))
        swap = ~upper
        x[swap], y[swap] = y[swap], x[swap]
        x &= side - 1
        y &= side - 1
    return distance
