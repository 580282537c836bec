"""Rows of one raster, decoded once from top to bottom, for strips of several levels."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.scenes.chips.strip import Strip
from geosearch.scenes.raster.gdal import gdal_errors
from geosearch.scenes.raster.pixels import PixelSource, Valid, read_values, shown_pixels
from geosearch.scenes.raster.reading_memory import reading_memory
from geosearch.scenes.raster.stretch import Range

_Values = tuple[NDArray[np.generic], Valid | None]


class Decoder:
    """Reads a raster, or one of its overviews, downwards; to be closed.

    While rows are made into pixels, and cut, and scored, the next ones are read in a thread; the
    raster is used by one thread at a time.
    """

    def __init__(
        self,
        source: PixelSource,
        stretch: Sequence[Range] | None,
        href: str,
        strips: Sequence[Strip],
    ) -> None:
        """Begin above the first row.

        Args:
            source: What is read.
            stretch: The scene's.
            href: The scene, for errors.
            strips: What is fed, all of levels that are read from this raster.
        """
        self._source = source
        self._stretch = stretch
        self._href = href
        self._strips = strips
        self._left = min(strip.source_left for strip in strips)
        self._right = max(strip.source_right for strip in strips)
        row_bytes = (self._right - self._left) * len(source.bands) * source.dtype.itemsize
        self._step = max(1, reading_memory().read_bytes // row_bytes)
        self._block_rows = max(height for height, _ in source.dataset.block_shapes)
        self._at = 0
        self._ahead: tuple[int, Future[_Values]] | None = None
        self._thread = ThreadPoolExecutor(1)  # starts with the first that is read ahead

    def close(self) -> None:
        """Wait for what is being read: that has to end before the raster is closed."""
        self._thread.shutdown(wait=True)

    def decode_to(self, strip: Strip, bottom: int, reach: int) -> None:
        """Decode until a strip holds its level's rows above ``bottom``.

        Args:
            strip: One of those that are fed.
            bottom: The row after the last that has to be there.
            reach: The row after the last that will be wanted with none left out: so far it may
                read on, since GDAL decodes in several threads what it is asked for at once.

        Raises:
            SceneError: They cannot be read.
        """
        while strip.bottom < bottom:
            self._at = max(self._at, min(one.next_row for one in self._strips))
            end = strip.source_bottom(reach)
            values, valid = self._next_rows(end)
            pixels, valid = shown_pixels(self._source, values, valid, self._stretch)
            for one in self._strips:
                cols = slice(one.source_left - self._left, one.source_right - self._left)
                one.feed(self._at, pixels[:, cols], None if valid is None else valid[:, cols])
            self._at += len(pixels)

    def _next_rows(self, end: int) -> _Values:
        """Return the next rows, and have those after them read meanwhile, at most to ``end``."""
        ahead, self._ahead = self._ahead, None
        # waited for in any case: two threads must not use a raster
        found = None if ahead is None else ahead[1].result()
        if ahead is None or found is None or ahead[0] != self._at:
            found = self._read(self._at, self._rows_at_once(self._at, end))
        values, valid = found
        following = self._at + values.shape[1]
        if following < end:
            rows = self._rows_at_once(following, end)
            self._ahead = following, self._thread.submit(self._read, following, rows)
        return values, valid

    def _read(self, first: int, count: int) -> _Values:
        window = Window(self._left, first, self._right - self._left, count)
        with gdal_errors(self._href):
            return read_values(self._source, window)

    def _rows_at_once(self, first: int, end: int) -> int:
        """Return how many rows from ``first`` on to read together, at most to ``end``."""
        if first + self._step >= end:
            return end - first
        # blocks that are read in part have to be found again in GDAL's cache
        whole = (first + self._step) // self._block_rows * self._block_rows
        return max(whole - first, 0) or self._step
