"""The stretch of a scene, chosen through few pixels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geosearch.errors import SceneError
from geosearch.scenes import SceneFile, open_scene

AFFINE = rasterio.Affine(10, 0, 500000, 0, -10, 5000000)


def write(
    path: Path, values: np.ndarray, overviews: tuple[int, ...] = (), **options: object
) -> SceneFile:
    profile = {"driver": "GTiff", "count": len(values), "dtype": values.dtype}
    profile |= {"height": values.shape[1], "width": values.shape[2]}
    profile |= {"crs": "EPSG:32633", "transform": AFFINE}
    with rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(values)
        if overviews:
            dataset.build_overviews(overviews)
    return SceneFile(str(path), path.name)


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int32", "uint32", "float32"])
def test_small_scenes_are_stretched_between_numpys_percentiles(dtype: str, tmp_path: Path) -> None:
    values = np.random.default_rng(3).gamma(3, 12, (3, 300, 400)).clip(0, 120).astype(dtype)
    scene = open_scene(write(tmp_path / "x.tif", values))
    expected = [pytest.approx(tuple(np.percentile(band, [2, 98]))) for band in values]
    assert scene.stretch is not None
    assert list(scene.stretch) == expected


def test_nodata_has_no_part_in_it(tmp_path: Path) -> None:
    values = np.random.default_rng(3).integers(500, 900, (1, 300, 400)).astype(np.uint16)
    values[:, :200] = 0
    scene = open_scene(write(tmp_path / "x.tif", values, nodata=0))
    assert scene.stretch is not None
    assert scene.stretch[0] == pytest.approx(tuple(np.percentile(values[values > 0], [2, 98])))


def test_bytes_stay_as_they_are(tmp_path: Path) -> None:
    assert open_scene(write(tmp_path / "x.tif", np.ones((3, 9, 9), np.uint8))).stretch is None


@pytest.mark.parametrize(
    "options",
    [
        {"tiled": True, "blockxsize": 256, "blockysize": 256},
        {"tiled": False, "blockysize": 1},
        {"tiled": False, "blockysize": 3000},
        {"tiled": True, "blockxsize": 512, "blockysize": 512, "overviews": (2, 4)},
    ],
)
def test_large_scenes_are_sampled_all_over(options: dict[str, Any], tmp_path: Path) -> None:
    """A ramp from corner to corner: a sample of one region would miss its ends."""
    row, col = np.mgrid[0:3000, 0:3100]
    values = ((row + col) * 10).astype(np.uint16)[None]
    scene = open_scene(write(tmp_path / "x.tif", values, **options))
    low, high = np.percentile(values, [2, 98])
    assert scene.stretch is not None
    assert scene.stretch[0] == pytest.approx((low, high), abs=0.03 * (high - low))


def test_a_sparse_scene_is_sampled_where_there_is_something(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    size = {"width": 20000, "height": 20000, "blockxsize": 512, "blockysize": 512}
    georeference = {"crs": "EPSG:32633", "transform": AFFINE, "nodata": -1}
    seen = np.random.default_rng(0).normal(50, 5, (1, 512, 512)).astype(np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", count=1, dtype="float32", sparse_ok=True, tiled=True,
        **size, **georeference,
    ) as dataset:  # fmt: skip
        dataset.write(seen, window=rasterio.windows.Window(512 * 20, 512 * 30, 512, 512))
    scene = open_scene(SceneFile(str(path), "x.tif"))
    assert scene.stretch is not None
    assert scene.stretch[0] == pytest.approx(tuple(np.percentile(seen, [2, 98])), rel=0.02)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_scene_without_a_valid_pixel_is_refused(dtype: str, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="no valid pixel"):
        open_scene(write(tmp_path / "x.tif", np.zeros((1, 50, 50), dtype), nodata=0))
