"""Where chips lie in a scene: pure pixel arithmetic, no files.

Edge rule: the last chip of a row or column moves inwards instead of being cut, as
Major TOM's fragments do, so every chip has the encoder's full size. A scene smaller
than a chip gets one window of its own extent; the reader pads it.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import SceneError, UsageError
from geosearch.message import Message

MAX_CHIPS = 1 << 24
"""Maximum number of windows: a raster may claim any size."""
_HINT = Message(
    "use a larger `size_px` and `stride_px`; of a mosaic, index the files that it is made of"
)
_MAX_PER_ROW = 1 << 20
"""Maximum number of windows in a row or a column."""


def chip_windows(
    width_px: int, height_px: int, *, size_px: int, stride_px: int
) -> NDArray[np.int32]:
    """Return the windows that together cover a scene, row by row.

    Row order keeps neighbouring chips in the same blocks of the file, which is what
    lets each block be decoded once.

    Args:
        width_px: Scene width, pixels.
        height_px: Scene height, pixels.
        size_px: Chip edge, pixels, at least 1.
        stride_px: Step between chip origins, pixels, 1 to ``size_px``.

    Returns:
        int32 [n, 4]: column, row, width, height.

    Raises:
        UsageError: The stride leaves gaps between chips.
        SceneError: There would be more than 2**24 chips, or 2**20 in a row or column.
    """
    if not 1 <= stride_px <= size_px:
        raise UsageError(
            f"stride {stride_px} px leaves gaps between {size_px} px chips",
            hint=f"use a stride from 1 to {size_px}",
            parameter="stride_px",
        )
    cols = _origins(width_px, size_px, stride_px)
    rows = _origins(height_px, size_px, stride_px)
    if len(cols) * len(rows) > MAX_CHIPS:
        raise SceneError(
            f"{width_px} x {height_px} px would be cut into {len(cols) * len(rows):,} chips",
            hint=_HINT,
        )
    windows = np.empty((len(rows), len(cols), 4), dtype=np.int32)
    windows[..., 0] = cols
    windows[..., 1] = rows[:, None]
    windows[..., 2] = min(size_px, width_px)
    windows[..., 3] = min(size_px, height_px)
    return windows.reshape(-1, 4)


def _origins(extent_px: int, size_px: int, stride_px: int) -> NDArray[np.int32]:
    last = max(extent_px - size_px, 0)
    if last // stride_px > _MAX_PER_ROW:
        raise SceneError(
            f"{extent_px} px would be cut into {last // stride_px:,} chips per row",
            hint=_HINT,
        )
    origins = np.arange(0, last + 1, stride_px, dtype=np.int32)
    if origins[-1] != last:  # a remainder is left: shift inwards, do not drop it
        origins = np.append(origins, np.int32(last))
    return origins
