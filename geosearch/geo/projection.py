"""From a raster's CRS, and from its pixels, to longitude and latitude."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from geosearch.errors import SceneError

Floats = NDArray[np.float64]
ToLonLat = Callable[[Floats, Floats], tuple[Floats, Floats]]
PixelToLonLat = ToLonLat
"""Columns and rows float64 [n] (0, 0 is the outer corner of the first pixel) to longitudes and
latitudes float64 [n] in degrees; inf where a point is off the Earth."""

_OVERHANG_DEG = 93.0
"""Geographic rasters whose pixel centres sit on the pole reach beyond it by half a pixel."""
_EARTH_RADII_M = (6.33e6, 6.40e6)
"""Equatorial radius of every ellipsoid and sphere in use for the Earth, generously."""


@lru_cache(maxsize=256)
def crs_to_lonlat(crs: str) -> ToLonLat:
    """Return the projection from a CRS to longitude and latitude (EPSG:4326).

    Args:
        crs: Anything that names a CRS: ``EPSG:32633``, WKT, PROJ text.

    Returns:
        x, y float64 [n] (easting before northing, whatever the CRS's own order) to
        longitude, latitude float64 [n], degrees; inf where a point is off the Earth.

    Raises:
        SceneError: The CRS cannot be understood, is not of the Earth, or is a local one.
    """
    try:
        source = pyproj.CRS.from_user_input(crs)
        _require_earth(source)
        transformer = pyproj.Transformer.from_crs(source, "EPSG:4326", always_xy=True)
    except CRSError as error:
        raise SceneError(
            f"its CRS cannot be understood: {error}",
            hint="assign one: gdal_edit.py -a_srs EPSG:CODE FILE",
        ) from error
    except ProjError as error:
        raise SceneError(
            f"its CRS cannot be brought to longitude and latitude: {error}",
            hint="warp it to a known CRS first: gdalwarp -t_srs EPSG:4326 IN OUT",
        ) from error

    def to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = transformer.transform(np.asarray(x, float), np.asarray(y, float))
        # PROJ passes geographic coordinates through unchecked
        off = ~(np.isfinite(lon) & np.isfinite(lat)) | (np.abs(lat) > _OVERHANG_DEG)
        return np.where(off, np.inf, lon), np.where(off, np.inf, np.clip(lat, -90, 90))

    return to_lonlat


def _require_earth(crs: pyproj.CRS) -> None:
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.ellipsoid is None:
        raise SceneError(
            f"its CRS is a local one ({crs.name}): it has no place on Earth",
            hint="assign a real one: gdal_edit.py -a_srs EPSG:CODE FILE",
        )
    radius = geodetic.ellipsoid.semi_major_metre
    if not _EARTH_RADII_M[0] <= radius <= _EARTH_RADII_M[1]:
        raise SceneError(
            f"its CRS is not of the Earth: {crs.name}, on {geodetic.ellipsoid.name} with a "
            f"radius of {radius / 1000:.0f} km",
            hint="geosearch places scenes of the Earth only; leave it out",
        )


def project_pixels(to_lonlat: PixelToLonLat, points_px: Floats) -> tuple[Floats, Floats]:
    """Project pixels [..., 2]; what is off the Earth is inf in both."""
    lon, lat = to_lonlat(points_px[..., 0].ravel(), points_px[..., 1].ravel())
    shape = points_px.shape[:-1]
    off = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(off, np.inf, lon).reshape(shape), np.where(off, np.inf, lat).reshape(shape)
