"""What rasterio keeps to itself is there, and does what is expected of it."""

from pathlib import Path

import pytest
import rasterio
from rasterio.errors import RasterioIOError
from support.scenes_making import values, write_band

VERSION = f"rasterio {rasterio.__version__}: adapt geosearch/scenes/raster/rasterio_private.py"


def test_the_private_names_are_there() -> None:
    try:
        from geosearch.scenes.raster import rasterio_private
    except ImportError as error:
        pytest.fail(f"{VERSION} ({error})")
    assert issubclass(rasterio_private.GdalError, Exception), VERSION


def test_a_raster_is_opened_by_the_drivers_that_are_named_and_no_other(tmp_path: Path) -> None:
    from geosearch.scenes.raster.rasterio_private import open_with

    path = write_band(tmp_path / "a.tif", values(0, 8))
    with open_with(("PNG", "GTiff"), str(path), {}) as dataset:
        assert dataset.driver == "GTiff", VERSION
    with pytest.raises(RasterioIOError, match="not recognized"):
        open_with(("PNG", "VRT"), str(path), {})


def test_an_error_of_gdal_is_of_the_kind_that_is_caught(tmp_path: Path) -> None:
    from geosearch.scenes.raster.rasterio_private import GdalError

    path = write_band(tmp_path / "a.tif", values(0, 96))
    path.write_bytes(path.read_bytes()[:-1000])
    with rasterio.open(path) as dataset, pytest.raises(RasterioIOError) as caught:
        dataset.read()
    assert isinstance(caught.value.__cause__, GdalError), VERSION
