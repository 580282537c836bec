"""The picture of a confusion matrix shows rows as truth, darker for more."""

import io

import numpy as np
import pytest
from PIL import Image

from geosearch.errors import UsageError
from geosearch.evaluation import confusion_picture


def drawn(confusion: list[list[int]], names: list[str]) -> np.ndarray:
    picture = Image.open(io.BytesIO(confusion_picture(confusion, names, "title")))
    assert picture.format == "PNG"
    return np.asarray(picture.convert("RGB")).astype(int)


def cell_colour(picture: np.ndarray, row: int, col: int, classes: int) -> list[int]:
    side = 36
    bottom, right = picture.shape[0] - 12, picture.shape[1] - 12
    y, x = bottom - (classes - row) * side + 4, right - (classes - col) * side + 4
    return [int(value) for value in picture[y, x]]


def test_rows_are_the_truth() -> None:
    picture = drawn([[0, 10], [0, 10]], ["one", "two"])
    full = [20, 66, 120]
    assert cell_colour(picture, 0, 1, 2) == full
    assert cell_colour(picture, 1, 1, 2) == full
    assert cell_colour(picture, 1, 0, 2) == [250, 250, 248]
    assert cell_colour(picture, 0, 0, 2) == [250, 250, 248]


def test_shares_are_of_the_row_not_of_all() -> None:
    picture = drawn([[1, 1], [0, 1000]], ["rare", "common"])
    assert cell_colour(picture, 0, 0, 2) == [135, 158, 184]


def test_many_classes_with_odd_names_are_drawn() -> None:
    names = [f"class\n{i} [bold] äß" + "x" * 90 for i in range(70)]
    assert drawn(np.eye(70, dtype=int).tolist(), names).shape[0] > 70 * 12


def test_too_many_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="400 classes"):
        confusion_picture(np.eye(400, dtype=int).tolist(), ["x"] * 400)
