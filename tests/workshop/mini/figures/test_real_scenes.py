"""Scenes are ranked by their best chip; the picture shows the answers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geosearch.errors import UsageError
from geosearch.scenes import write_geotiff
from workshop.mini.figures.answer_sheet import write_answer_sheet
from workshop.mini.figures.real_scenes import SceneQuestion, read_questions, search_scenes

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}


class Colours:
    """Texts name a colour; the vector of an image is its mean colour."""

    name, dim, image_size, text_length = "colours", 3, 16, 8

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[list(COLOURS).index(text) for text in texts]]

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        means = chips.reshape(len(chips), -1, 3).mean(axis=1).astype(np.float32)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


COLOUR_READER: Any = Colours()  # no whole encoder: these two ways to encode are all it takes


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Grey scenes of 64 px with one 16 px chip of a colour in each, and a file that is none."""
    rng = np.random.default_rng(1)
    for number, (name, colour) in enumerate(COLOURS.items()):
        pixels = rng.integers(100, 130, (64, 64, 3), dtype=np.uint8)
        pixels[16:32, 32:48] = colour
        affine = (10.0, 0.0, 500_000.0 + 1000 * number, 0.0, -10.0, 5_000_000.0)
        write_geotiff(tmp_path / f"{name}.tif", pixels, crs="EPSG:32633", affine=affine)
    (tmp_path / "broken.tif").write_bytes(b"II*\0 no raster")
    return tmp_path


QUESTIONS = [
    SceneQuestion("red", ("red.tif",)),
    SceneQuestion("green", ("red.tif", "blue.tif")),  # its right scenes come after green's own
    SceneQuestion("blue", ("missing.tif",)),
]


def test_ranks_and_figures_count_the_first_right_scene(scenes: Path) -> None:
    figures = search_scenes(COLOUR_READER, scenes, QUESTIONS, (16,))
    assert figures.scenes == 3
    assert figures.ranks == (1, 2, 4)  # one past the last where nothing right was ranked
    assert figures.success_at_5 == 1.0
    assert figures.mean_reciprocal_rank == pytest.approx((1 + 1 / 2 + 1 / 4) / 3)


def test_the_answers_carry_the_best_chips(scenes: Path) -> None:
    figures = search_scenes(COLOUR_READER, scenes, QUESTIONS, (16,))
    for (name, colour), answers in zip(COLOURS.items(), figures.answers, strict=True):
        assert answers[0].name == f"{name}.tif"
        np.testing.assert_array_equal(answers[0].chip[8, 8], colour)
    assert [answer.right for answer in figures.answers[1]] == [False, True, True]


def test_the_sheet_shows_right_answers_in_green(scenes: Path, tmp_path: Path) -> None:
    figures = search_scenes(COLOUR_READER, scenes, QUESTIONS, (16,))
    rows = [(q.text, answers) for q, answers in zip(QUESTIONS, figures.answers, strict=True)]
    write_answer_sheet(tmp_path / "sheet.png", rows)
    with Image.open(tmp_path / "sheet.png") as picture:
        sheet = np.asarray(picture)
    frames = (sheet == (40, 150, 70)).all(axis=2).sum()
    one = 136 * 136 - 128 * 128
    assert frames == 3 * one


def test_questions_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text('[{"query": "no scenes"}]')
    with pytest.raises(UsageError, match=r"q\.json"):
        read_questions(tmp_path / "q.json")
