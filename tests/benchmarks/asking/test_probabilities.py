"""How probabilities are judged: figures of trials whose truth is plain."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.probabilities import trusted
from geosearch.vocabulary import bank

DIM = 64


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def test_pictures_that_are_what_their_class_says_are_found_and_nothing_else() -> None:
    """Three classes along axes of their own; phrases and absent things along others."""
    rng = np.random.default_rng(0)
    axes = np.eye(DIM)
    pictures = unit(np.repeat(axes[:3], 80, axis=0) + 0.05 * rng.normal(size=(240, DIM)))
    classes = [name for name in ("a", "b", "c") for _ in range(80)]
    queries = {name: unit(axes[at]) for at, name in enumerate("abc")}
    phrases = unit(axes[3 + np.arange(len(bank())) % 50] + 0.3 * rng.normal(size=(206, DIM)))
    absent = unit(axes[55:60] + 0.3 * rng.normal(size=(5, DIM)))
    found = trusted(pictures, classes, queries, phrases, absent)
    assert found.pictures == 240
    assert found.three_found == 1
    assert found.absent_called_present <= 0.2
    assert found.hit_error < 0.05
    assert sum(count for _, _, count in found.bins) == 3 * 5 * 20
