"""Write a map of a scene: one band of numbers, at the scene's place."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.writing.part_place import part_place
from geosearch.scenes.writing.write_geotiff import TILED


def write_map(
    path: Path,
    values: NDArray[np.float32],
    *,
    href: str,
    pixel: tuple[float, float],
    crs: str,
    description: str,
    tags: Mapping[str, str],
) -> None:
    """Write a tiled GeoTIFF of 32-bit floats, NaN where nothing is known.

    Args:
        path: The file to write; one of that name is replaced.
        values: float32 [rows, columns]; the first pixel starts where the scene starts.
        href: The scene, whose affine, control points or RPCs the map takes over.
        pixel: Width and height of the map's pixel, in pixels of the scene.
        crs: Of the scene's affine, where its file does not say.
        description: What the band shows.
        tags: Metadata.

    Raises:
        SceneError: The scene cannot be opened.
        rasterio.errors.RasterioError: The file cannot be written.
    """
    import rasterio

    with gdal_errors(href), open_raster(href) as scene:
        place = part_place(scene, pixel=pixel, crs=crs)
    rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        nodata=float("nan"),
        predictor=3,
        **TILED,
        **place,
    ) as file:
        file.write(values, 1)
        file.set_band_description(1, description)
        file.update_tags(**tags)
