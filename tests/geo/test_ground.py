"""Sizes on the ground against the numbers a raster is made with, and known arcs."""

import numpy as np
import pytest

from geosearch.geo import crs_to_lonlat, footprints, ground_sizes_m
from geosearch.geo.projection import Floats


def utm(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
    return crs_to_lonlat("EPSG:32633")(500000 + 10.0 * cols, 5000000 - 25.0 * rows)


def test_a_utm_pixel_is_its_size_over_the_scale_of_the_meridian() -> None:
    sizes = ground_sizes_m(utm, np.array([[0, 0, 100, 200], [5, 5, 1, 1]]))
    np.testing.assert_allclose(
        sizes, [[1000 / 0.9996, 5000 / 0.9996], [10 / 0.9996, 25 / 0.9996]], rtol=1e-5
    )


def test_a_web_mercator_pixel_shrinks_with_latitude() -> None:
    mercator = crs_to_lonlat("EPSG:3857")
    y = 6378137 * np.log(np.tan(np.radians(45 + 30)))  # 60 degrees north

    def to_lonlat(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        return mercator(cols, y - rows)

    width, height = ground_sizes_m(to_lonlat, np.array([[-50, -50, 100, 100]]))[0]
    assert width == pytest.approx(50, rel=0.005)
    assert height == pytest.approx(50, rel=0.005)


def test_a_size_is_known_wherever_there_is_a_footprint() -> None:
    geos = crs_to_lonlat("+proj=geos +h=35785831 +lon_0=0")

    def to_lonlat(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        return geos(-5.5e6 + 20000 * cols, 5.5e6 - 20000 * rows)

    windows = np.array([[c, r, 50, 50] for r in range(0, 550, 50) for c in range(0, 550, 50)])
    sizes = ground_sizes_m(to_lonlat, windows)
    seen = np.array([outline is not None for outline in footprints(to_lonlat, windows)])
    assert seen.any()
    assert not seen.all()
    np.testing.assert_array_equal(np.isfinite(sizes).all(axis=1), seen)
    assert (sizes[seen] > 0.9e6).all()  # 20 km pixels straight below, longer elsewhere
