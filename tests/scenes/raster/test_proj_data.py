"""A CRS with units of its own: placed right, and without a word from PROJ."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from geosearch.scenes import SceneFile, open_scene

UNITS = {"km": 1000.0, "us-ft": 1200 / 3937, "link": 0.201168, "kmi": 1852.0, "dm": 0.1}
PLACE = "+proj=laea +lat_0=52 +lon_0=10 +x_0=0 +y_0=0 +ellps=WGS84"
SIDE_PX, PIXEL_M = 128, 100.0


def write(path: Path, unit: str) -> Path:
    metres = UNITS[unit]
    corner, pixel = 20000 / metres, PIXEL_M / metres
    affine = rasterio.Affine(pixel, 0, corner, 0, -pixel, corner)
    size = {"width": SIDE_PX, "height": SIDE_PX, "count": 1, "dtype": "uint8"}
    crs = f"{PLACE} +units={unit}"
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=affine, **size) as file:
        file.write(np.full((1, SIDE_PX, SIDE_PX), 7, np.uint8))
    return path


@pytest.mark.parametrize("unit", UNITS)
def test_a_scene_in_any_unit_lies_where_it_lies_in_metres(unit: str, tmp_path: Path) -> None:
    scene = open_scene(SceneFile(str(write(tmp_path / "x.tif", unit)), "x.tif"))
    corners = (
        np.array([20000, 20000 + SIDE_PX * PIXEL_M]),
        np.array([20000 - SIDE_PX * PIXEL_M, 20000]),
    )
    to_lonlat = Transformer.from_crs(f"{PLACE} +units=m", "EPSG:4326", always_xy=True)
    x, y = np.meshgrid(*corners)
    lon, lat = to_lonlat.transform(x, y)
    expected = (lon.min(), lat.min(), lon.max(), lat.max())
    np.testing.assert_allclose(scene.outline.bounds, expected, atol=1e-6)
    assert scene.gsd_m == pytest.approx(PIXEL_M, rel=0.01)


def test_units_are_read_without_a_word(tmp_path: Path) -> None:
    """In a process of its own: PROJ's default context looks for its database once."""
    paths = [str(write(tmp_path / f"{unit}.tif", unit)) for unit in UNITS]
    script = (
        "import sys, threading; import pyproj\n"
        "from geosearch.scenes import SceneFile, open_scene\n"
        "read = lambda: [open_scene(SceneFile(path, path)) for path in sys.argv[1:]]\n"
        "threads = [threading.Thread(target=read) for _ in range(3)]\n"
        "read(); [one.start() for one in threads]; [one.join() for one in threads]\n"
        "import os; print(os.environ.get('PROJ_DATA'))\n"
        "print(pyproj.CRS(32633).name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout == "None\nWGS 84 / UTM zone 33N\n"
