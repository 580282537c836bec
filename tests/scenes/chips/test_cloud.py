"""The cloud score against drawn pictures of which the answer is known, and real scenes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.scenes_making import write_band

from geosearch.scenes import chip_windows, find_scenes, open_scene, read_chips
from geosearch.scenes.chips.cloud import cloud_fractions

FOREST, CLOUD, SAND, ASPHALT = (40, 70, 45), (235, 238, 240), (225, 205, 175), (90, 90, 92)


def picture(colour: tuple[int, int, int] = FOREST, side_px: int = 128) -> NDArray[np.uint8]:
    return np.full((side_px, side_px, 3), colour, np.uint8)


def fraction(pixels: NDArray[np.uint8], gsd_m: float = 10.0, valid: float = 1.0) -> float:
    width = pixels.shape[1]
    return float(cloud_fractions(pixels, [0], width, np.array([valid], np.float32), gsd_m)[0])


@settings(max_examples=50)
@given(
    col=st.integers(0, 64), row=st.integers(0, 64), width=st.integers(20, 64),
    height=st.integers(20, 64),
)  # fmt: skip
def test_the_share_is_that_of_the_area_of_a_large_white_thing(
    col: int, row: int, width: int, height: int
) -> None:
    pixels = picture()
    pixels[row : row + height, col : col + width] = CLOUD
    # every second row and column is looked at: an edge may be off by one pixel
    edge = (width + height) / 128**2
    assert fraction(pixels) == pytest.approx(width * height / 128**2, abs=2 * edge)


@pytest.mark.parametrize("colour", [FOREST, SAND, ASPHALT, (0, 0, 0), (255, 255, 180)])
def test_what_is_dark_or_coloured_is_no_cloud(colour: tuple[int, int, int]) -> None:
    assert fraction(picture(colour)) == 0


def test_small_white_things_are_no_cloud_and_large_ones_are() -> None:
    pixels = picture()
    for col in range(4, 128, 24):
        pixels[20:30, col : col + 10] = CLOUD
    assert fraction(pixels, gsd_m=0.5) == 0  # roofs of 5 m
    assert fraction(pixels, gsd_m=30) > 0.02  # clouds of 300 m


def test_a_fine_chip_is_in_cloud_where_it_is_white_all_over() -> None:
    pixels = picture(CLOUD)
    assert fraction(pixels, gsd_m=0.3) == 1
    pixels[:20] = ASPHALT  # there is an edge: a roof, or a square
    assert fraction(pixels, gsd_m=0.3) == 0


def test_what_is_not_valid_does_not_count() -> None:
    pixels = picture(CLOUD)
    pixels[:64] = 0
    assert fraction(pixels, valid=0.5) == pytest.approx(1, abs=0.02)


def test_without_a_valid_pixel_nothing_is_known() -> None:
    assert np.isnan(fraction(picture((0, 0, 0)), valid=0))


@pytest.mark.parametrize("side_px", [1, 2, 31, 47, 48, 95, 96, 224, 512])
def test_chips_of_any_size_have_a_score(side_px: int) -> None:
    assert fraction(picture(CLOUD, side_px)) == 1
    assert fraction(picture(FOREST, side_px)) == 0


def cloud_of(path: Path, size_px: int = 128) -> NDArray[np.float32]:
    """Return the scores of the chips of a scene that are valid by a quarter."""
    scene = open_scene(find_scenes([path]).files[0])
    windows = chip_windows(scene.width_px, scene.height_px, size_px=size_px, stride_px=size_px)
    blocks = list(read_chips(scene, windows, size_px=size_px))
    valid = np.concatenate([block.valid for block in blocks])
    return np.concatenate([block.cloud for block in blocks])[valid >= 0.25]


def test_padding_does_not_count(tmp_path: Path) -> None:
    bands = np.full((3, 60, 40), 240, np.uint8)
    path = write_band(tmp_path / "white.tif", bands, photometric="rgb")
    assert cloud_of(path, size_px=128) == pytest.approx(1)


def test_one_band_cannot_tell(tmp_path: Path) -> None:
    path = write_band(tmp_path / "grey.tif", np.full((64, 64), 240, np.uint8))
    assert np.isnan(cloud_of(path)).all()


@pytest.mark.parametrize(
    "name",
    [
        "drone_bridge_river_010m.tif", "drone_farm_field_2m.tif", "aerial_suburb_rgba_035m.tif",
        "aerial_colorado_extmask_015m.tif", "aerial_nl_canal_025m.tif", "naip_airport_gate_06m.tif",
        "neon_osbs_trees_010m.tif", "worldview3_8band_houses_03m.tif",
        "rapideye_ships_sfbay_20170308.tif", "satellogic_rome_suburbs_10m.tif",
    ],
)  # fmt: skip
def test_clear_scenes_have_no_cloud(shared_data: Path, name: str) -> None:
    assert cloud_of(shared_data / "scenes" / name).max() < 0.01


def test_the_clouds_of_real_scenes_are_seen(shared_data: Path) -> None:
    island = cloud_of(shared_data / "scenes" / "landsat8_grenada_u16_60m.tif")
    assert 0.05 < island.max() < 0.2  # cumulus over the north, judged by eye
    assert island.min() == 0  # the open sea
    disk = cloud_of(shared_data / "scenes" / "himawari_geos.tif")
    assert disk.max() > 0.4  # a front
    assert disk.min() < 0.01  # the desert
