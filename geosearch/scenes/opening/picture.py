"""A raster as a picture: shown as a scene is, wherever it lies, or nowhere."""

from pathlib import Path
from typing import Any

import numpy as np
from rasterio.enums import Resampling
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.scenes.finding.find import find_scenes
from geosearch.scenes.finding.scene_file import SceneFile
from geosearch.scenes.opening.bands import choose_bands
from geosearch.scenes.opening.choose_stretch import choose_stretch
from geosearch.scenes.opening.scene import band_facts
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.pixels import (
    Pixels,
    PixelSource,
    pixel_source,
    read_values,
    shown_pixels,
)

_MAX_PIXELS = 1 << 26
"""As colours 200 MB."""


def read_picture(path: str | Path, size_px: int) -> Pixels:
    """Read a raster file as a picture, with the bands and the stretch that a scene of it has.

    Args:
        path: One raster; a place on Earth is not asked for.
        size_px: Edge of what the picture is for, pixels. One whose shorter side is more than four
            times that is read at about twice it, by means of pixels.

    Returns:
        uint8 [h, w, 3], black where it is not valid.

    Raises:
        SceneError: It cannot be read, holds no valid pixel, or is too long and thin.
    """
    file = _scene_file(path)
    with gdal_errors(file.href), open_raster(file.href) as dataset:
        source = pixel_source(dataset, choose_bands(band_facts(dataset, file), None).bands)
        shape = _shape(dataset, size_px)
        stretch = choose_stretch(source)
        window = Window(0, 0, dataset.width, dataset.height)
        pixels, _ = shown_pixels(
            source, *read_values(source, window, shape, _means(source)), stretch
        )
        return np.ascontiguousarray(pixels)


def _scene_file(path: str | Path) -> SceneFile:
    found = find_scenes(str(path))
    if len(found.files) == 1:
        return found.files[0]
    if found.refused:
        raise SceneError(found.refused[0].reason, hint=found.refused[0].hint)
    raise SceneError(f"it is {len(found.files)} rasters", hint="name one file")


def _shape(dataset: Any, size_px: int) -> tuple[int, int]:
    height, width = dataset.shape
    step = max(1, min(height, width) // (2 * size_px))
    shape = -(-height // step), -(-width // step)
    if shape[0] * shape[1] > _MAX_PIXELS:
        raise SceneError(
            f"a picture of {width} x {height} px is too long and thin",
            hint="cut it into squarer pieces",
        )
    return shape


def _means(source: PixelSource) -> Resampling:
    """Return how many pixels become one: numbers of a palette have no mean."""
    return Resampling.nearest if source.palette is not None else Resampling.average
