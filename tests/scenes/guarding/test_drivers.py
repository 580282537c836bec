"""The drivers that may open files are GDAL's own."""

from typing import Any

import rasterio

from geosearch.scenes.guarding.drivers import LOCAL


def test_what_a_driver_is_called_is_in_gdal() -> None:
    """A name with a slip of the pen would leave a format out without a word."""
    elsewhere = {"JP2KAK", "JP2ECW", "JP2MrSID", "ECW", "MrSID", "JPEGXL", "HDF4", "HDF4Image"}
    with rasterio.Env() as gdal:
        known: dict[str, Any] = gdal.drivers()
    assert set(LOCAL) - set(known) <= elsewhere
    assert len(LOCAL) == len(set(LOCAL))
