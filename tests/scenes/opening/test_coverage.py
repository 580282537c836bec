"""Which windows of a sparse file may hold pixels."""

from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from geosearch.scenes import SceneFile, chip_windows, open_scene, read_chips, windows_with_data

AFFINE = rasterio.Affine(10, 0, 500000, 0, -10, 5000000)


def sparse(path: Path, **options: object) -> SceneFile:
    profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "width": 1000, "height": 700}
    profile |= {"crs": "EPSG:32633", "transform": AFFINE, "tiled": True, "sparse_ok": True}
    profile |= {"blockxsize": 64, "blockysize": 32, "photometric": "RGB"}
    with rasterio.open(path, "w", **profile | options) as dataset:
        for col, row in ((0, 0), (512, 320), (960, 672)):
            width, height = min(64, 1000 - col), min(32, 700 - row)
            seen = np.full((3, height, width), 9, np.uint8)
            dataset.write(seen, window=Window(col, row, width, height))
    return SceneFile(str(path), path.name)


def test_windows_without_data_are_those_whose_chips_are_empty(tmp_path: Path) -> None:
    for interleave in ("pixel", "band"):
        scene = open_scene(sparse(tmp_path / f"{interleave}.tif", nodata=0, interleave=interleave))
        windows = chip_windows(1000, 700, size_px=50, stride_px=20)
        valid = np.concatenate([block.valid for block in read_chips(scene, windows, size_px=50)])
        np.testing.assert_array_equal(windows_with_data(scene, windows), valid > 0)


def test_without_nodata_a_missing_block_is_black_and_counts(tmp_path: Path) -> None:
    scene = open_scene(sparse(tmp_path / "x.tif"))
    windows = chip_windows(1000, 700, size_px=50, stride_px=50)
    assert windows_with_data(scene, windows).all()
