"""Values of any kind to 8 bits: a linear stretch, fixed once for a scene."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]
"""Values shown as black and as white."""

PERCENTILES = (2.0, 98.0)


def percentile_range(values: NDArray[np.generic]) -> Range:
    """Return the range from the 2nd to the 98th percentile of a band's valid values.

    A band with (almost) one value gets its whole range; with one value, it is shown grey.

    Args:
        values: [n], n at least 1, finite.
    """
    low, high = (float(value) for value in np.percentile(values.astype(np.float64), PERCENTILES))
    if low == high:
        low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 1, high + 1
    return low, high


def to_bytes(values: NDArray[np.generic], ranges: Sequence[Range] | None) -> NDArray[np.uint8]:
    """Stretch bands to 8 bits.

    Args:
        values: [bands, height, width], real.
        ranges: Per band; None leaves 8-bit values as they are.

    Returns:
        uint8 [bands, height, width]; what is not finite becomes 0.
    """
    if ranges is None:
        return values.astype(np.uint8, copy=False)
    out = np.empty(values.shape, dtype=np.uint8)
    for band, (low, high) in enumerate(ranges):
        if values.dtype.itemsize <= 2 and values.dtype.kind in "iu":
            unsigned = np.dtype(f"u{values.dtype.itemsize}")
            every = np.arange(1 << (8 * unsigned.itemsize), dtype=np.uint64)
            table = _scaled(every.astype(unsigned).view(values.dtype), low, high)
            np.take(table, values[band].view(unsigned), out=out[band], mode="clip")
        else:
            out[band] = _scaled(values[band], low, high)
    return out


def _scaled(values: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint8]:
    # float32 has 24 bits of mantissa: enough for its own values, not for 32-bit integers
    narrow = values.dtype in (np.float32, np.float16) and 1e-30 < high - low < 1e30
    work = np.float32 if narrow else np.float64
    # values beyond the range are cut first: the largest of float32 minus the least overflows
    scaled = np.clip(values.astype(work), work(low), work(high))
    scaled -= work(low)
    scaled *= work(255 / (high - low))
    np.nan_to_num(scaled, copy=False, nan=0.0)
    return np.asarray(np.rint(scaled).clip(0, 255).astype(np.uint8))
