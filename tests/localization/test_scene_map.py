"""Maps of whole scenes, and the file that holds one."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

import geosearch
from geosearch.errors import UsageError


def write_scene(path: Path, **place: object) -> Path:
    """A grey scene of 320 x 200 pixels."""
    pixels = np.random.default_rng(2).integers(90, 110, (3, 200, 320), np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=320, height=200, count=3, dtype="uint8", **place
    ) as file:
        file.write(pixels)
    return path


def test_a_map_lies_where_its_scene_lies(tmp_path: Path) -> None:
    transform = rasterio.Affine(0.5, 0, 600_000, 0, -0.5, 5_000_000)
    scene = write_scene(tmp_path / "a.tif", crs="EPSG:32632", transform=transform)
    geosearch.localize("a river", scene, tmp_path / "heat.tif", encoder="mini")
    with rasterio.open(tmp_path / "heat.tif") as heat:
        assert heat.shape == (25, 40)
        assert heat.crs == CRS.from_epsg(32632)
        assert heat.transform == transform * rasterio.Affine.scale(8)
        assert np.isfinite(heat.read(1)).all()


def test_control_points_are_taken_over(tmp_path: Path) -> None:
    points = [
        GroundControlPoint(row=row, col=col, x=10 + col * 1e-5, y=50 - row * 1e-5)
        for row in (0, 200)
        for col in (0, 320)
    ]
    scene = write_scene(tmp_path / "a.tif", crs="EPSG:4326", gcps=points)
    geosearch.localize("a river", scene, tmp_path / "heat.tif", encoder="mini")
    with rasterio.open(tmp_path / "heat.tif") as heat:
        places, crs = heat.gcps
        assert crs == CRS.from_epsg(4326)
        assert sorted((p.col, p.row) for p in places) == [(0, 0), (0, 25), (40, 0), (40, 25)]


def test_the_mean_over_the_only_chip_is_its_cosine(tmp_path: Path) -> None:
    """By the same pixels, embedded as an image."""
    transform = rasterio.Affine(1, 0, 600_000, 0, -1, 5_000_000)
    pixels = np.random.default_rng(3).integers(0, 255, (3, 128, 128), np.uint8)
    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", width=128, height=128, count=3, dtype="uint8",
        crs="EPSG:32632", transform=transform,
    ) as file:  # fmt: skip
        file.write(pixels)
    geosearch.localize("a river", tmp_path / "a.tif", tmp_path / "heat.tif", encoder="mini")
    mini = geosearch.load_encoder("mini")
    image = np.ascontiguousarray(pixels.transpose(1, 2, 0))[None]
    cosine = float(mini.encode_images(image)[0] @ mini.encode_texts(["a river"])[0])
    with rasterio.open(tmp_path / "heat.tif") as heat:
        # drawn finer than its cells are, which shifts weight at the edges
        assert heat.read(1).mean() == pytest.approx(cosine, abs=0.05)


def test_an_encoder_that_cannot_tell_is_refused(tmp_path: Path) -> None:
    scene = write_scene(
        tmp_path / "a.tif", crs="EPSG:32632", transform=rasterio.Affine(1, 0, 6e5, 0, -1, 5e6)
    )
    with pytest.raises(UsageError, match="null cannot tell where"):
        geosearch.localize("a river", scene, tmp_path / "heat.tif", encoder="null")
