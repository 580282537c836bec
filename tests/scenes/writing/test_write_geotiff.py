from pathlib import Path

import numpy as np
import pytest
import rasterio

from geosearch.scenes.writing.write_geotiff import write_geotiff

_AFFINE = (0.5, 0.1, 400000.0, 0.1, -0.5, 5000000.0)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 255, (300, 280, 3), np.uint8)


def test_pixels_and_place_come_back(tmp_path: Path, pixels: np.ndarray) -> None:
    path = tmp_path / "scene.tif"
    tags = {"TIFFTAG_DATETIME": "2024:06:11 10:24:00"}
    write_geotiff(path, pixels, crs="EPSG:32632", affine=_AFFINE, tags=tags)
    with rasterio.open(path) as scene:
        np.testing.assert_array_equal(np.moveaxis(scene.read(), 0, 2), pixels)
        assert tuple(scene.transform)[:6] == _AFFINE
        assert scene.crs.to_epsg() == 32632
        assert scene.tags()["TIFFTAG_DATETIME"] == "2024:06:11 10:24:00"
        assert scene.block_shapes == [(256, 256)] * 3
        assert scene.overviews(1) == [2, 4]
        assert scene.compression.name == "deflate"


def test_nodata_is_kept_out_of_the_overviews(tmp_path: Path, pixels: np.ndarray) -> None:
    numbers = pixels.astype(np.uint16) * 9
    numbers[:, :101] = 0
    path = tmp_path / "scene.tif"
    write_geotiff(path, numbers, crs="EPSG:32632", affine=_AFFINE, nodata=0)
    with rasterio.open(path) as scene:
        assert scene.dtypes[0] == "uint16"
        assert not scene.dataset_mask()[:, :101].any()
        assert scene.dataset_mask()[:, 101:].all()
    with rasterio.open(path, OVERVIEW_LEVEL=0) as half:
        # the column of pixels that are half nodata shows the other half, not their mean with 0
        edge = half.read(1)[:, 50]
        assert edge.mean() > 0.8 * half.read(1)[:, 60:].mean()


def test_alpha_is_the_last_band(tmp_path: Path, pixels: np.ndarray) -> None:
    alpha = np.zeros((300, 280), np.uint8)
    alpha[10:, 20:] = 255
    path = tmp_path / "scene.tif"
    write_geotiff(path, pixels, crs="EPSG:32632", affine=_AFFINE, alpha=alpha)
    with rasterio.open(path) as scene:
        assert [colour.name for colour in scene.colorinterp] == ["red", "green", "blue", "alpha"]
        np.testing.assert_array_equal(scene.dataset_mask(), alpha)


def test_a_mask_stays_inside_the_file_and_in_its_overviews(
    tmp_path: Path, pixels: np.ndarray
) -> None:
    mask = np.zeros((300, 280), np.uint8)
    mask[100:, 140:] = 255
    path = tmp_path / "scene.tif"
    write_geotiff(path, pixels, crs="EPSG:32632", affine=_AFFINE, mask=mask)
    assert [file.name for file in tmp_path.iterdir()] == ["scene.tif"]
    with rasterio.open(path) as scene:
        np.testing.assert_array_equal(scene.dataset_mask(), mask)
    with rasterio.open(path, OVERVIEW_LEVEL=0) as half:
        assert half.dataset_mask().mean() / 255 == pytest.approx(mask.mean() / 255, abs=0.01)


def test_bands_without_a_colour_are_refused(tmp_path: Path, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="3 bands, but colours for 1"):
        write_geotiff(
            tmp_path / "scene.tif", pixels, crs="EPSG:32632", affine=_AFFINE, colour=("gray",)
        )


def test_other_types_are_refused(tmp_path: Path, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="float32"):
        write_geotiff(
            tmp_path / "scene.tif",
            pixels.astype(np.float32),  # type: ignore[arg-type]
            crs="EPSG:32632",
            affine=_AFFINE,
        )
