"""Values of any kind to 8 bits: a linear stretch, fixed once for a scene."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError

Range = tuple[float, float]
"""Values shown as black and as white: the first is above the second where a file says that its
minimum is white (TIFF 6.0, PhotometricInterpretation 0)."""

Stretch = Literal["auto", "percentile", "none"] | Range
"""Where a scene's ranges are from: its percentiles (``auto``: unless it has 8 bits), nowhere, since
values of 0 to 255 are shown as they are, or one range that is given for all bands."""

_NAMED: dict[str, Stretch] = {"auto": "auto", "percentile": "percentile", "none": "none"}

PERCENTILES = (2.0, 98.0)

_HELD_VALUES = 1 << 17
"""Number of values that stay in a core's own cache from one step to the next."""


def parse_stretch(text: str) -> Stretch:
    """Read a stretch as users write it.

    Args:
        text: ``auto``, ``percentile``, ``none``, or ``LOW,HIGH``.

    Raises:
        UsageError: It is none of these.
    """
    if text in _NAMED:
        return _NAMED[text]
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low = high = math.nan
    if not -math.inf < low < high < math.inf:  # false for NaN, too
        raise UsageError(
            f"invalid `stretch` {text}",
            hint="use auto, percentile, none, or the values shown as black and as white: 0,3000",
            parameter="stretch",
        )
    return low, high


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
        uint8 [bands, height, width], side by side in memory; NaN becomes 0.
    """
    if ranges is None:
        return values.astype(np.uint8, copy=False)
    bands, height, width = values.shape
    # rows of all bands: few numbers per row would leave little to each of numpy's loops
    rows = np.ascontiguousarray(values.transpose(1, 2, 0)).reshape(height, width * bands)
    inverted = np.tile([black > white for black, white in ranges], width)
    ordered = [tuple(sorted(one)) for one in ranges]
    low, high = (np.tile(np.array(side), width) for side in zip(*ordered, strict=True))
    out = np.empty(rows.shape, np.uint8)
    step = max(1, _HELD_VALUES // max(1, rows.shape[1]))
    for first in range(0, height, step):
        some = slice(first, first + step)
        out[some] = _scaled(rows[some], low, high)
    if inverted.any():
        np.subtract(255, out, out=out, where=inverted)
    return out.reshape(height, width, bands).transpose(2, 0, 1)


def _scaled(
    values: NDArray[np.generic], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.floating[Any]]:
    """Return values [n, m] from 0 to 255, between ranges [m]."""
    extent = high - low
    # float32 has 24 bits of mantissa: enough for its own values, not for 32-bit integers
    exact = values.dtype.itemsize <= 2 or values.dtype == np.float32
    narrow = exact and bool(((extent > 1e-30) & (extent < 1e30)).all())
    work = np.float32 if narrow else np.float64
    low, high = low.astype(work), high.astype(work)
    # values beyond the range are clipped first: the largest of float32 minus the smallest overflows
    scaled: NDArray[np.floating[Any]] = values.astype(work)
    np.maximum(scaled, low, out=scaled)  # twice as fast as to clip to arrays
    np.minimum(scaled, high, out=scaled)
    if values.dtype.kind == "f" and np.isnan(scaled.min(initial=0)):
        np.copyto(scaled, low, where=np.isnan(scaled))
    scaled -= low
    scaled *= (255 / extent).astype(work)
    return np.asarray(np.rint(scaled, out=scaled))
