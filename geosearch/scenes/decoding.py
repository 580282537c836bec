"""Rows of one raster, decoded once from top to bottom, for strips of several levels."""

from collections.abc import Sequence

from rasterio.windows import Window

from geosearch.scenes.memory import reading_memory
from geosearch.scenes.pixels import PixelSource, read_pixels
from geosearch.scenes.raster import gdal_errors
from geosearch.scenes.stretch import Range
from geosearch.scenes.strip import Strip


class Decoder:
    """Reads a raster, or one of its overviews, downwards."""

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

    def bring(self, strip: Strip, bottom: int, reach: int) -> None:
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
            count = self._rows_at_once(strip.source_bottom(reach))
            window = Window(self._left, self._at, self._right - self._left, count)
            with gdal_errors(self._href):
                pixels, valid = read_pixels(self._source, window, self._stretch)
            for one in self._strips:
                cols = slice(one.source_left - self._left, one.source_right - self._left)
                one.feed(self._at, pixels[:, cols], None if valid is None else valid[:, cols])
            self._at += count

    def _rows_at_once(self, end: int) -> int:
        """Return how many of the next rows to read together, at most to ``end``."""
        if self._at + self._step >= end:
            return end - self._at
        # blocks that are read in part have to be found again in GDAL's cache
        whole = (self._at + self._step) // self._block_rows * self._block_rows
        return max(whole - self._at, 0) or self._step
