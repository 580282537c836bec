"""What a file says of the meaning of its values is applied, or refused by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp
from support.scenes_making import write_band

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow
from geosearch.scenes import find_scenes, open_scene, read_window

RAMP = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))


def shown(path: Path, **options: Any) -> np.ndarray:
    """Return the grey or the colours of a scene as they are embedded, uint8 [64, 64, 3]."""
    (file,) = find_scenes([path]).files
    scene = open_scene(file, **options)
    pixels = read_window(
        scene.href, PixelWindow(0, 0, 64, 64), bands=scene.bands, stretch=scene.stretch
    )
    return np.asarray(pixels)


def test_a_file_whose_least_value_is_white_is_shown_as_pillow_shows_it(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", RAMP, photometric="MINISWHITE", nodata=None)
    with Image.open(path) as picture:
        expected = np.asarray(picture.convert("L"))
    np.testing.assert_array_equal(shown(path)[:, :, 0], expected)
    np.testing.assert_array_equal(shown(path, stretch="none")[:, :, 0], expected)


def test_sixteen_bits_are_stretched_the_other_way_round(tmp_path: Path) -> None:
    values = RAMP.astype(np.uint16) * 100
    white = write_band(tmp_path / "w.tif", values, photometric="MINISWHITE", nodata=None)
    black = write_band(tmp_path / "b.tif", values, nodata=None)
    np.testing.assert_array_equal(shown(white), 255 - shown(black))


def test_values_that_are_given_as_black_and_white_are_taken_as_given(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", RAMP, photometric="MINISWHITE", nodata=None)
    np.testing.assert_array_equal(shown(path, stretch=(0.0, 255.0))[:, :, 0], RAMP)


def test_a_scale_below_zero_turns_a_band_round(tmp_path: Path) -> None:
    path = write_band(tmp_path / "x.tif", np.stack([RAMP] * 3), nodata=None)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (1, -1, 1), (0, 255, 0)
    picture = shown(path)
    np.testing.assert_array_equal(picture[:, :, 1], 255 - RAMP)
    np.testing.assert_array_equal(picture[:, :, 0], RAMP)


@pytest.mark.parametrize("names", ["cyan magenta yellow black", "hue saturation lightness"])
def test_inks_are_not_taken_for_colours_of_light(tmp_path: Path, names: str) -> None:
    bands = [ColorInterp[name] for name in names.split()]
    path = write_band(tmp_path / "x.tif", np.stack([RAMP] * len(bands)), nodata=None)
    with rasterio.open(path, "r+") as file:
        file.colorinterp = bands
    with pytest.raises(SceneError, match="are not red, green and blue, but " + names.split()[0]):
        shown(path)
    np.testing.assert_array_equal(shown(path, bands=(1, 2, 3))[:, :, 0], RAMP)
