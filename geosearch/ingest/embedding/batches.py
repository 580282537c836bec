"""Chips to be encoded, gathered until there are enough for the encoder."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes import ChipBlock, reading_memory

_MAX_CHIPS = 512


@dataclass(frozen=True, slots=True)
class ReadChips:
    """Chips of one scene that have enough valid pixels."""

    numbers: NDArray[np.int64]
    """[m], which of the windows that were read each is of."""
    pixels: NDArray[np.uint8]
    """[m, size, size, 3]."""
    valid: NDArray[np.float32]
    """[m], fraction of valid pixels, 0..1."""
    cloud: NDArray[np.float32]
    """[m], fraction of valid pixels that look like cloud, 0..1; NaN where that is unknown."""
    reached: int
    """Number of windows that were read so far, those that are left out counted."""


def batches(
    blocks: Generator[ChipBlock, None, None], min_valid: float, size_px: int
) -> Generator[ReadChips, None, None]:
    """Gather chips, and leave out those with too few valid pixels.

    Args:
        blocks: What is read of one scene, in order.
        min_valid: Minimum fraction of valid pixels; a chip without any is always left out.
        size_px: Edge of a chip.

    Yields:
        Full batches, and then the rest, be it empty.
    """
    count = max(1, min(_MAX_CHIPS, reading_memory().block_bytes // (3 * size_px * size_px)))
    batch, reached = _Batch(count, size_px), 0
    with closing(blocks):
        for block in blocks:
            # a chip without a single valid pixel is not a picture, whatever the threshold
            for chip in np.flatnonzero((block.valid >= min_valid) & (block.valid > 0)).tolist():
                batch.add(block, chip)
                if batch.count == count:
                    yield batch.read(block.first + chip + 1)
                    batch = _Batch(count, size_px)
            reached = block.first + len(block.valid)
    yield batch.read(reached)


class _Batch:
    """Chips that are being gathered."""

    def __init__(self, max_chips: int, size_px: int) -> None:
        self.count = 0
        # memory that is not written to is not taken: a small scene has few chips
        self._pixels = np.empty((max_chips, size_px, size_px, 3), np.uint8)
        self._numbers = np.empty(max_chips, np.int64)
        self._valid = np.empty(max_chips, np.float32)
        self._cloud = np.empty(max_chips, np.float32)

    def add(self, block: ChipBlock, chip: int) -> None:
        """Copy one chip: its pixels are a view of all that was decoded with it."""
        at = self.count
        self._pixels[at] = block.pixels[chip]
        self._numbers[at] = block.first + chip
        self._valid[at], self._cloud[at] = block.valid[chip], block.cloud[chip]
        self.count += 1

    def read(self, reached: int) -> ReadChips:
        """Return the chips so far."""
        some = slice(self.count)
        return ReadChips(
            self._numbers[some], self._pixels[some], self._valid[some], self._cloud[some], reached
        )
