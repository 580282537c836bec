"""Bicubic resizing without antialiasing, as OpenCV's ``INTER_CUBIC`` does it.

Pillow's bicubic is another: it averages when it shrinks, and its kernel has a = -0.5 where
OpenCV's has -0.75. Bit-equal for the windows of semantic localisation (halves, thirds, copies);
elsewhere a value may differ by one, as OpenCV computes in fixed point.
"""

import numpy as np
from numpy.typing import NDArray

_A = -0.75


def resize_cubic(image: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Resize uint8 [h, w, 3] to [size_px, size_px, 3]; the ratio of the sides is not kept."""
    rows, row_weights = _taps(image.shape[0], size_px)
    cols, col_weights = _taps(image.shape[1], size_px)
    across = _weighted(image, cols, col_weights, axis=1)
    down = _weighted(across, rows, row_weights, axis=0)
    return np.rint(down).clip(0, 255).astype(np.uint8)


def _taps(extent_px: int, size_px: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the four pixels that each new one is made of, [size, 4], and their weights."""
    centres = (np.arange(size_px) + 0.5) * (extent_px / size_px) - 0.5
    first = np.floor(centres)
    at = centres - first
    away = np.abs(np.arange(-1, 3) - at[:, None])
    near = ((_A + 2) * away - (_A + 3)) * away**2 + 1
    far = ((_A * away - 5 * _A) * away + 8 * _A) * away - 4 * _A
    weights = np.where(away <= 1, near, far)
    pixels = first[:, None].astype(np.int64) + np.arange(-1, 3)
    return pixels.clip(0, extent_px - 1), weights.astype(np.float32)


def _weighted(
    image: NDArray[np.generic], pixels: NDArray[np.int64], weights: NDArray[np.float32], axis: int
) -> NDArray[np.float32]:
    shape = (1, -1, 1) if axis == 1 else (-1, 1, 1)
    total: NDArray[np.float32] | float = 0.0
    for tap in range(4):
        weight = weights[:, tap]
        if weight.any():  # at a third only one of the four counts
            part = np.take(image, pixels[:, tap], axis=axis) * weight.reshape(shape)
            total = np.asarray(total + part, np.float32)
    return np.asarray(total, np.float32)
