"""Chips of one row, side by side, out of the rows of pixels that they are in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.chips.cloud import cloud_fractions
from geosearch.scenes.chips.strip import Strip
from geosearch.scenes.chips.window_views import equal_spans, side_by_side
from geosearch.scenes.opening.scene import Scene
from geosearch.scenes.raster.pixels import Pixels, Valid
from geosearch.scenes.raster.reading_memory import reading_memory

_BLOCK_CHIPS = 512


@dataclass(frozen=True, slots=True)
class ChipBlock:
    """Some chips of a scene, in the order of its windows."""

    first: int
    """Number of the first chip's window."""
    pixels: Pixels
    """uint8 [m, size, size, 3], read-only; what is not valid, and the padding, is black. Chips
    without padding are a view of what was decoded: copying them is left to who needs a copy."""
    valid: NDArray[np.float32]
    """[m], fraction of valid pixels in the chip, 0..1; padding does not count."""
    cloud: NDArray[np.float32]
    """[m], fraction of valid pixels that look like cloud, 0..1; NaN where that cannot be told."""


def row_blocks(
    scene: Scene,
    strip: Strip,
    windows: NDArray[np.int64],
    first: int,
    size_px: int,
    gsd_m: float,
) -> Iterator[ChipBlock]:
    """Yield the chips of a row, whose pixels a strip holds.

    Args:
        scene: The scene.
        strip: Rows of the level that the chips are cut from.
        windows: [n, 4], column, row, width, height in pixels of the level.
        first: Number of the first chip's window.
        size_px: Edge of a chip.
        gsd_m: Metres per pixel.
    """
    top, height = int(windows[0, 1]), int(windows[0, 3])
    pixels, valid = strip.rows(top, top + height)
    lefts, widths = (windows[:, 0] - strip.left).tolist(), windows[:, 2].tolist()
    at_once = max(1, min(_BLOCK_CHIPS, reading_memory().block_bytes // (3 * size_px * size_px)))
    for span in equal_spans(lefts, widths):
        for start in range(span.start, span.stop, at_once):
            some = lefts[start : min(start + at_once, span.stop)]
            width = widths[start]
            fractions = _valid_fractions(valid, height, some, width)
            cloud = np.full(len(some), np.nan, np.float32)
            # one band has no colour, and may be a radar's or a map's
            if len(set(scene.bands)) > 1:
                cloud = cloud_fractions(pixels, some, width, fractions, gsd_m)
            yield ChipBlock(first + start, _cut(pixels, some, width, size_px), fractions, cloud)


def _cut(pixels: Pixels, lefts: Sequence[int], width: int, size_px: int) -> Pixels:
    """Return chips [n, size, size, 3] of rows: a view of them where chips need no padding."""
    apart = lefts[1] - lefts[0] if len(lefts) > 1 else 1
    chips: Pixels = side_by_side(pixels, lefts[0], width, apart, len(lefts))
    if chips.shape[1:3] == (size_px, size_px):
        return chips
    padded = np.zeros((len(chips), size_px, size_px, 3), np.uint8)
    padded[:, : chips.shape[1], :width] = chips
    return padded


def _valid_fractions(
    valid: Valid | None, height: int, lefts: Sequence[int], width: int
) -> NDArray[np.float32]:
    """Return the fraction of valid pixels of each chip, float32 [n]."""
    if valid is None:
        return np.ones(len(lefts), np.float32)
    columns = np.count_nonzero(valid[:, lefts[0] : lefts[-1] + width], axis=0)
    before = np.concatenate([[0], np.cumsum(columns)])
    at = np.array(lefts) - lefts[0]
    return np.asarray((before[at + width] - before[at]) / (width * height), dtype=np.float32)
