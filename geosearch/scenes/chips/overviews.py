"""Which of a file's overviews holds the pixels of a level."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from geosearch.scenes.chips.levels import Level
from geosearch.scenes.raster.collar import Collar
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.pixels import PixelSource, pixel_source

_FINER = 0.99
"""An overview serves a level that has no more pixels per side than this fraction asks for: writers
round sizes in several ways."""


def find_overviews(href: str, levels: Sequence[Level]) -> list[int | None]:
    """Return the overview that each level is read from; None for the raster itself.

    It is the coarsest that is as fine as the level. One whose mask is of another kind than the
    raster's is passed over: its pixels could not be told from nodata.

    Args:
        href: The raster.
        levels: What is wanted of it.

    Raises:
        SceneError: It, or an overview, cannot be opened.
    """
    if all(level.is_own for level in levels):
        return [None] * len(levels)
    coarsest = max(level.width_px / level.cols for level in levels)
    shapes: dict[int, tuple[int, int]] = {}
    with open_raster(href) as dataset, gdal_errors(href):
        masks = dataset.mask_flag_enums
        factors = dataset.overviews(1)
    for number, factor in enumerate(factors):
        if factor * _FINER <= coarsest:
            with open_raster(href, number) as overview:
                if overview.mask_flag_enums == masks:
                    shapes[number] = overview.shape
    return [_coarsest(shapes, level) for level in levels]


def _coarsest(shapes: dict[int, tuple[int, int]], level: Level) -> int | None:
    fine = [
        (height * width, number)
        for number, (height, width) in shapes.items()
        if height >= _FINER * level.rows and width >= _FINER * level.cols
    ]
    return min(fine)[1] if fine else None


@contextmanager
def open_source(
    href: str, bands: Sequence[int], overview: int | None, collar: str | None
) -> Iterator[PixelSource]:
    """Open some bands of a raster, or of one of its overviews.

    Args:
        href: The raster.
        bands: From 1.
        overview: Its number; None for the raster itself.
        collar: The scene's, as `Collar.text` has it.

    Raises:
        SceneError: It cannot be opened.
    """
    with open_raster(href) as dataset:
        with gdal_errors(href):
            source = pixel_source(dataset, bands)
        if collar is not None:
            source = replace(source, collar=Collar.parse(collar))
        if overview is None:
            yield source
            return
        with open_raster(href, overview) as smaller:
            yield replace(source, dataset=smaller)
