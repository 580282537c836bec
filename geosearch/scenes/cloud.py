"""How much of a chip looks like cloud: bright, white, and not small.

Brightness and whiteness are what Fmask asks first of a pixel that may be cloud (Zhu and
Woodcock 2012, doi:10.1016/j.rse.2011.10.028, equations 1 and 2), here of pixels as they are
shown. Fmask goes on with thermal bands, which pictures have not; what goes on here is that
clouds are large, where roofs, roads and cars are small. It is no cloud mask: snow, sand, salt
and roofs that fill a chip look like cloud, and thin cloud, smoke and shadows of clouds do not.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

_SAMPLES = 48
"""A side of a chip is looked at in at least so many places: its share is good to some percent."""
_DARKEST = 160
"""Least value of the darkest band."""
_MOST_COLOUR = 40
"""Most by which bands differ, and so a tighter whiteness than Fmask's, which is for all clouds."""
_MOST_RED = 20
"""Most by which red exceeds blue: dust, sand and concrete are yellow, clouds are not."""
_LEAST_EXTENT_M = 150.0
_LEAST_FILLED = 0.97
"""Share of a square of that extent that is bright and white, in a cloud."""


def cloud_shares(
    pixels: NDArray[np.uint8], valid: NDArray[np.float32], gsd_m: float
) -> NDArray[np.float32]:
    """Return which share of each chip's valid pixels looks like cloud.

    Bright white pixels count where they fill a square of 150 m, or a whole chip of less.

    Args:
        pixels: [n, height, width, 3] red, green, blue; black where not valid; without padding.
        valid: [n], share of valid pixels.
        gsd_m: Metres a pixel.

    Returns:
        [n], 0..1; NaN where no pixel is valid.
    """
    height, width = pixels.shape[1:3]
    step = max(1, min(height, width) // _SAMPLES)
    white = _bright_and_white(pixels[:, ::step, ::step])
    side = min(ceil(_LEAST_EXTENT_M / (gsd_m * step)), *white.shape[1:])
    some = white.any(axis=(1, 2))
    white[some] &= _in_filled_squares(white[some], side)
    shares = np.full(len(pixels), np.nan, np.float32)
    np.divide(white.mean(axis=(1, 2)), valid, out=shares, where=valid > 0)
    return np.minimum(shares, 1, out=shares)  # what is sampled is not exactly what is valid


def _bright_and_white(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return bool [n, height, width] for uint8 [n, height, width, 3]."""
    red, green, blue = (np.ascontiguousarray(pixels[..., band]) for band in range(3))
    darkest = np.minimum(np.minimum(red, green), blue)
    spread = np.maximum(np.maximum(red, green), blue) - darkest
    # where a value is left of what is taken from it, not what wraps round below zero
    warmth = np.maximum(red, blue) - blue
    white: NDArray[np.bool_] = darkest >= _DARKEST
    white &= spread <= _MOST_COLOUR
    white &= warmth <= _MOST_RED
    return white


def _in_filled_squares(white: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Return which places lie in a square that is filled, bool [n, height, width]."""
    if side <= 1:
        return white
    filled = _square_sums(white, side) >= _LEAST_FILLED * side * side
    around = np.pad(filled, ((0, 0), (side - 1, side - 1), (side - 1, side - 1)))
    return _square_sums(around, side) > 0


def _square_sums(places: NDArray[np.bool_], side: int) -> NDArray[np.int32]:
    """Return int32 [n, height - side + 1, width - side + 1]: how many of each square are true."""
    sums = np.pad(places, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1, dtype=np.int32)
    np.cumsum(sums, axis=2, out=sums)
    tall = sums[:, side:] - sums[:, :-side]
    return np.asarray(tall[:, :, side:] - tall[:, :, :-side])
