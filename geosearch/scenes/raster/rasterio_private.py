"""What rasterio keeps to itself and nothing else offers; used nowhere but through this module.

`rasterio.open` takes one driver only, and the base of all errors of GDAL's has no public name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rasterio._err import CPLE_BaseError as GdalError
from rasterio._path import _parse_path
from rasterio.io import DatasetReader

__all__ = ["GdalError", "open_with"]


def open_with(drivers: Sequence[str], name: str, options: Mapping[str, int]) -> Any:
    """Open a raster to be read; the caller closes it.

    Args:
        drivers: GDAL's names of the drivers that may open it.
        name: What GDAL calls it.
        options: Open options.

    Raises:
        rasterio.errors.RasterioIOError: None of them can.
    """
    return DatasetReader(_parse_path(name), driver=list(drivers), **options)
