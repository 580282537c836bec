"""Maps against a plain reading of the SeLo code with OpenCV, files and pixel sums included."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from geosearch.encoders import load_encoder
from geosearch.errors import UsageError
from geosearch.evaluation.localization.maps import localization_maps, probability_map
from geosearch.evaluation.localization.window_grid import window_grid


def written_out(encoder: Any, image: np.ndarray, text: str, folder: Path) -> np.ndarray:
    """One window, one file and one pixel sum at a time, as generate_selo.py has them."""
    height, width = image.shape[:2]
    names = set()
    for step in (256, 512, 768):
        for gap in (step, step // 2):
            for left in range(step - gap, width, step):
                right = left + step
                if right >= width:
                    left, right = width - step, width
                for top in range(step - gap, height, step):
                    bottom = top + step
                    if bottom >= height:
                        top, bottom = height - step, height
                    cut = cv2.resize(
                        image[top:bottom, left:right, ::-1],
                        (256, 256),
                        interpolation=cv2.INTER_CUBIC,
                    )
                    cv2.imwrite(str(folder / f"{top}_{bottom}_{left}_{right}.jpg"), cut)
                    names.add((top, bottom, left, right))
    said = encoder.encode_texts([text])[0]
    heat, number = np.zeros((height, width)), np.zeros((height, width))
    for top, bottom, left, right in sorted(names):
        with Image.open(folder / f"{top}_{bottom}_{left}_{right}.jpg") as picture:
            pixels = np.asarray(picture.convert("RGB"))
        seen = encoder.encode_images(np.stack([encoder.fit(pixels)]))[0]
        heat[top:bottom, left:right] += float(seen @ said)
        number[top:bottom, left:right] += 1
    adaptive = heat / number
    adaptive = adaptive - np.min(adaptive)
    blurred = cv2.medianBlur((255 * (adaptive / np.max(adaptive))).astype(np.uint8), 251)
    cv2.imwrite(str(folder / "map.jpg"), blurred)
    grey = cv2.imread(str(folder / "map.jpg"), 0)
    assert grey is not None
    return np.asarray(grey / 255.0)


def scenery(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (height // 90, width // 90, 3), np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def test_a_map_is_the_reference_s(tmp_path: Path) -> None:
    encoder = load_encoder("mini", device="cpu", precision="float32")
    image = scenery(790, 1100)
    (found,) = localization_maps(encoder, image, ["a green field"])
    expected = written_out(encoder, image, "a green field", tmp_path)
    assert found.shape == expected.shape
    # a batch of windows may be summed in another order than one: a value in a million may fall
    # into the next of 256 levels
    assert (found == expected).mean() > 0.99
    assert np.abs(found - expected).max() <= 2 / 255


def test_texts_share_the_windows_and_keep_their_order(colours: Any) -> None:
    image = np.zeros((800, 800, 3), np.uint8)
    image[:, :400, 0], image[:, 400:, 2] = 255, 255
    red, blue = localization_maps(colours, image, ["red", "blue"])
    assert red[400, 100] > 0.8 > 0.2 > red[400, 700]
    assert blue[400, 700] > 0.8 > 0.2 > blue[400, 100]


def test_a_picture_smaller_than_a_window_has_a_map(colours: Any) -> None:
    image = np.full((100, 300, 3), 90, np.uint8)
    (found,) = localization_maps(colours, image, ["red"])
    assert found.shape == (100, 300)


def test_a_constant_map_is_zero() -> None:
    grid = window_grid(768, 768)
    cells = np.full((len(grid.row_edges) - 1, len(grid.col_edges) - 1), 0.3)
    assert not probability_map(cells, grid).any()


def test_a_picture_that_no_jpeg_can_hold_is_refused(colours: Any) -> None:
    with pytest.raises(UsageError, match="70000"):
        next(localization_maps(colours, np.zeros((2, 70_000, 3), np.uint8), ["red"]))
