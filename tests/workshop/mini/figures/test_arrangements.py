"""The relation check counts right what an encoder that knows the truth, or nothing, finds."""

from typing import Any

import numpy as np

from workshop.mini.figures.arrangements import _shown, search_draws

EXAMPLE = "tennis court between two white buildings"
MARKS = [
    {"window": [10, 10, 40, 40], "sentences": [EXAMPLE], "kind": "wanted"},
    {"window": [100, 10, 40, 40], "sentences": ["other"], "kind": "rival"},
]


def test_a_chip_shows_what_lies_mostly_in_it() -> None:
    assert _shown([0, 0, 64, 64], MARKS, EXAMPLE) == EXAMPLE
    assert _shown([90, 0, 64, 64], MARKS, EXAMPLE) == "rival"
    assert _shown([40, 0, 64, 64], MARKS, EXAMPLE) == "none"  # a quarter of each
    assert _shown([0, 0, 150, 64], MARKS, EXAMPLE) == EXAMPLE


class Blind:
    """Sees only how bright the first pixel is, and was asked nothing."""

    image_size = 256

    def encode_texts(self, texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 1), np.float32)

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        return chips[:, :1, 0, 0].astype(np.float32) / 255


def test_an_encoder_that_guesses_is_often_wrong() -> None:
    blind: Any = Blind()
    figures = search_draws(blind, EXAMPLE, [3, 4])
    assert len(figures.ranks) == 2
    assert figures.chips > 100
    assert max(figures.ranks) > 1
    assert figures.right_first == np.mean([rank == 1 for rank in figures.ranks])
    assert sum(figures.rivals.values()) == sum(rank > 1 for rank in figures.ranks)
