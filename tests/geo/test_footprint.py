"""Footprints against points sampled inside, the package antimeridian, and the sphere."""

from collections.abc import Callable

import antimeridian
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon

from geosearch.geo import PixelToLonLat, crs_to_lonlat, footprint, footprints
from geosearch.geo.projection import Floats

GEOD = Geod(ellps="WGS84")


def affine(crs: str, *numbers: float) -> PixelToLonLat:
    """Pixels of a raster with the affine (a, b, c, d, e, f)."""
    a, b, c, d, e, f = numbers
    project = crs_to_lonlat(crs)
    return lambda cols, rows: project(a * cols + b * rows + c, d * cols + e * rows + f)


def polar(crs: str, metres: float, left: float, top: float) -> PixelToLonLat:
    return affine(crs, metres, 0, left, 0, -metres, top)


SCENES: dict[str, tuple[PixelToLonLat, tuple[int, int, int, int]]] = {
    "north up": (affine("EPSG:32633", 10, 0, 500000, 0, -10, 5000000), (30, 40, 256, 256)),
    "turned": (affine("EPSG:32633", 8, 6, 500000, 6, -8, 5000000), (0, 0, 256, 200)),
    "south up": (affine("EPSG:32719", 10, 0, 500000, 0, 10, 7000000), (0, 0, 128, 128)),
    "mirrored": (affine("EPSG:32633", -10, 0, 500000, 0, -10, 5000000), (0, 0, 128, 128)),
    "drone": (affine("EPSG:32633", 0.02, 0, 500000, 0, -0.02, 5000000), (500, 9, 224, 224)),
    "across 180": (affine("EPSG:32660", 30, 0, 645000, 0, -30, 7000000), (0, 0, 512, 512)),
    "large and bent": (affine("EPSG:3035", 500, 0, 2500000, 0, -500, 5500000), (0, 0, 9000, 9000)),
    "beyond 180": (affine("EPSG:4326", 0.001, 0, 179.9, 0, -0.001, -16.5), (0, 0, 256, 256)),
    "0 to 360": (affine("EPSG:4326", 0.005, 0, 203, 0, -0.005, 21), (0, 0, 256, 256)),
    "pole inside": (polar("EPSG:3413", 25000, -3850000, 5850000), (0, 0, 304, 448)),
    "south pole inside": (polar("EPSG:3031", 1000, -70000, 60000), (3, 5, 128, 128)),
    "pole in a corner": (polar("EPSG:3413", 25000, 0, 0), (0, 0, 128, 128)),
    "pole on an edge": (polar("EPSG:3413", 25000, -1600000, 0), (0, 0, 128, 128)),
    "pole just outside": (polar("EPSG:3413", 1000, -64000, -1), (0, 0, 128, 128)),
    "pole just inside": (polar("EPSG:3413", 1000, -64000, 1), (0, 0, 128, 128)),
    "half the Earth": (polar("EPSG:3571", 20000, -7000000, 7000000), (0, 0, 700, 700)),
}


def inner_points(
    to_lonlat: PixelToLonLat, window: tuple[int, int, int, int], inset_px: float
) -> tuple[Floats, Floats]:
    """Points on a lattice that stays some pixels inside a window, and the pixels themselves."""
    col, row, width, height = window
    cols = np.linspace(col + inset_px, col + width - inset_px, 41)
    rows = np.linspace(row + inset_px, row + height - inset_px, 41)
    grid = [axis.ravel() for axis in np.meshgrid(cols, rows)]
    lon, lat = to_lonlat(*grid)
    return (lon + 180) % 360 - 180, lat


@pytest.mark.parametrize("name", SCENES)
def test_every_point_inside_a_rectangle_lies_in_its_footprint(name: str) -> None:
    to_lonlat, window = SCENES[name]
    outline = footprint(to_lonlat, *window)
    lon, lat = inner_points(to_lonlat, window, inset_px=0.1)
    assert shapely.covers(outline, shapely.points(lon, lat)).all()


@pytest.mark.parametrize("name", SCENES)
def test_points_just_outside_a_rectangle_lie_outside_its_footprint(name: str) -> None:
    to_lonlat, window = SCENES[name]
    outline = footprint(to_lonlat, *window)
    col, row, width, height = window
    s = np.linspace(0.01, 0.99, 50)
    out = 0.1
    cols = np.r_[col + s * width, col + s * width, 0 * s + col - out, 0 * s + col + width + out]
    rows = np.r_[0 * s + row - out, 0 * s + row + height + out, row + s * height, row + s * height]
    lon, lat = to_lonlat(cols, rows)
    lon = (lon + 180) % 360 - 180
    assert not shapely.contains_xy(outline, lon, lat).any()


@pytest.mark.parametrize("name", SCENES)
def test_footprints_are_valid_counterclockwise_and_within_the_globe(name: str) -> None:
    to_lonlat, window = SCENES[name]
    outline = footprint(to_lonlat, *window)
    assert outline is not None
    assert outline.is_valid
    west, south, east, north = outline.bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    for polygon in getattr(outline, "geoms", [outline]):
        assert polygon.exterior.is_ccw
    coordinates = shapely.get_coordinates(outline)
    assert len(coordinates) < 2000
    np.testing.assert_array_equal(coordinates, np.round(coordinates, 8))


@pytest.mark.parametrize(
    ("name", "expected_km2"),
    [("north up", 2.56**2), ("drone", 0.00448**2), ("pole inside", None)],
)
def test_areas_on_the_ground_are_those_of_the_pixels(name: str, expected_km2: float | None) -> None:
    """UTM's scale on the central meridian is 0.9996; equal to 0.1 % of area."""
    to_lonlat, window = SCENES[name]
    outline = footprint(to_lonlat, *window)
    area = abs(GEOD.geometry_area_perimeter(outline)[0]) / 1e6
    if expected_km2 is None:  # cells of a lattice, each a small quadrilateral
        expected_km2 = lattice_area_km2(to_lonlat, window)
    else:
        expected_km2 /= 0.9996**2
    assert area == pytest.approx(expected_km2, rel=1e-3)


def lattice_area_km2(to_lonlat: PixelToLonLat, window: tuple[int, int, int, int]) -> float:
    col, row, width, height = window
    total = 0.0
    for c, r in np.ndindex(38, 56):
        u = col + width * np.array([c, c, c + 1, c + 1]) / 38
        v = row + height * np.array([r, r + 1, r + 1, r]) / 56
        total += abs(GEOD.polygon_area_perimeter(*to_lonlat(u, v))[0])
    return total / 1e6


@pytest.mark.parametrize("left", [640000, 645000, 650000, 655000])
def test_a_footprint_across_180_is_the_one_of_the_package_antimeridian(left: int) -> None:
    to_lonlat = affine("EPSG:32660", 30, 0, left, 0, -30, 7000000)
    outline = footprint(to_lonlat, 0, 0, 512, 512)
    s = np.linspace(0, 512, 65)
    lon, lat = to_lonlat(
        np.r_[0 * s, s, 0 * s + 512, s[::-1]], np.r_[s, 0 * s + 512, s[::-1], 0 * s]
    )
    expected = antimeridian.fix_polygon(
        Polygon(np.stack([lon, lat], axis=1)), great_circle=False, fix_winding=True
    )
    assert outline is not None
    assert outline.symmetric_difference(expected).area < 3e-4 * expected.area


def test_a_footprint_around_the_pole_is_that_of_antimeridian() -> None:
    to_lonlat = polar("EPSG:3413", 10000, -1500000, 1300000)
    outline = footprint(to_lonlat, 0, 0, 256, 256)
    s = np.linspace(0, 256, 400, endpoint=False)
    lon, lat = to_lonlat(
        np.r_[0 * s, s, 0 * s + 256, 256 - s], np.r_[s, 0 * s + 256, 256 - s, 0 * s]
    )
    expected = antimeridian.fix_polygon(
        Polygon(np.stack([lon, lat], axis=1)), great_circle=False, fix_winding=True
    )
    assert outline is not None
    assert outline.covers(shapely.Point(12, 89.999))
    assert outline.symmetric_difference(expected).area < 1e-3 * expected.area


@pytest.mark.parametrize(
    ("left", "top"), [(-180, 90), (0, 90), (-180.5, 90), (-179.75, 90.25), (180, 90)]
)
def test_the_whole_globe_is_one_box_wherever_its_columns_start(left: float, top: float) -> None:
    outline = footprint(affine("EPSG:4326", 0.5, 0, left, 0, -0.5, top), 0, 0, 720, 361)
    assert outline is not None
    assert outline.equals(shapely.box(-180, -90, 180, 90))


def test_only_the_disk_of_a_geostationary_view_is_on_the_earth() -> None:
    crs = "+proj=geos +h=35785831 +lon_0=140.7 +sweep=y +ellps=WGS84"
    full = 5_500_000
    to_lonlat = affine(crs, 20000, 0, -full, 0, -20000, full)
    outlines = footprints(to_lonlat, [(0, 0, 50, 50), (200, 200, 100, 100), (0, 0, 550, 550)])
    assert outlines[0] is None
    assert outlines[1].geom_type == "Polygon"
    assert outlines[2].is_valid
    # what the satellite sees: all within 75 degrees of the point below it, none beyond 82
    away = shapely.get_coordinates(outlines[2])
    cosine = np.cos(np.radians(away[:, 1])) * np.cos(np.radians(away[:, 0] - 140.7))
    angle = np.degrees(np.arccos(cosine))
    assert angle.max() < 82
    for bearing in range(0, 360, 15):
        lon, lat, _ = GEOD.fwd(140.7, 0, bearing, 75.0 * 111_195)
        assert outlines[2].covers(shapely.Point(lon, lat)), bearing


def windows_of(to_lonlat: PixelToLonLat, size: int) -> list[tuple[int, int, int, int]]:
    return [(c, r, size, size) for r in range(0, 300, size // 2) for c in range(0, 300, size // 2)]


@pytest.mark.parametrize("name", ["turned", "across 180", "pole inside", "pole in a corner"])
def test_footprints_together_are_those_one_by_one(name: str) -> None:
    to_lonlat, _ = SCENES[name]
    windows = windows_of(to_lonlat, 64)
    together = footprints(to_lonlat, windows)
    for window, outline in zip(windows, together, strict=True):
        assert outline.equals_exact(footprint(to_lonlat, *window), 0)


def counted(to_lonlat: PixelToLonLat) -> tuple[PixelToLonLat, Callable[[], int]]:
    points = []

    def counting(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        points.append(len(cols))
        return to_lonlat(cols, rows)

    return counting, lambda: sum(points)


def test_a_chip_that_does_not_bend_costs_sixteen_points_and_keeps_four() -> None:
    to_lonlat, points = counted(SCENES["north up"][0])
    outlines = footprints(to_lonlat, [(c, 0, 64, 64) for c in range(1000)])
    assert points() == 17 * 1000
    assert all(len(outline.exterior.coords) == 5 for outline in outlines)


@settings(max_examples=150, deadline=None)
@given(
    left=st.floats(-4e6, 4e6),
    top=st.floats(-4e6, 4e6),
    metres=st.sampled_from([10.0, 1000.0, 25000.0]),
    degrees=st.floats(0, 360),
    crs=st.sampled_from(["EPSG:3413", "EPSG:3031", "EPSG:3571"]),
)
def test_polar_footprints_hold_for_any_place_and_turn(
    left: float, top: float, metres: float, degrees: float, crs: str
) -> None:
    a, b = metres * np.cos(np.radians(degrees)), metres * np.sin(np.radians(degrees))
    to_lonlat = affine(crs, a, b, left, b, -a, top)
    window = (0, 0, 100, 100)
    outline = footprint(to_lonlat, *window)
    assert outline is not None
    assert outline.is_valid
    lon, lat = inner_points(to_lonlat, window, inset_px=0.1)
    assert shapely.covers(outline, shapely.points(lon, lat)).all()
