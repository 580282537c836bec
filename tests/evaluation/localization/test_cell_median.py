"""The median of cells is OpenCV's median of their pixels."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.evaluation.localization.cell_median import median_of_cells

edges = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(
    lambda inner: np.asarray([0, *sorted(inner)], np.int64)
)


@settings(max_examples=40, deadline=None)
@given(edges, edges, st.integers(0, 2**32 - 1), st.sampled_from([3, 51, 251]))
def test_it_is_opencv_s_median_blur(
    rows: np.ndarray, cols: np.ndarray, seed: int, size_px: int
) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (len(rows) - 1, len(cols) - 1), np.uint8)
    pixels = np.repeat(np.repeat(levels, np.diff(rows), axis=0), np.diff(cols), axis=1)
    expected = cv2.medianBlur(np.ascontiguousarray(pixels), size_px)
    np.testing.assert_array_equal(median_of_cells(levels, rows, cols, size_px), expected)
