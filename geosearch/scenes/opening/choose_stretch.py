"""The stretch of a scene, from a sample of its pixels; a scene without valid ones is refused."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.scenes.raster.pixels import PixelSource, read_values
from geosearch.scenes.raster.sparse_blocks import written_blocks
from geosearch.scenes.raster.stretch import Range, Stretch, percentile_range

_SAMPLE_PX = 1 << 20
_READ_WHOLE_PX = 1 << 22
"""Up to here every pixel's block is decoded for the sample; above, only some blocks are."""
_BLOCKS = 64
_BLOCK_SIDE_PX = 1024


def choose_stretch(
    source: PixelSource, stretch: Stretch = "auto"
) -> tuple[Range, Range, Range] | None:
    """Return the ranges that a scene's red, green and blue are stretched from.

    Args:
        source: The bands to show.
        stretch: The requested stretch; a palette has its own colours whatever that is.

    Returns:
        The range of each; None where values are shown as they are.

    Raises:
        SceneError: There is no valid pixel.
    """
    inverted = [is_inverted(source.dataset, source.bands[at]) for at in source.shown]
    plain = source.is_plain and stretch in ("auto", "none") and not any(inverted)
    if source.palette is not None or plain:
        _require_valid(source)
        return None
    fixed = _fixed_range(source, stretch)
    if fixed is not None:
        _require_valid(source)
        ranges = [fixed] * len(source.bands)
    else:
        ranges = _sampled_ranges(source)
    # who gives two values has said which is black
    turned = [not isinstance(stretch, tuple) and one for one in inverted]
    red, green, blue = (
        ranges[at][::-1] if turn else ranges[at]
        for at, turn in zip(source.shown, turned, strict=True)
    )
    return red, green, blue


def is_inverted(dataset: Any, band: int) -> bool:
    """Return whether a file says that lesser values of a band are brighter.

    Of a picture with a palette GDAL says nothing of the kind: the palette has it.
    """
    white = dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES"
    return bool(white != (dataset.scales[band - 1] < 0))


def _sampled_ranges(source: PixelSource) -> list[Range]:
    """Return the range of each band from some of its pixels."""
    samples: list[NDArray[np.generic]] = []
    for window, shape in _samples(source.dataset):
        values, valid = read_values(source, window, shape)
        samples.append(values[:, valid] if valid is not None else values.reshape(len(values), -1))
    together = np.concatenate(samples, axis=1)
    ranges = []
    for band in together:
        finite = band[np.isfinite(band)] if band.dtype.kind == "f" else band
        if not len(finite):
            raise _empty()
        ranges.append(percentile_range(finite))
    return ranges


def _fixed_range(source: PixelSource, stretch: Stretch) -> Range | None:
    """Return the range of all bands; None where it is in their pixels."""
    if isinstance(stretch, tuple):
        return stretch
    if stretch == "none":
        return 0.0, 255.0
    if stretch == "auto" and source.bits is not None:
        return 0.0, float((1 << source.bits) - 1)
    if stretch == "auto" and source.is_plain:
        return 0.0, 255.0
    return None


def _require_valid(source: PixelSource) -> None:
    """Refuse a small scene without a single valid pixel; large ones are seen when read."""
    height, width = source.dataset.shape
    unmasked = source.alpha is None and not source.masked
    if unmasked and all(value is None for value in source.nodata):
        return
    if not written_blocks(source.dataset).any():
        raise _empty()
    if height * width <= _SAMPLE_PX:
        _, valid = read_values(source, Window(0, 0, width, height))
        if valid is not None and not valid.any():
            raise _empty()


def _empty() -> SceneError:
    return SceneError(
        "it holds no valid pixel: all are nodata or masked", hint="nothing to embed; leave it out"
    )


def _samples(dataset: Any) -> Iterator[tuple[Window, tuple[int, int]]]:
    """Yield windows and the shapes to read them at, about a million pixels in all."""
    height, width = dataset.shape
    if height * width <= _READ_WHOLE_PX or dataset.overviews(1):
        step = max(1.0, (height * width / _SAMPLE_PX) ** 0.5)
        shape = (max(1, round(height / step)), max(1, round(width / step)))
        yield Window(0, 0, width, height), shape
        return
    written = written_blocks(dataset)
    rows, cols = np.nonzero(written)
    if not len(rows):
        raise _empty()
    block_height, block_width = dataset.block_shapes[0]
    tall, wide = min(block_height, _BLOCK_SIDE_PX), min(block_width, _SAMPLE_PX // _BLOCKS)
    count = min(len(rows), max(_BLOCKS, _SAMPLE_PX // (tall * wide)))
    for at in np.unique(np.linspace(0, len(rows) - 1, count).astype(int)):
        row, col = int(rows[at]) * block_height, int(cols[at]) * block_width
        if wide < block_width:  # a strip is as wide as the scene: look at another part of each
            col += int(at * 2654435761 % max(1, min(block_width, width - col) - wide))
        high, broad = min(tall, height - row), min(wide, width - col)
        step = max(1.0, (high * broad * count / _SAMPLE_PX) ** 0.5)
        shape = (max(1, round(high / step)), max(1, round(broad / step)))
        yield Window(col, row, broad, high), shape
