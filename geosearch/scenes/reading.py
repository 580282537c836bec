"""Chips as pixels: rows of a file decoded once, in file order, and cut in memory.

Chips of all ground resolutions that are read from one raster, the file's own or one of its
overviews, come out of one pass over it: each decoded piece feeds a strip of rows of every level,
and a row of chips is cut as soon as its strip holds it. Rows that rows of chips share are kept.
Padding is done here and not by GDAL: boundless reads go through a temporary VRT, slow and
historically wrong about masks (rasterio#1499).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.scenes.averaging import area_mean, pixel_edges
from geosearch.scenes.href import short_name
from geosearch.scenes.levels import Level, level_at
from geosearch.scenes.overviews import find_overviews, open_source
from geosearch.scenes.pixels import Pixels, PixelSource, read_pixels
from geosearch.scenes.raster import gdal_errors, open_raster
from geosearch.scenes.scene import Scene
from geosearch.scenes.stretch import Range
from geosearch.scenes.strip import Strip

Windows = NDArray[np.int32]

_BLOCK_BYTES = 32 << 20
_BLOCK_CHIPS = 512
_STRIP_BYTES = 128 << 20
"""Of decoded rows that are held; wider scenes are read in spans of columns."""
_READ_BYTES = 32 << 20
"""Of raw values that are read at once, before they become 8 bits."""


@dataclass(frozen=True, slots=True)
class ChipBlock:
    """Some chips of a scene, in the order in which they are read."""

    index: NDArray[np.int64]
    """[m], which windows the chips are of."""
    pixels: Pixels
    """uint8 [m, size, size, 3]; what is not valid, and the padding, is black."""
    valid: NDArray[np.float32]
    """[m], share of valid pixels in the chip, 0..1; padding does not count."""


def read_chips(
    scene: Scene,
    windows: Windows,
    *,
    size_px: int,
    gsd_m: NDArray[np.float32] | None = None,
    pixel_m: tuple[float, float] | None = None,
) -> Iterator[ChipBlock]:
    """Read the chips of a scene.

    Memory is bounded whatever the scene's size: about 200 MB at 128 px, the blocks that are
    yielded and GDAL's block cache not counted.

    Args:
        scene: The scene.
        windows: int32 [n, 4], column, row, width, height; rows of chips one after the other.
        size_px: Edge of a chip; smaller windows are padded at the right and at the bottom.
        gsd_m: [n], metres a pixel of each chip; None where all are cut from the scene's own pixels.
        pixel_m: Width and height of the scene's pixel that ``gsd_m`` refers to, metres; None for
            its ``gsd_m`` in both directions.

    Yields:
        Blocks of up to 512 chips, every window once; in their order where all are of one ground
        resolution and the scene is not too wide to hold a row of them.

    Raises:
        SceneError: A part of the file cannot be read.
    """
    if not len(windows):
        return
    chips = np.asarray(windows, dtype=np.int64).reshape(-1, 4)
    sets = _level_sets(scene, chips, gsd_m, pixel_m or (scene.gsd_m, scene.gsd_m))
    with open_raster(scene.href) as dataset:
        overviews = find_overviews(dataset, scene.href, [one.level for one in sets])
    blocks = _Blocks(len(chips), size_px)
    for overview in dict.fromkeys(overviews):
        passed = [one for one, its in zip(sets, overviews, strict=True) if its == overview]
        with open_source(scene.href, scene.bands, overview) as source:
            for strip, index, cuts in _read_pass(source, scene, passed):
                for which, cut in zip(index, cuts, strict=True):
                    if blocks.is_full:
                        yield blocks.take()
                    blocks.add(which, strip, cut)
    yield blocks.take()


def read_window(
    href: str,
    window: tuple[int, int, int, int],
    *,
    bands: Sequence[int],
    stretch: Sequence[Range] | None,
    gsd_m: float = 0.0,
    pixel_m: tuple[float, float] = (1.0, 1.0),
) -> Pixels:
    """Read one chip's pixels again, as they were embedded.

    Args:
        href: The scene, as recorded.
        window: Column, row, width, height in pixels of the scene.
        bands: The scene's bands, as recorded.
        stretch: The scene's stretch, as recorded.
        gsd_m: Metres a pixel of the chip, as recorded; 0 for the scene's own pixels.
        pixel_m: Width and height of the scene's pixel, as recorded, metres.

    Returns:
        uint8 [height, width, 3], pixels of the chip.

    Raises:
        SceneError: The file is gone, cannot be read, or has no such window or bands any more.
    """
    col, row, width, height = (int(number) for number in window)
    with open_raster(href) as dataset:
        inside = 0 <= col <= dataset.width - width and 0 <= row <= dataset.height - height
        if not inside or max(bands) > dataset.count:
            raise SceneError(
                f"{short_name(href)} is not the raster that was indexed: it has no pixels "
                f"{col}, {row}, {width} x {height} of bands {', '.join(map(str, bands))}",
                hint="index it again",
            )
        level = level_at(dataset.width, dataset.height, pixel_m=pixel_m, gsd_m=gsd_m)
        with gdal_errors(href):
            (overview,) = find_overviews(dataset, href, [level])
    with open_source(href, bands, overview) as source, gdal_errors(href):
        cut = level.from_scene(np.array([window]))[0]
        return _read_cut(source, level, cut, stretch)


def _read_cut(
    source: PixelSource, level: Level, cut: NDArray[np.int32], stretch: Sequence[Range] | None
) -> Pixels:
    """Read one window of a level."""
    col, row, width, height = cut.tolist()
    rows, cols = source.dataset.shape
    row_edges = pixel_edges(level.rows, rows)[row : row + height + 1]
    col_edges = pixel_edges(level.cols, cols)[col : col + width + 1]
    left, top = int(col_edges[0]), int(row_edges[0])
    right, bottom = int(np.ceil(col_edges[-1])), int(np.ceil(row_edges[-1]))
    window = Window(left, top, right - left, bottom - top)
    pixels, valid = read_pixels(source, window, stretch)
    if (rows, cols) == (level.rows, level.cols):
        return pixels
    return area_mean(pixels, valid, row_edges - top, col_edges - left)[0]


@dataclass(frozen=True, slots=True)
class _LevelSet:
    """The chips of one ground resolution."""

    level: Level
    index: NDArray[np.int64]
    """[m], which of the scene's windows."""
    cuts: NDArray[np.int64]
    """[m, 4], column, row, width, height in pixels of the level."""


def _level_sets(
    scene: Scene,
    chips: NDArray[np.int64],
    gsd_m: NDArray[np.float32] | None,
    pixel_m: tuple[float, float],
) -> list[_LevelSet]:
    size = scene.width_px, scene.height_px
    if gsd_m is None:
        return [_LevelSet(Level(*size, *size), np.arange(len(chips)), chips)]
    sets = []
    for each in np.unique(gsd_m).tolist():
        level = level_at(*size, pixel_m=pixel_m, gsd_m=each)
        index = np.flatnonzero(gsd_m == each)
        cuts = level.from_scene(chips[index]).astype(np.int64)
        down = np.argsort(cuts[:, 1], kind="stable")
        sets.append(_LevelSet(level, index[down], cuts[down]))
    return sets


class _Blocks:
    """Collects chips until a block is full."""

    def __init__(self, chips: int, size_px: int) -> None:
        self._left = chips
        self._size_px = size_px
        self._most = max(1, min(_BLOCK_CHIPS, _BLOCK_BYTES // (3 * size_px * size_px)))
        self._begin()

    def _begin(self) -> None:
        count = min(self._most, self._left)
        self._index = np.empty(count, np.int64)
        self._pixels = np.zeros((count, self._size_px, self._size_px, 3), np.uint8)
        self._valid = np.zeros(count, np.float32)
        self._filled = 0

    @property
    def is_full(self) -> bool:
        return self._filled == len(self._index)

    def add(self, which: int, strip: Strip, cut: NDArray[np.int64]) -> None:
        at = self._filled
        self._index[at] = which
        self._valid[at] = strip.cut(cut, self._pixels[at])
        self._filled += 1

    def take(self) -> ChipBlock:
        block = ChipBlock(self._index, self._pixels, self._valid)
        self._left -= self._filled
        self._begin()
        return block


_Run = tuple[Strip, NDArray[np.int64], NDArray[np.int64]]
"""A row of chips: the strip that holds it, which windows [m], windows of the level [m, 4]."""


def _read_pass(source: PixelSource, scene: Scene, sets: Sequence[_LevelSet]) -> Iterator[_Run]:
    """Decode what chips need, from top to bottom, and yield rows of chips as they are complete."""
    for parts in _spans(sets, source.dataset.shape):
        strips = [_strip(one, source.dataset.shape) for one in parts]
        left = min(strip.source_left for strip in strips)
        right = max(strip.source_right for strip in strips)
        step = max(1, _READ_BYTES // _row_bytes(source, right - left))
        waiting = [_Rows(one, strip) for one, strip in zip(parts, strips, strict=True)]
        at = 0
        while rows := [one for one in waiting if not one.is_done]:
            row = min(rows, key=lambda one: one.source_bottom)
            while row.strip.bottom < row.bottom:
                at = max(at, min(one.strip.next_row for one in rows))
                window = Window(left, at, right - left, min(step, row.source_bottom - at))
                with gdal_errors(scene.href):
                    pixels, valid = read_pixels(source, window, scene.stretch)
                for one in rows:
                    cols = slice(one.strip.source_left - left, one.strip.source_right - left)
                    seen = None if valid is None else valid[:, cols]
                    one.strip.feed(at, pixels[:, cols], seen)
                at += len(pixels)
            yield row.strip, *row.chips
            row.advance()


def _row_bytes(source: PixelSource, width_px: int) -> int:
    return width_px * len(source.bands) * source.dtype.itemsize


def _strip(one: _LevelSet, shape: tuple[int, int]) -> Strip:
    left = int(one.cuts[:, 0].min())
    right = int((one.cuts[:, 0] + one.cuts[:, 2]).max())
    return Strip(one.level, shape, left, right)


class _Rows:
    """The rows of chips of a level, from top to bottom."""

    def __init__(self, chips: _LevelSet, strip: Strip) -> None:
        self.strip = strip
        self._chips = chips
        same = (chips.cuts[1:, [1, 3]] == chips.cuts[:-1, [1, 3]]).all(axis=1)
        edges = [0, *(np.flatnonzero(~same) + 1).tolist(), len(chips.cuts)]
        self._slices = [slice(*pair) for pair in pairwise(edges)][::-1]
        self._want()

    @property
    def is_done(self) -> bool:
        return not self._slices

    @property
    def chips(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which windows the next row is of, and its windows of the level."""
        row = self._slices[-1]
        return self._chips.index[row], self._chips.cuts[row]

    def advance(self) -> None:
        """Go to the row below."""
        self._slices.pop()
        self._want()

    def _want(self) -> None:
        if self._slices:
            _, top, _, height = self.chips[1][0].tolist()
            self.bottom = top + height
            self.source_bottom = self.strip.source_bottom(self.bottom)
            self.strip.want(top)


def _spans(sets: Sequence[_LevelSet], shape: tuple[int, int]) -> Iterator[list[_LevelSet]]:
    """Yield parts of the chips whose strips are not too wide to hold."""
    ratios = [shape[1] / one.level.cols for one in sets]
    sides = [
        np.stack([one.cuts[:, 0], one.cuts[:, 0] + one.cuts[:, 2]]) * ratio
        for one, ratio in zip(sets, ratios, strict=True)
    ]
    column_bytes = 4 * sum(
        float(one.cuts[:, 3].max()) / ratio for one, ratio in zip(sets, ratios, strict=True)
    )
    # one more: edges between pixels are rounded
    widest = 1 + max(
        _STRIP_BYTES / column_bytes, *(float(np.ptp(one, axis=0).max()) for one in sides)
    )
    waiting = [np.ones(len(one.index), dtype=bool) for one in sets]
    while any(rest.any() for rest in waiting):
        near = min(
            left[rest].min() for (left, _), rest in zip(sides, waiting, strict=True) if rest.any()
        )
        taken = []
        for one, (_, right), rest in zip(sets, sides, waiting, strict=True):
            fits = rest & (right <= near + widest)
            rest &= ~fits
            if fits.any():
                taken.append(_LevelSet(one.level, one.index[fits], one.cuts[fits]))
        yield taken
