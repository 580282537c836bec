"""Footprints of chips in hard projections: areas and inner points against PROJ and GeographicLib.

The truth is each chip's outline with 1,600 points, projected by pyproj itself; its area is that of
the geodesic polygon on the ellipsoid, poles and 180 degrees included.
"""

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from geosearch.geo import crs_to_lonlat, footprints

GEOD = Geod(ellps="WGS84")
ROTATED = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +R=6371229"

# crs, left, top, units a pixel, columns, rows, chip
MAPS = {
    "polar stereographic, north": ("EPSG:3413", -3.85e6, 5.85e6, 25000, 304, 448, 32),
    "polar stereographic, fine": ("EPSG:3413", -3e5, 3e5, 1000, 600, 600, 128),
    "polar stereographic, south": ("EPSG:3031", -3e6, 3e6, 10000, 600, 600, 64),
    "equal area, the whole north": ("EPSG:6931", -9e6, 9e6, 25000, 720, 720, 60),
    "equal area, Europe": ("EPSG:3035", 2.5e6, 5.5e6, 1000, 4000, 4000, 256),
    "equal area at 180": ("+proj=laea +lat_0=5 +lon_0=170", -4e6, 4e6, 4000, 2000, 2000, 224),
    "geostationary": ("+proj=geos +h=35785863 +lon_0=140.7", -4e6, 4e6, 10000, 800, 800, 64),
    "sinusoidal": ("+proj=sinu +R=6371007.181", -9.9e6, 6.67e6, 463.3127, 4800, 4800, 240),
    "sinusoidal, coarse": ("+proj=sinu +R=6371007.181", -1e7, 6e6, 25000, 800, 480, 32),
    "rotated pole": (ROTATED, -30, 30, 0.11, 550, 500, 64),
    "oblique Mercator, Michigan": ("EPSG:3079", 2.5e5, 7.5e5, 100, 4000, 5000, 256),
    "oblique Mercator, Alaska": ("EPSG:26931", 5e5, 1.5e6, 200, 4000, 4000, 256),
    "oblique Mercator, Switzerland": ("EPSG:2056", 2.48e6, 1.3e6, 100, 3500, 2300, 224),
    "azimuthal equidistant": ("+proj=aeqd +lat_0=52 +lon_0=-97", -8e6, 8e6, 9000, 1700, 1700, 64),
    "conic, Canada": ("EPSG:3347", 3.6e6, 5e6, 2000, 2800, 2300, 224),
    "polyconic, Brazil": ("EPSG:5880", 2.7e6, 1.06e7, 2000, 2600, 2200, 224),
    "Krovak": ("EPSG:5514", -9e5, -9e5, 200, 2500, 2000, 224),
    "New Zealand map grid": ("EPSG:27200", 2e6, 6.8e6, 200, 5000, 7500, 224),
    "Robinson": ("ESRI:54030", -1e7, 7e6, 20000, 1000, 700, 40),
}


def chips_of(columns: int, rows: int, size: int) -> np.ndarray:
    """Some windows at random, and all around the middle, where the poles are."""
    rng = np.random.default_rng(0)
    anywhere = rng.integers(0, (columns - size, rows - size), (20, 2))
    before = (0, size // 2, size)
    around = [(columns // 2 - c, rows // 2 - r) for c in before for r in before]
    corners = np.concatenate([anywhere, around])
    return np.column_stack([corners, np.full((len(corners), 2), size)])


def area_m2(outline: BaseGeometry) -> float:
    # geodesics between near points, as a footprint's sides are straight in degrees
    fine = shapely.segmentize(outline, 0.02)
    return sum(
        abs(GEOD.geometry_area_perimeter(part)[0]) for part in getattr(fine, "geoms", [fine])
    )


@pytest.mark.parametrize("name", MAPS)
def test_areas_and_inner_points_are_those_of_the_projection(name: str) -> None:
    crs, left, top, unit, columns, rows, size = MAPS[name]
    project = crs_to_lonlat(crs)
    truth = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    windows = chips_of(columns, rows, size)
    outlines = footprints(lambda c, r: project(left + unit * c, top - unit * r), windows)
    rng = np.random.default_rng(1)
    s = np.linspace(0, 1, 400, endpoint=False)
    ring = np.r_[0 * s, s, 0 * s + 1, 1 - s], np.r_[s, 0 * s + 1, 1 - s, 0 * s]
    for (col, row, width, height), outline in zip(windows, outlines, strict=True):
        u, v = ring[0] * width + col, ring[1] * height + row
        expected = abs(
            GEOD.polygon_area_perimeter(*truth.transform(left + unit * u, top - unit * v))[0]
        )
        assert area_m2(outline) == pytest.approx(expected, rel=1e-3)
        inner = rng.uniform(0.05, 0.95, (2, 40))
        u, v = col + width * inner[0], row + height * inner[1]
        lon, lat = truth.transform(left + unit * u, top - unit * v)
        points = shapely.points((np.array(lon) + 180) % 360 - 180, lat)
        assert shapely.covers(outline, points).all()
