"""Three files read as one scene, against what rasterio reads from each."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.scenes_making import LEFT, METRES, values, write_band

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow
from geosearch.scenes import (
    Scene,
    chip_windows,
    find_scenes,
    open_scene,
    read_chips,
    read_window,
    windows_with_data,
)

FILES = ["x_B04.tif", "x_B03.tif", "x_B02.tif"]


def the_scene(folder: Path) -> Scene:
    (file,) = find_scenes([folder]).files
    return open_scene(file)


def chips(scene: Scene, size_px: int = 64) -> np.ndarray:
    windows = chip_windows(scene.width_px, scene.height_px, size_px=size_px, stride_px=32)
    windows = windows[windows_with_data(scene, windows)]
    return np.concatenate([b.pixels for b in read_chips(scene, windows, size_px=size_px)])


@pytest.mark.parametrize("ending", ["tif", "jp2"])
def test_each_colour_comes_from_its_own_file(ending: str, tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        write_band(tmp_path / "x" / f"{name[:-3]}{ending}", values(seed))
    scene = the_scene(tmp_path / "x")
    assert scene.bands == (1, 2, 3)
    assert (scene.id, scene.crs) == ("x", "EPSG:32632")
    assert scene.gsd_m == pytest.approx(10, rel=2e-3)
    expected = []
    for seed in range(3):
        low, high = np.percentile(values(seed), (2, 98))
        shown = (values(seed)[:64, :64].astype(float) - low) / (high - low) * 255
        expected.append(np.clip(shown, 0, 255))
    assert np.abs(chips(scene)[0] - np.stack(expected, axis=-1)).max() <= 1.5


def test_bytes_are_read_as_they_are_and_again_from_the_recorded_place(tmp_path: Path) -> None:
    bands = [(values(seed) // 16).astype(np.uint8) for seed in range(3)]
    for band, name in zip(bands, FILES, strict=True):
        write_band(tmp_path / "x" / name, band, nodata=None)
    scene = the_scene(tmp_path / "x")
    assert scene.stretch is None
    np.testing.assert_array_equal(chips(scene)[0], np.stack(bands, axis=-1)[:64, :64])
    again = read_window(
        scene.href, PixelWindow(8, 16, 32, 24), bands=scene.bands, stretch=scene.stretch
    )
    np.testing.assert_array_equal(again, np.stack(bands, axis=-1)[16:40, 8:40])


def test_a_pixel_is_valid_where_any_band_is(tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        band = values(seed)
        band[:, : 16 * (seed + 1)] = 0  # nodata
        write_band(tmp_path / "x" / name, band)
    scene = the_scene(tmp_path / "x")
    windows = np.array([[0, 0, 32, 32]], np.int32)
    (block,) = read_chips(scene, windows, size_px=32)
    assert block.valid[0] == 0.5  # columns 0 to 15 are nodata in all


def test_a_mask_of_the_bands_counts(tmp_path: Path) -> None:
    mask = np.full((96, 96), 255, np.uint8)
    mask[:, :24] = 0
    for seed, name in enumerate(FILES):
        path = write_band(tmp_path / "x" / name, values(seed), nodata=None)
        with rasterio.open(path, "r+") as file:
            file.write_mask(mask)
    (block,) = read_chips(
        the_scene(tmp_path / "x"), np.array([[0, 0, 96, 96]], np.int32), size_px=96
    )
    assert block.valid[0] == 0.75


@pytest.mark.parametrize("other", ["shape", "place", "crs"])
def test_bands_on_other_grids_are_refused_with_both(other: str, tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        write_band(tmp_path / "x" / name, values(seed))
    blue = tmp_path / "x" / FILES[2]
    if other == "shape":
        write_band(blue, values(2, 48))
    elif other == "place":
        write_band(blue, values(2), left=LEFT + METRES)
    else:
        write_band(blue, values(2), crs="EPSG:32633")
    with pytest.raises(SceneError, match=r"not on one grid: x_B04.tif is 96 x 96 .*x_B02.tif"):
        the_scene(tmp_path / "x")


def test_a_band_of_several_is_refused(tmp_path: Path) -> None:
    for name in FILES:
        write_band(tmp_path / "x" / name, np.stack([values(0)] * 3))
    with pytest.raises(SceneError, match=r"x_B04.tif is not one band .* 3 bands"):
        the_scene(tmp_path / "x")


def test_a_band_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        write_band(tmp_path / "x" / name, values(seed))
    (tmp_path / "x" / FILES[1]).write_bytes(b"")
    with pytest.raises(SceneError, match=r"x_B03.tif is empty"):
        the_scene(tmp_path / "x")


def test_a_product_changes_when_any_of_its_files_does(tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        write_band(tmp_path / "x" / name, values(seed))
    before = the_scene(tmp_path / "x").state
    assert before.size_bytes == sum(path.stat().st_size for path in (tmp_path / "x").iterdir())
    write_band(tmp_path / "x" / FILES[2], values(7), compress="deflate")
    assert the_scene(tmp_path / "x").state != before


def test_large_scenes_are_sampled_in_blocks_of_their_files(tmp_path: Path) -> None:
    for seed, name in enumerate(FILES):
        write_band(tmp_path / "x" / name, values(seed, 2112), tiled=True, compress="lzw")
    scene = the_scene(tmp_path / "x")
    assert scene.stretch is not None
    low, high = scene.stretch[0]
    assert abs(low - np.percentile(values(0, 2112), 2)) < 30
    assert abs(high - np.percentile(values(0, 2112), 98)) < 30
