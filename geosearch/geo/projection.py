"""From a raster's CRS, and from its pixels, to longitude and latitude."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import SceneError

if TYPE_CHECKING:
    import pyproj

Floats = NDArray[np.float64]
ToLonLat = Callable[[Floats, Floats], tuple[Floats, Floats]]
PixelToLonLat = ToLonLat
"""Columns and rows float64 [n] (0, 0 is the outer corner of the first pixel) to longitudes and
latitudes float64 [n] in degrees; inf where a point is off the Earth."""

_OVERHANG_DEG = 93.0
"""Geographic rasters whose pixel centres sit on the pole reach beyond it by half a pixel."""
_ROUND_TRIP_M = 1000.0
"""Farther apart than any two transformations between the same datums."""
_EARTH_RADII_M = (6.33e6, 6.40e6)
"""Equatorial radius of every ellipsoid and sphere in use for the Earth, generously."""

_OTHER_BODY = re.compile(r"(?<![a-z])(?:mars|moon|venus)(?![a-z])", re.IGNORECASE)
"""In names of datums: Mercury is none, since one of the Earth's is named after the capsule."""


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
    import pyproj  # here: a query that states no CRS needs none
    from pyproj.exceptions import CRSError, ProjError

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

    comes_back = _round_trip(source, transformer)

    def to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        lon, lat = transformer.transform(x, y)
        # PROJ passes geographic coordinates through unchecked
        on = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= _OVERHANG_DEG)
        on &= comes_back(x, y, lon, lat)
        return np.where(on, lon, np.inf), np.where(on, np.clip(lat, -90, 90), np.inf)

    return to_lonlat


def _round_trip(
    source: "pyproj.CRS", transformer: "pyproj.Transformer"
) -> Callable[[Floats, Floats, Floats, Floats], NDArray[np.bool_]]:
    """Return a test whether points projected back come out where they were.

    Outside of a map of the whole Earth (beside a sinusoidal one, say) PROJ's inverse gives some
    place on Earth all the same. A cylindrical map goes on beyond 180 degrees: there it may come
    out whole turns away.
    """
    if not source.is_projected:
        return lambda x, y, lon, lat: np.ones(x.shape, dtype=bool)
    tolerance = _ROUND_TRIP_M / source.axis_info[0].unit_conversion_factor
    turn = _turn(transformer)

    def comes_back(x: Floats, y: Floats, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        back_x, back_y = transformer.transform(lon, lat, direction="INVERSE")
        with np.errstate(invalid="ignore"):  # inf - inf is NaN, and not on the Earth
            off_x, off_y = back_x - x, back_y - y
            if turn is not None:
                off_x -= turn * np.round(off_x / turn)
            return np.asarray((np.abs(off_x) < tolerance) & (np.abs(off_y) < tolerance))

    return comes_back


def _turn(transformer: "pyproj.Transformer") -> float | None:
    """Return how far 360 degrees are on a cylindrical map, in its units; None for other maps."""
    lon = np.array([0.0, 1, 0, 1, 180, 181, 180, 181])
    lat = np.array([0.0, 0, 50, 50, 0, 0, 50, 50])
    x, y = transformer.transform(lon, lat, direction="INVERSE")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    degrees = np.diff(x)[::2]
    size = np.abs(degrees).max()
    # one of the pairs may lie on both sides of the map's edge
    inside = [pair for pair in (degrees[:2], degrees[2:]) if np.ptp(pair) < 1e-6 * size]
    level = np.ptp(y[[0, 1, 4, 5]]) + np.ptp(y[[2, 3, 6, 7]]) < 1e-6 * size
    return 360 * float(min(abs(pair[0]) for pair in inside)) if inside and level else None


def _require_earth(crs: "pyproj.CRS") -> None:
    geodetic = crs.geodetic_crs
    if crs.is_geocentric:
        raise SceneError(
            f"its CRS is geocentric, not a map ({crs.name}): its pixels have no place on Earth",
            hint="assign the CRS of the map it shows: gdal_edit.py -a_srs EPSG:CODE FILE",
        )
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
    names = f"{geodetic.name} {geodetic.datum.name if geodetic.datum else ''}"
    if body := _OTHER_BODY.search(names):  # on the Earth's ellipsoid, as web maps of Mars are
        raise SceneError(
            f"its CRS is not of the Earth: {crs.name}, of {body[0]}",
            hint="geosearch places scenes of the Earth only; leave it out",
        )


def project_pixels(to_lonlat: PixelToLonLat, points_px: Floats) -> tuple[Floats, Floats]:
    """Project pixels [..., 2]; what is off the Earth is inf in both."""
    lon, lat = to_lonlat(points_px[..., 0].ravel(), points_px[..., 1].ravel())
    shape = points_px.shape[:-1]
    off = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(off, np.inf, lon).reshape(shape), np.where(off, np.inf, lat).reshape(shape)
