"""Collars of drawn scenes: what lies around a turned picture, and what only looks like that."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.windows import Window
from scipy.ndimage import gaussian_filter

from geosearch.geo import PixelWindow
from geosearch.scenes import (
    Scene,
    chip_windows,
    cut_levels,
    find_scenes,
    open_scene,
    read_chips,
    read_window,
)

SIDE = 600
Mask = NDArray[np.bool_]
ROWS, COLS = np.mgrid[:SIDE, :SIDE]


def turned(degrees: float, half: float = 0.36) -> Mask:
    """Return where a square frame is that is turned about the middle."""
    angle = np.radians(degrees)
    x, y = COLS + 0.5 - SIDE / 2, ROWS + 0.5 - SIDE / 2
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    inside = np.maximum(np.abs(along), np.abs(across)) < half * SIDE
    return np.asarray(inside)


def ground(bands: int = 3, seed: int = 0) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(size=(bands, SIDE, SIDE))
    shades: NDArray[np.uint8] = np.clip(
        110 + 90 * gaussian_filter(noise, (0, 2, 2)) * 4, 1, 254
    ).astype(np.uint8)
    return shades


def write(path: Path, values: NDArray[Any], **profile: Any) -> Scene:
    levels = profile.pop("overviews", [])
    with rasterio.open(
        path, "w", driver="GTiff", count=len(values), height=SIDE, width=SIDE, dtype=values.dtype,
        crs="EPSG:32633", transform=from_origin(500000, 5000000, 1, 1), **profile,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    if levels:
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews(levels, rasterio.enums.Resampling.average)
    (file,) = find_scenes([path]).files
    return open_scene(file)


def valid(scene: Scene) -> Mask:
    """Return which pixels of a scene are valid, each in a chip of its own."""
    windows = chip_windows(scene.width_px, scene.height_px, size_px=1, stride_px=1)
    blocks = read_chips(scene, windows, size_px=1)
    return np.concatenate([block.valid for block in blocks]).reshape(SIDE, SIDE) > 0


@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("degrees", [0, 3, 11, 45])
def test_around_a_turned_frame_nothing_is_valid(
    colour: int, degrees: float, tmp_path: Path
) -> None:
    frame = turned(degrees)
    scene = write(tmp_path / "a.tif", np.where(frame, ground(), np.uint8(colour)), tiled=True)
    np.testing.assert_array_equal(valid(scene), frame)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_one_band_of_any_type_has_collars(dtype: str, tmp_path: Path) -> None:
    frame = turned(20)
    values = np.where(frame, ground(1) / (200 if dtype == "float32" else 1), 0).astype(dtype)
    np.testing.assert_array_equal(valid(write(tmp_path / "a.tif", values)), frame)


def test_overviews_show_the_same_collar(tmp_path: Path) -> None:
    frame = turned(20)
    scene = write(tmp_path / "a.tif", np.where(frame, ground(), np.uint8(0)), overviews=[2, 4])
    np.testing.assert_array_equal(valid(scene), frame)


def test_values_near_black_along_the_border_are_collar_where_compression_loses(
    tmp_path: Path,
) -> None:
    frame = turned(20)
    scene = write(
        tmp_path / "a.tif", np.where(frame, ground(), np.uint8(0)), compress="jpeg", tiled=True,
        photometric="ycbcr", jpeg_quality=85, blockxsize=128, blockysize=128,
    )  # fmt: skip
    seen = valid(scene)
    assert seen[turned(20, 0.35)].all()
    assert seen[~turned(20, 0.375)].mean() < 0.01


def test_an_irregular_outline_in_colours_is_a_collar(tmp_path: Path) -> None:
    radius = np.hypot(ROWS - SIDE / 2, COLS - SIDE / 2)
    frame = radius < SIDE * (0.33 + 0.09 * np.sin(5 * np.arctan2(ROWS - 300.5, COLS - 300.5)))
    for colour in (0, 255):
        scene = write(tmp_path / "a.tif", np.where(frame, ground(), np.uint8(colour)))
        np.testing.assert_array_equal(valid(scene), frame)


def _disk(row: float, col: float, radius: float) -> Mask:
    return np.asarray(np.hypot(ROWS - row * SIDE, COLS - col * SIDE) < radius * SIDE)


WATER = {
    "in the middle": _disk(0.5, 0.5, 0.3),
    "at the border": _disk(0.5, 0.0, 0.3),
    "at a corner": _disk(0.0, 0.0, 0.4),
    "at two borders": _disk(0.5, 0.0, 0.2) | _disk(0.0, 0.5, 0.2),
}


@pytest.mark.parametrize("place", WATER)
@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("colour", [0, 255])
def test_black_water_and_white_snow_stay(
    place: str, bands: int, colour: int, tmp_path: Path
) -> None:
    values = np.where(WATER[place], np.uint8(colour), ground(bands))
    scene = write(tmp_path / "a.tif", values)
    assert scene.collar is None
    assert valid(scene).all()


def test_the_sea_around_an_island_stays_in_one_band(tmp_path: Path) -> None:
    bay = _disk(0.5, 0.15, 0.2)
    island = _disk(0.5, 0.5, 0.35) & ~bay
    assert valid(write(tmp_path / "a.tif", np.where(island, ground(1), np.uint8(0)))).all()


def test_a_lake_within_a_turned_frame_stays(tmp_path: Path) -> None:
    frame = turned(20)
    values = np.where(frame & ~_disk(0.5, 0.5, 0.1), ground(), np.uint8(0))
    np.testing.assert_array_equal(valid(write(tmp_path / "a.tif", values)), frame)


def test_a_file_that_declares_what_is_valid_is_believed(tmp_path: Path) -> None:
    values = np.where(turned(20), ground(), np.uint8(0))
    assert write(tmp_path / "a.tif", values, nodata=255).collar is None


def test_zero_is_a_height_as_any_other(tmp_path: Path) -> None:
    heights = gaussian_filter(np.random.default_rng(1).normal(size=(1, SIDE, SIDE)), (0, 30, 30))
    sea = np.where(turned(20), 100 + 9000 * heights, 0).astype(np.float32)
    scene = write(tmp_path / "dem.tif", sea, nodata=-9999)
    assert (scene.kind, scene.collar) == ("elevation", None)
    scene = write(tmp_path / "dsm.tif", sea)
    assert (scene.kind, scene.collar) == ("elevation", None)


def test_all_of_one_value_has_no_collar(tmp_path: Path) -> None:
    assert write(tmp_path / "a.tif", np.zeros((3, SIDE, SIDE), np.uint8)).collar is None


def test_a_collar_says_nothing_of_what_is_black_and_white(tmp_path: Path) -> None:
    frame = turned(20)
    values = np.where(frame, 40 * ground(1).astype(np.uint16), 0)
    scene = write(tmp_path / "a.tif", values)
    assert scene.stretch is not None
    assert scene.stretch[0] == pytest.approx(
        tuple(np.percentile(values[0, frame], [2, 98])), rel=0.01
    )


def test_a_chip_is_read_again_as_it_was_cut(tmp_path: Path) -> None:
    scene = write(tmp_path / "a.tif", np.where(turned(20), ground(), np.uint8(255)))
    cut = cut_levels(SIDE, SIDE, [1.0, 2.5], pixel_m=(1.0, 1.0), size_px=100, stride_px=70)
    blocks = read_chips(scene, cut.windows, size_px=100, gsd_m=cut.gsd_m, pixel_m=(1.0, 1.0))
    chips = np.concatenate([block.pixels for block in blocks])
    for window, gsd_m, chip in zip(cut.windows.tolist(), cut.gsd_m.tolist(), chips, strict=True):
        again = read_window(
            scene.href, PixelWindow(*window), bands=scene.bands, stretch=scene.stretch,
            collar=scene.collar, gsd_m=gsd_m,
        )  # fmt: skip
        np.testing.assert_array_equal(again, chip[: again.shape[0], : again.shape[1]])


@pytest.mark.parametrize("stride_px", [23, 64, 100])
def test_how_much_of_a_chip_is_valid_is_told_by_its_pixels(stride_px: int, tmp_path: Path) -> None:
    frame = turned(11)
    scene = write(tmp_path / "a.tif", np.where(frame, ground(), np.uint8(0)), blockysize=7)
    windows = chip_windows(SIDE, SIDE, size_px=100, stride_px=stride_px)
    shares = np.concatenate([block.valid for block in read_chips(scene, windows, size_px=100)])
    expected = [frame[r : r + h, c : c + w].sum() / 10000 for c, r, w, h in windows.tolist()]
    np.testing.assert_allclose(shares, expected, atol=1e-6)


def test_little_is_read_where_no_corner_is_of_such_a_value(tmp_path: Path) -> None:
    from dataclasses import replace

    from geosearch.scenes.raster.find_collar import find_collar
    from geosearch.scenes.raster.pixels import pixel_source

    write(tmp_path / "a.tif", ground(), tiled=True)

    class Counting:
        def __init__(self, dataset: Any) -> None:
            self.dataset, self.read_px = dataset, 0

        def __getattr__(self, name: str) -> Any:
            return getattr(self.dataset, name)

        def read(self, bands: Any, *, window: Window, **rest: Any) -> Any:
            self.read_px += window.width * window.height
            return self.dataset.read(bands, window=window, **rest)

    with rasterio.open(tmp_path / "a.tif") as dataset:
        counting = Counting(dataset)
        source = replace(pixel_source(dataset, (1, 2, 3)), dataset=counting)
        assert find_collar(source, is_lossy=False) is None
    assert counting.read_px == 4
