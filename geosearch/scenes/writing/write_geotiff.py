"""Write a picture with a place on Earth: a tiled GeoTIFF with overviews."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
TILED: dict[str, Any] = {
    "driver": "GTiff",
    "tiled": True,
    "blockxsize": 256,
    "blockysize": 256,
    "compress": "deflate",
}
"""How every GeoTIFF is stored that geosearch writes."""
_OVERVIEWS = (2, 4)
"""How many times smaller each overview is."""


def write_geotiff(
    path: Path,
    pixels: Pixels,
    *,
    crs: str,
    affine: tuple[float, float, float, float, float, float],
    colour: Sequence[str] = ("red", "green", "blue"),
    nodata: float | None = None,
    alpha: npt.NDArray[np.uint8] | None = None,
    mask: npt.NDArray[np.uint8] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write pixels as a GeoTIFF: tiles of 256, deflate, bands interleaved by pixel.

    Args:
        path: file to write; one of that name is replaced.
        pixels: uint8 or uint16 [height, width, bands].
        crs: as GDAL reads it, for example "EPSG:32632".
        affine: (a, b, c, d, e, f): x = a * col + b * row + c, y = d * col + e * row + f, the
            corner of the first pixel at (c, f).
        colour: what each band shows, by the names of `rasterio.enums.ColorInterp`.
        nodata: value of pixels that show nothing.
        alpha: [height, width], written as one more band: 0 shows nothing.
        mask: uint8 [height, width], written as an internal mask: 0 shows nothing.
        tags: TIFF tags and metadata, for example TIFFTAG_DATETIME.

    Raises:
        ValueError: the bands do not fit ``colour``, or the type is neither uint8 nor uint16.
        rasterio.errors.RasterioError: the file cannot be written or the CRS not be read.
    """
    import rasterio
    from rasterio.enums import ColorInterp, Resampling

    height_px, width_px, bands = pixels.shape
    if len(colour) != bands:
        raise ValueError(f"{bands} bands, but colours for {len(colour)}: {tuple(colour)}")
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"pixels are {pixels.dtype}, not uint8 or uint16")
    layers: list[npt.NDArray[np.generic]] = [pixels[:, :, band] for band in range(bands)]
    names = list(colour)
    if alpha is not None:
        layers.append(alpha.astype(pixels.dtype))
        names.append("alpha")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(
            path,
            "w",
            width=width_px,
            height=height_px,
            count=len(layers),
            dtype=pixels.dtype,
            crs=crs,
            transform=rasterio.Affine(*affine),
            nodata=nodata,
            predictor=2,
            interleave="pixel",
            **TILED,
        ) as file:
            file.colorinterp = [ColorInterp[name] for name in names]
            file.write(np.stack(layers))
            if mask is not None:
                file.write_mask(mask)
            if tags:
                file.update_tags(**tags)
        # a second opening, so that GDAL puts the overviews behind finished pixels and mask
        with rasterio.open(path, "r+") as file:
            file.build_overviews(list(_OVERVIEWS), Resampling.average)
