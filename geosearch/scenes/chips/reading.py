"""Chips as pixels: rows of a file decoded once, in file order, and cut in memory.

Chips come in the order of their windows, from top to bottom and of all ground resolutions
together: what is decoded of the file, or of one of its overviews, feeds a strip of rows of every
level that is read from it, and a row of chips is cut as soon as its strip holds it. Rows that
rows of chips share are kept, and chips are views of them: no pixel is copied. Padding is done
here and not by GDAL: boundless reads go through a temporary VRT, slow and historically wrong
about masks (rasterio#1499).
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow
from geosearch.scenes.chips.averaging import area_mean, pixel_edges
from geosearch.scenes.chips.chip_blocks import ChipBlock, row_blocks
from geosearch.scenes.chips.chip_rows import (
    LevelChips,
    Rows,
    held_parts,
    level_chips,
    next_tops,
    reaches,
)
from geosearch.scenes.chips.decoding import Decoder
from geosearch.scenes.chips.levels import Level, level_at
from geosearch.scenes.chips.overviews import find_overviews, open_source
from geosearch.scenes.chips.strip import Strip
from geosearch.scenes.opening.scene import Scene
from geosearch.scenes.places.href import short_name
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.pixels import Pixels, PixelSource, read_pixels
from geosearch.scenes.raster.stretch import Range

Windows = NDArray[np.int32]


def read_chips(
    scene: Scene,
    windows: Windows,
    *,
    size_px: int,
    gsd_m: NDArray[np.float32] | None = None,
    pixel_m: tuple[float, float] | None = None,
) -> Generator[ChipBlock, None, None]:
    """Read the chips of a scene.

    Memory is bounded whatever the scene's size, by `ReadingMemory`.

    Args:
        scene: The scene.
        windows: int32 [n, 4], column, row, width, height, in the order that `chip_windows` and
            `cut_levels` give them. In another order they are read right, and parts twice.
        size_px: Edge of a chip; smaller windows are padded at the right and at the bottom.
        gsd_m: [n], metres per pixel of each chip; None if all are cut from the scene's own pixels.
        pixel_m: Width and height of the scene's pixel that ``gsd_m`` refers to, metres; None for
            its ``gsd_m`` in both directions.

    Yields:
        Blocks of up to 512 chips side by side, every window once, in order.

    Raises:
        SceneError: A part of the file cannot be read.
    """
    if not len(windows):
        return
    size = scene.width_px, scene.height_px
    chips = level_chips(windows, gsd_m, size, pixel_m or (scene.gsd_m, scene.gsd_m))
    overviews = find_overviews(scene.href, chips.levels)
    with ExitStack() as stack:
        sources = {
            each: stack.enter_context(open_source(scene.href, scene.bands, each, scene.collar))
            for each in dict.fromkeys(overviews)
        }
        for part in held_parts(chips):
            # closed at once if nobody wants the rest, before the rasters are
            with closing(_read_part(scene, chips, part, sources, overviews)) as rows:
                for strip, row in rows:
                    gsd = scene.gsd_m if gsd_m is None else float(gsd_m[row.start])
                    yield from row_blocks(
                        scene, strip, chips.level_windows[row], row.start, size_px, gsd
                    )


def read_window(
    href: str,
    window: PixelWindow,
    *,
    bands: Sequence[int],
    stretch: Sequence[Range] | None,
    collar: str | None = None,
    gsd_m: float = 0.0,
    pixel_m: tuple[float, float] = (1.0, 1.0),
) -> Pixels:
    """Read one chip's pixels again, as they were embedded.

    Args:
        href: The scene, as recorded.
        window: In pixels of the scene.
        bands: The scene's bands, as recorded.
        stretch: The scene's stretch, as recorded.
        collar: The scene's collar, as recorded.
        gsd_m: Metres per pixel of the chip, as recorded; 0 for the scene's own pixels.
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
    (overview,) = find_overviews(href, [level])
    with open_source(href, bands, overview, collar) as source, gdal_errors(href):
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


def _read_part(
    scene: Scene,
    chips: LevelChips,
    part: Rows,
    sources: Mapping[int | None, PixelSource],
    overviews: Sequence[int | None],
) -> Generator[tuple[Strip, slice], None, None]:
    """Decode what chips need, from top to bottom, and yield each row with the strip it is in.

    Args:
        scene: The scene.
        chips: All its chips.
        part: The rows to read.
        sources: Overviews that are read, and None for the raster itself, opened.
        overviews: Which of them each level is read from.
    """
    numbers = [int(chips.level_numbers[row.start]) for row in part]
    rows_of: dict[int, Rows] = {}
    for row, number in zip(part, numbers, strict=True):
        rows_of.setdefault(number, []).append(row)
    strips = {
        number: _strip(chips, rows, sources[overviews[number]].dataset.shape)
        for number, rows in rows_of.items()
    }
    with ExitStack() as stack:
        decoders = {
            overview: stack.enter_context(closing(Decoder(source, scene.stretch, scene.href, fed)))
            for overview, source in sources.items()
            if (fed := [strip for number, strip in strips.items() if overviews[number] == overview])
        }
        rows = zip(part, numbers, next_tops(chips, part), reaches(chips, part), strict=True)
        for row, number, next_top, reach in rows:
            _, top, _, height = chips.level_windows[row.start].tolist()
            decoders[overviews[number]].decode_to(strips[number], top + height, reach)
            yield strips[number], row
            strips[number].drop_above(next_top)


def _strip(chips: LevelChips, rows: Rows, shape: tuple[int, int]) -> Strip:
    cuts = np.concatenate([chips.level_windows[row] for row in rows])
    left, right = int(cuts[:, 0].min()), int((cuts[:, 0] + cuts[:, 2]).max())
    strip = Strip(chips.levels[chips.level_numbers[rows[0].start]], shape, left, right)
    strip.drop_above(int(cuts[0, 1]))
    return strip
