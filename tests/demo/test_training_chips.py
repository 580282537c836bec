from collections import Counter

import numpy as np
import pytest

from geosearch.demo import training_chip
from geosearch.demo.drawing.canvas import Canvas, Weather
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.subjects.arrangements import Arrangement, arrange
from geosearch.demo.subjects.sentences import ARRANGEMENTS, SCENERY, parts_seen
from geosearch.demo.subjects.views import VIEWS
from geosearch.demo.training_chips import sentences_for

_BETWEEN = ARRANGEMENTS["court between two white buildings"]


@pytest.fixture(scope="module")
def draws() -> list[tuple[np.ndarray, tuple[str, ...]]]:
    rng = np.random.default_rng(11)
    return [training_chip(rng, 96) for _ in range(300)]


def _between_at(col: float, row: float) -> Arrangement:
    rng = np.random.default_rng(0)
    canvas = Canvas(128, 128, rng, Weather.draw(rng))
    kind = "court between two white buildings"
    return arrange(kind, canvas, Palette.draw(rng), Placement(col, row))


@pytest.mark.parametrize("size_px", [64, 128, 160])
def test_a_chip_has_the_size_that_was_asked_for(size_px: int) -> None:
    chip, sentences = training_chip(np.random.default_rng(0), size_px)
    assert chip.shape == (size_px, size_px, 3)
    assert chip.dtype == np.uint8
    assert sentences


def test_the_same_seed_draws_the_same_chips() -> None:
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(8):
        chip_a, said_a = training_chip(first, 128)
        chip_b, said_b = training_chip(second, 128)
        np.testing.assert_array_equal(chip_a, chip_b)
        assert said_a == said_b


def test_chips_differ_and_show_something(draws: list[tuple[np.ndarray, tuple[str, ...]]]) -> None:
    assert len({chip.tobytes() for chip, _ in draws}) == len(draws)
    assert all(chip.std() > 1 for chip, _ in draws)
    assert all(20 < chip.mean() < 235 for chip, _ in draws)


def test_about_a_third_of_chips_are_of_the_court_family(
    draws: list[tuple[np.ndarray, tuple[str, ...]]],
) -> None:
    scenery = {sentence for said in SCENERY.values() for sentence in said}
    family = np.mean([not set(said) & scenery for _, said in draws])
    assert 0.27 < family < 0.47


def test_every_kind_is_drawn(draws: list[tuple[np.ndarray, tuple[str, ...]]]) -> None:
    kinds = Counter(said[0] for _, said in draws)
    assert all(kinds[said[0]] for said in SCENERY.values())
    assert kinds[_BETWEEN[0]] > 8


def test_an_arrangement_that_is_whole_is_claimed() -> None:
    assert sentences_for(_between_at(64, 64), 128, 128) == _BETWEEN


@pytest.mark.parametrize("row", [0.0, 10.0, 118.0, 128.0])
def test_an_arrangement_that_is_cut_is_not_claimed(row: float) -> None:
    said = sentences_for(_between_at(64, row), 128, 128)
    assert not set(said) & set(_BETWEEN)


def test_only_things_that_are_seen_are_named() -> None:
    assert sentences_for(_between_at(64, -20), 128, 128) == parts_seen(0, 1)
    assert sentences_for(_between_at(64, -200), 128, 128) == ()


def test_every_kind_of_scenery_has_a_painter_and_sentences() -> None:
    assert VIEWS.keys() == SCENERY.keys()
