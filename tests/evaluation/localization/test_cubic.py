"""Resizing is OpenCV's."""

import cv2
import numpy as np
import pytest

from geosearch.evaluation.localization.cubic import resize_cubic


@pytest.mark.parametrize("side", [256, 512, 768])
def test_windows_are_resized_bit_by_bit_as_opencv_does(side: int) -> None:
    image = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    expected = cv2.resize(image, (256, 256), interpolation=cv2.INTER_CUBIC)
    np.testing.assert_array_equal(resize_cubic(image, 256), expected)


@pytest.mark.parametrize("shape", [(300, 200), (100, 256), (1, 700), (257, 511)])
def test_cut_windows_are_within_one_grey_level(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    expected = cv2.resize(image, (256, 256), interpolation=cv2.INTER_CUBIC).astype(int)
    assert np.abs(resize_cubic(image, 256) - expected).max() <= 1
