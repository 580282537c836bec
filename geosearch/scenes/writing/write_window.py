"""Write a window of a scene: its own bands and values, as a Cloud Optimized GeoTIFF."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.dtypes import in_dtype_range
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geosearch.errors import SceneError, UsageError, first_line
from geosearch.geo import PixelWindow
from geosearch.scenes.places.href import short_name
from geosearch.scenes.raster.gdal import gdal_errors, open_raster
from geosearch.scenes.raster.rasterio_private import GdalError
from geosearch.scenes.writing.part_place import part_place

_BLOCK_PX = 512
_STEP_BYTES = 64 << 20
"""Of pixels that are held at a time."""
_MOST_TAGS = 64
_LONGEST_TAG = 1024


def write_window(
    path: Path,
    href: str,
    window: PixelWindow,
    *,
    crs: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write a window of a scene: all its bands, its type of numbers, nodata, mask and place.

    Memory is bounded whatever the window's size.

    Args:
        path: The file to write; one of that name is replaced.
        href: The scene, as recorded.
        window: In pixels of the scene.
        crs: Of the scene's affine, where its file does not say.
        tags: Metadata.

    Raises:
        SceneError: The scene is gone, cannot be read, has no such window any more, or no place.
        UsageError: The file cannot be written.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "window.tif"
        with gdal_errors(href), open_raster(href) as scene:
            _require_window(scene, href, window)
            start = int(window.col), int(window.row)
            place = part_place(scene, start=start, crs=crs)
            _require_place(place, href)
            dtype = _dtype(scene)
            with (
                rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
                rasterio.open(plain, "w", **_profile(scene, window, dtype), **place) as copy,
            ):
                _describe(scene, copy)
                _copy(scene, copy, window)
                copy.update_tags(**(tags or {}))
        size_px = max(int(window.width), int(window.height))
        options: dict[str, Any] = {
            "blocksize": min(_BLOCK_PX, max(16, -(-size_px // 16) * 16)),
            "compress": "deflate",
            "overview_resampling": "nearest",  # classes and nodata are not to be mixed
        }
        if not dtype.startswith("complex"):
            options["predictor"] = "yes"
        try:
            rasterio.shutil.copy(plain, path, driver="COG", **options)
        except (RasterioError, GdalError) as error:
            raise UsageError(
                f"a chip cannot be written: {first_line(error)}",
                hint="check that there is room where temporary files go, or set TMPDIR",
            ) from error


def _require_window(scene: Any, href: str, window: PixelWindow) -> None:
    col, row, width, height = (int(number) for number in window)
    if not (0 <= col <= scene.width - width and 0 <= row <= scene.height - height):
        raise SceneError(
            f"{short_name(href)} is not the raster that was indexed: it has no pixels "
            f"{col}, {row}, {width} x {height}",
            hint="index it again",
        )


def _require_place(place: Mapping[str, Any], href: str) -> None:
    if place.get("crs") is None and "rpcs" not in place:
        raise SceneError(
            f"{short_name(href)} does not say where on Earth its pixels lie",
            hint="write chips of hits that an open index gave: it knows what was assumed",
        )


def _dtype(scene: Any) -> str:
    """Return the type that holds the values of all bands: a GeoTIFF has one."""
    dtypes = set(scene.dtypes)
    if len(dtypes) == 1:
        return str(dtypes.pop())
    return str(np.result_type(*(np.dtype(_numpy_name(one)) for one in dtypes)))


def _numpy_name(dtype: str) -> str:
    return {"complex_int16": "complex64"}.get(dtype, dtype)


def _profile(scene: Any, window: PixelWindow, dtype: str) -> dict[str, Any]:
    nodata = scene.nodata
    if nodata is not None and not (dtype.startswith("complex") or in_dtype_range(nodata, dtype)):
        nodata = None  # no value is it
    return {
        "driver": "GTiff",
        "width": int(window.width),
        "height": int(window.height),
        "count": scene.count,
        "dtype": dtype,
        "nodata": nodata,
        "bigtiff": "if_safer",
    }


def _describe(scene: Any, copy: Any) -> None:
    """Take over what bands are."""
    if ColorInterp.palette in scene.colorinterp[:1]:
        copy.write_colormap(1, scene.colormap(1))
    else:
        copy.colorinterp = scene.colorinterp
    copy.descriptions = scene.descriptions
    copy.scales, copy.offsets = scene.scales, scene.offsets
    for band, unit in enumerate(scene.units, start=1):
        if unit:
            copy.set_band_unit(band, unit)
        copy.update_tags(band, **dict(_kept_tags(scene.tags(band))))


def _kept_tags(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is said of a band, such as its wavelength; statistics are those of the scene."""
    for name, value in list(tags.items())[:_MOST_TAGS]:
        if not name.startswith("STATISTICS_") and len(value) <= _LONGEST_TAG:
            yield name, value


def _copy(scene: Any, copy: Any, window: PixelWindow) -> None:
    col, row, width, height = (int(number) for number in window)
    bytes_a_row = width * scene.count * 16  # of the widest type
    step = max(1, _STEP_BYTES // bytes_a_row)
    flags = scene.mask_flag_enums[0]
    masked = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
    for top in range(0, height, step):
        rows = min(step, height - top)
        there = Window(col, row + top, width, rows)
        here = Window(0, top, width, rows)
        copy.write(scene.read(window=there), window=here)
        if masked:
            copy.write_mask(scene.read_masks(1, window=there), window=here)
