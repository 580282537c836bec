"""From a CRS to longitude and latitude, and what is refused."""

import numpy as np
import pytest
from pyproj import Transformer

from geosearch.errors import SceneError
from geosearch.geo import crs_to_lonlat

MOON = "IAU_2015:30100"
MARS = "IAU_2015:49900"
SITE = (
    'ENGCRS["site",EDATUM["pole"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],UNIT["metre",1]]'
)


VENUS = (
    'PROJCS["Venus_eqc",GEOGCS["GCS_Venus_2000",DATUM["D_Venus_2000",'
    'SPHEROID["Venus_2000_IAU_IAG",6051800.0,0.0]],PRIMEM["Reference_Meridian",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Equirectangular"],'
    'PARAMETER["standard_parallel_1",0],PARAMETER["central_meridian",0],UNIT["Meter",1]]'
)
WEB_MARS = (  # as Mercator tiles of Mars are declared: with the Earth's radius
    'PROJCS["Mars Web Mercator",GEOGCS["GCS_Mars_2000",DATUM["D_Mars_2000",'
    'SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_1SP"],UNIT["metre",1]]'
)


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:3857",
        "+proj=sinu +R=6371007.181",  # MODIS
        "+proj=lcc +lat_1=25 +lat_2=25 +lon_0=-95 +R=6371229",  # weather models
        "+proj=longlat +ellps=clrk66",
        "+proj=longlat +a=6378388 +rf=297",
        "ESRI:53001",
        "EPSG:4047",
        "EPSG:9518",  # with heights
        "+proj=utm +zone=33 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
        "+proj=longlat +a=6378166 +rf=298.3",  # Fischer 1960, or Mercury
    ],
)
def test_every_ellipsoid_and_sphere_of_the_earth_is_taken(crs: str) -> None:
    lon, lat = crs_to_lonlat(crs)(np.array([10.0]), np.array([20.0]))
    assert np.isfinite([lon[0], lat[0]]).all()


def test_eastings_come_first_whatever_order_the_crs_has() -> None:
    lon, lat = crs_to_lonlat("EPSG:4326")(np.array([11.5]), np.array([48.1]))
    assert (lon[0], lat[0]) == (11.5, 48.1)
    lon, lat = crs_to_lonlat("EPSG:31468")(np.array([4468000.0]), np.array([5333000.0]))
    assert 11 < lon[0] < 12  # its own order is northing, easting
    assert 48 < lat[0] < 49


def test_a_projection_is_projs() -> None:
    x, y = np.array([5e5, 6e5]), np.array([5e6, 4e6])
    expected = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True).transform(x, y)
    np.testing.assert_array_equal(crs_to_lonlat("EPSG:32633")(x, y), expected)


def test_points_off_the_earth_are_infinite_in_both() -> None:
    lon, lat = crs_to_lonlat("+proj=geos +h=35785831 +lon_0=0")(
        np.array([0.0, 5.6e6]), np.array([0.0, 5.6e6])
    )
    assert (lon[0], lat[0]) == (0, 0)
    assert np.isinf([lon[1], lat[1]]).all()


def test_latitudes_half_a_pixel_beyond_the_pole_end_there() -> None:
    lon, lat = crs_to_lonlat("EPSG:4326")(np.array([10.0, 10.0]), np.array([90.25, 274.0]))
    assert (lon[0], lat[0]) == (10, 90)
    assert np.isinf([lon[1], lat[1]]).all()


@pytest.mark.parametrize(
    ("crs", "reason"),
    [
        (MOON, "not of the Earth.*1737 km"),
        (MARS, "not of the Earth.*3396 km"),
        ("IAU_2015:49936", "not of the Earth"),  # a map of Mars' south pole
        ("IAU_2015:29910", "not of the Earth.*6052 km"),  # Venus is nearly as large
        ("IAU_2015:60600", "not of the Earth"),
        ("+proj=sinu +R=3396190", "not of the Earth.*3396 km"),
        ("+proj=longlat +a=6051800 +b=6051800", "not of the Earth"),
        (VENUS, "not of the Earth: Venus_eqc, on Venus_2000_IAU_IAG"),
        (WEB_MARS, "not of the Earth: Mars Web Mercator, of Mars"),
        ("EPSG:4978", "geocentric, not a map"),
        ("EPSG:5773", "local one"),  # heights only
        (SITE, "local one"),
        ("EPSG:999999", "cannot be understood"),
        ("nonsense", "cannot be understood"),
    ],
)
def test_what_is_no_place_on_earth_is_refused(crs: str, reason: str) -> None:
    with pytest.raises(SceneError, match=reason) as caught:
        crs_to_lonlat(crs)
    assert caught.value.hint


def test_a_place_beside_a_map_of_the_whole_earth_is_off_it() -> None:
    """PROJ's inverse of the sinusoidal projection gives a place there too, a wrong one."""
    sinusoidal = "+proj=sinu +R=6371007.181"  # MODIS tiles stick out of it
    x, y = np.array([1.53e7, 1.54e7, 1.9e7]), np.array([4.43e6, 4.43e6, 4.43e6])
    lon, lat = crs_to_lonlat(sinusoidal)(x, y)
    assert np.isfinite(lon).tolist() == [True, False, False]
    assert np.isfinite(lat).tolist() == [True, False, False]


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:6933", "EPSG:3832", "+proj=mill"])
def test_a_cylindrical_map_goes_on_beyond_its_edge(crs: str) -> None:
    into = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = into.transform([10.0, 11.0], [40.0, 40.0])
    lon, lat = crs_to_lonlat(crs)(np.array([x[0] + 360 * (x[1] - x[0])]), np.array([y[0]]))
    assert lon[0] % 360 == pytest.approx(10, abs=1e-6)
    assert lat[0] == pytest.approx(40)
