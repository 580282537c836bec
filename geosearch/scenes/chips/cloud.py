"""How much of a chip looks like cloud: bright, white, and not small.

Brightness and whiteness are what Fmask asks first of a pixel that may be cloud (Zhu and
Woodcock 2012, doi:10.1016/j.rse.2011.10.028, equations 1 and 2), here of pixels as they are
shown. Fmask goes on with thermal bands, which pictures have not; what goes on here is that
clouds are large, where roofs, roads and cars are small. It is not a cloud mask: snow, sand, salt
and roofs that fill a chip look like cloud, and thin cloud, smoke and shadows of clouds do not.
"""

from collections.abc import Sequence
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.chips.window_views import side_by_side

_SAMPLES = 48
"""Minimum number of samples along a chip's side: enough for a fraction to a few percent."""
_DARKEST = 160
"""Minimum value of the darkest band."""
_MAX_COLOUR = 40
"""Maximum difference of bands: a tighter whiteness than Fmask's, which is for all clouds."""
_MAX_RED = 20
"""Maximum by which red exceeds blue: dust, sand and concrete are yellow, clouds are not."""
_MIN_EXTENT_M = 150.0
_MIN_FILLED = 0.97
"""Minimum fraction of a square of that extent that is bright and white, in a cloud."""


def cloud_fractions(
    rows: NDArray[np.uint8],
    lefts: Sequence[int],
    width: int,
    valid: NDArray[np.float32],
    gsd_m: float,
) -> NDArray[np.float32]:
    """Return the fraction of each chip's valid pixels that looks like cloud.

    Bright white pixels count where they fill a square of 150 m, or a whole chip of less.

    Args:
        rows: [height, columns, 3], the rows of the chips: red, green, blue; black where not valid.
        lefts: The columns in which n chips begin, ascending and equally far from each other.
        width: Columns of a chip.
        valid: [n], fraction of valid pixels.
        gsd_m: Metres per pixel.

    Returns:
        [n], 0..1; NaN where no pixel is valid.
    """
    step = max(1, min(len(rows), width) // _SAMPLES)
    white = _sampled_white(rows, lefts, width, step)
    side = min(ceil(_MIN_EXTENT_M / (gsd_m * step)), *white.shape[1:])
    enough = _MIN_FILLED * side * side
    count = np.count_nonzero(white, axis=(1, 2))
    cloud = np.zeros(len(white))
    for chip in np.flatnonzero(count >= enough):  # with fewer, not a single square is filled
        cloud[chip] = (white[chip] & _in_filled_squares(white[chip], side, enough)).mean()
    fractions = np.full(len(white), np.nan, np.float32)
    np.divide(cloud, valid, out=fractions, where=valid > 0)
    return np.minimum(fractions, 1, out=fractions)  # what is sampled is not exactly what is valid


def _sampled_white(
    rows: NDArray[np.uint8], lefts: Sequence[int], width: int, step: int
) -> NDArray[np.bool_]:
    """Return which of every ``step``-th rows and columns of each chip are white, [n, h, w].

    Columns that chips share are looked at once.
    """
    apart = lefts[1] - lefts[0] if len(lefts) > 1 else step
    every = gcd(apart, step)
    white = _bright_and_white(rows[::step, lefts[0] : lefts[-1] + width : every])
    columns = ceil(width / every)
    chips: NDArray[np.bool_] = side_by_side(white, 0, columns, apart // every, len(lefts))
    return chips[..., :: step // every]


def _bright_and_white(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return bool [height, width] for uint8 [height, width, 3]."""
    red, green, blue = (np.ascontiguousarray(pixels[..., band]) for band in range(3))
    darkest = np.minimum(np.minimum(red, green), blue)
    spread = np.maximum(np.maximum(red, green), blue) - darkest
    # where a value is left of what is taken from it, not what wraps round below zero
    warmth = np.maximum(red, blue) - blue
    white: NDArray[np.bool_] = darkest >= _DARKEST
    white &= spread <= _MAX_COLOUR
    white &= warmth <= _MAX_RED
    return white


def _in_filled_squares(white: NDArray[np.bool_], side: int, enough: float) -> NDArray[np.bool_]:
    """Return which places lie in a square of which so many are white, bool [height, width]."""
    if side <= 1:
        return white
    around = np.pad(_square_sums(white, side) >= enough, side - 1)
    return _square_sums(around, side) > 0


def _square_sums(places: NDArray[np.bool_], side: int) -> NDArray[np.int32]:
    """Return int32 [height - side + 1, width - side + 1]: how many of each square are true."""
    sums = np.pad(places, ((1, 0), (1, 0))).cumsum(axis=0, dtype=np.int32)
    np.cumsum(sums, axis=1, out=sums)
    tall = sums[side:] - sums[:-side]
    return np.asarray(tall[:, side:] - tall[:, :-side])
