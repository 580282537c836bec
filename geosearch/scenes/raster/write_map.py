"""Write a map of a scene: one band of numbers, at the scene's place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.write_geotiff import TILED


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
        place = _scaled_place(scene, pixel, crs)
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


def _scaled_place(scene: Any, pixel: tuple[float, float], crs: str) -> dict[str, Any]:
    """Return what places a raster whose pixels are larger than the scene's."""
    from rasterio import Affine
    from rasterio.control import GroundControlPoint

    across, down = pixel
    if not scene.transform.is_identity:
        return {"crs": scene.crs or crs, "transform": scene.transform * Affine.scale(across, down)}
    points, points_crs = scene.gcps
    if points:
        scaled = [
            GroundControlPoint(row=p.row / down, col=p.col / across, x=p.x, y=p.y, z=p.z)
            for p in points
        ]
        return {"crs": points_crs, "gcps": scaled}
    rpcs = scene.rpcs
    # RPCs count from the middle of the first pixel
    rpcs.samp_off, rpcs.line_off = (
        (rpcs.samp_off + 0.5) / across - 0.5,
        (rpcs.line_off + 0.5) / down - 0.5,
    )
    rpcs.samp_scale, rpcs.line_scale = rpcs.samp_scale / across, rpcs.line_scale / down
    return {"rpcs": rpcs}
