"""Chips as pixels: rows of a file decoded once, in file order, and cut in memory.

A row of chips is cut from one strip of decoded rows; where rows of chips overlap, the
rows they share are kept. Padding is done here and not by GDAL: boundless reads go
through a temporary VRT, slow and historically wrong about masks (rasterio#1499).
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.scenes.cloud import cloud_shares
from geosearch.scenes.href import short_name
from geosearch.scenes.memory import reading_memory
from geosearch.scenes.pixels import Pixels, PixelSource, Valid, pixel_source, read_pixels
from geosearch.scenes.raster import gdal_errors, open_raster
from geosearch.scenes.scene import Scene
from geosearch.scenes.stretch import Range

Windows = NDArray[np.int32]

_BLOCK_CHIPS = 512


@dataclass(frozen=True, slots=True)
class ChipBlock:
    """Some chips of a scene, in the order of its windows."""

    first: int
    """Which window the first chip is of."""
    pixels: Pixels
    """uint8 [m, size, size, 3]; what is not valid, and the padding, is black."""
    valid: NDArray[np.float32]
    """[m], share of valid pixels in the window, 0..1; padding does not count."""
    cloud: NDArray[np.float32]
    """[m], share of valid pixels that look like cloud, 0..1; NaN where that cannot be told."""


def read_chips(scene: Scene, windows: Windows, *, size_px: int) -> Generator[ChipBlock, None, None]:
    """Read the chips of a scene.

    Memory is bounded whatever the scene's size, by `ReadingMemory`.

    Args:
        scene: The scene.
        windows: int32 [n, 4], column, row, width, height; rows of chips one after the other.
        size_px: Edge of a chip; smaller windows are padded at the right and at the bottom.

    Yields:
        Blocks of up to 512 chips, every window once, in order.

    Raises:
        SceneError: A part of the file cannot be read.
    """
    if not len(windows):
        return
    chips = np.asarray(windows, dtype=np.int64).reshape(-1, 4)
    with open_raster(scene.href) as dataset:
        with gdal_errors(scene.href):
            strip = _Strip(pixel_source(dataset, scene.bands), scene.stretch, scene.href)
        first, pixels, valid = 0, *_empty_block(len(chips), size_px)
        for start, stop, left, right in _spans(chips):
            top, height = int(chips[start, 1]), int(chips[start, 3])
            strip.load(left, right, top, top + height)
            for at in range(start, stop):
                if at - first == len(pixels):
                    yield _block(scene, first, pixels, valid, chips[first])
                    first, (pixels, valid) = at, _empty_block(len(chips) - at, size_px)
                valid[at - first] = strip.cut(chips[at], pixels[at - first])
        yield _block(scene, first, pixels, valid, chips[first])


def read_window(
    href: str,
    window: tuple[int, int, int, int],
    *,
    bands: Sequence[int],
    stretch: Sequence[Range] | None,
) -> Pixels:
    """Read one chip's pixels again, as they were embedded.

    Args:
        href: The scene, as recorded.
        window: Column, row, width, height.
        bands: The scene's bands, as recorded.
        stretch: The scene's stretch, as recorded.

    Returns:
        uint8 [height, width, 3].

    Raises:
        SceneError: The file is gone, cannot be read, or has no such window or bands any more.
    """
    col, row, width, height = (int(number) for number in window)
    with open_raster(href) as dataset, gdal_errors(href):
        inside = 0 <= col <= dataset.width - width and 0 <= row <= dataset.height - height
        if not inside or max(bands) > dataset.count:
            raise SceneError(
                f"{short_name(href)} is not the raster that was indexed: it has no pixels "
                f"{col}, {row}, {width} x {height} of bands {', '.join(map(str, bands))}",
                hint="index it again",
            )
        source = pixel_source(dataset, bands)
        return read_pixels(source, Window(col, row, width, height), stretch)[0]


def _block(
    scene: Scene,
    first: int,
    pixels: Pixels,
    valid: NDArray[np.float32],
    window: NDArray[np.int64],
) -> ChipBlock:
    """Return chips with their cloud, all of windows as large as this one."""
    _, _, width, height = window
    if len(set(scene.bands)) == 1:  # one band has no colour, and may be a radar's or a map's
        cloud = np.full(len(pixels), np.nan, np.float32)
    else:
        cloud = cloud_shares(pixels[:, :height, :width], valid, scene.gsd_m)
    return ChipBlock(first, pixels, valid, cloud)


def _empty_block(remaining: int, size_px: int) -> tuple[Pixels, NDArray[np.float32]]:
    most = reading_memory().block_bytes // (3 * size_px * size_px)
    count = max(1, min(_BLOCK_CHIPS, most, remaining))
    return np.zeros((count, size_px, size_px, 3), np.uint8), np.zeros(count, np.float32)


def _spans(windows: NDArray[np.int64]) -> Iterator[tuple[int, int, int, int]]:
    """Yield runs of windows that are cut from one strip: start, stop, left and right column.

    Windows of the same rows are one run, unless their strip would be too wide to hold.
    """
    rights = windows[:, 0] + windows[:, 2]
    left, right = int(windows[:, 0].min()), int(rights.max())
    held = reading_memory().strip_bytes // (4 * int(windows[:, 3].max()))
    widest = max(held, int(windows[:, 2].max()))
    same_rows = (windows[1:, [1, 3]] == windows[:-1, [1, 3]]).all(axis=1)
    edges = [0, *(np.flatnonzero(~same_rows) + 1).tolist(), len(windows)]
    for start, stop in pairwise(edges):
        if right - left <= widest:
            yield start, stop, left, right
            continue
        while start < stop:
            near = int(windows[start, 0])
            count = int(np.argmax(np.r_[rights[start:stop] > near + widest, True]))
            yield start, start + count, near, int(rights[start : start + count].max())
            start += count


class _Strip:
    """Decoded rows of a scene, between two columns."""

    def __init__(self, source: PixelSource, stretch: Sequence[Range] | None, href: str) -> None:
        self._source = source
        self._stretch = stretch
        self._href = href
        self._left = self._right = self._top = 0
        self._pixels: Pixels = np.zeros((0, 0, 3), np.uint8)
        self._valid: Valid = np.zeros((0, 0), bool)

    def load(self, left: int, right: int, top: int, bottom: int) -> None:
        """Hold these columns of these rows; those that are held already are not read again.

        Raises:
            SceneError: They cannot be read.
        """
        held_to = self._top + len(self._pixels)
        kept = (left, right) == (self._left, self._right) and self._top <= top < held_to
        if kept:
            skip = top - self._top
            pixels, valid = [self._pixels[skip:]], [self._valid[skip:]]
            start = held_to
        else:
            pixels, valid = [], []
            start = top
            self._pixels = self._pixels[:0]  # given back before the new rows are read
        row_bytes = (right - left) * len(self._source.bands) * self._source.dtype.itemsize
        step = max(1, reading_memory().read_bytes // row_bytes)
        for row in range(start, bottom, step):
            part, good = self._read(left, right, row, min(row + step, bottom))
            pixels.append(part)
            valid.append(good)
        self._left, self._right, self._top = left, right, top
        self._pixels = np.concatenate(pixels) if len(pixels) > 1 else pixels[0]
        self._valid = np.concatenate(valid) if len(valid) > 1 else valid[0]

    def _read(self, left: int, right: int, top: int, bottom: int) -> tuple[Pixels, Valid]:
        window = Window(left, top, right - left, bottom - top)
        with gdal_errors(self._href):
            pixels, valid = read_pixels(self._source, window, self._stretch)
        if valid is None:
            valid = np.ones(pixels.shape[:2], dtype=bool)
        return pixels, valid

    def cut(self, window: NDArray[np.int64], out: Pixels) -> float:
        """Copy a window into the upper left of a chip [size, size, 3].

        Returns:
            The share of its pixels that are valid.
        """
        col, row, width, height = (int(number) for number in window)
        rows = slice(row - self._top, row - self._top + height)
        cols = slice(col - self._left, col - self._left + width)
        out[:height, :width] = self._pixels[rows, cols]
        return int(np.count_nonzero(self._valid[rows, cols])) / (width * height)
