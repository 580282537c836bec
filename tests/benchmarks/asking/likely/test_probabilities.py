"""How probabilities are judged and fitted: figures of trials whose truth is plain."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.asking.likely.fitting import Coefficients, fitted
from benchmarks.asking.likely.probabilities import trusted
from benchmarks.asking.likely.trials import RIGHT, Asked, Trial, trials
from benchmarks.asking.pictures import Labelled
from geosearch.vocabulary import bank

DIM = 64


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


@pytest.fixture(scope="module")
def plain() -> list[Trial]:
    """Three classes along axes of their own; phrases and absent things along others."""
    rng = np.random.default_rng(0)
    axes = np.eye(DIM)
    pictures = unit(np.repeat(axes[:3], 80, axis=0) + 0.05 * rng.normal(size=(240, DIM)))
    classes = tuple(name for name in ("a", "b", "c") for _ in range(80))
    asked = Asked(
        {name: unit(axes[at : at + 1]) for at, name in enumerate("abc")},
        unit(axes[3 + np.arange(len(bank())) % 50] + 0.3 * rng.normal(size=(206, DIM))),
        unit(axes[55:60] + 0.3 * rng.normal(size=(5, DIM))),
    )
    return trials(Labelled(pictures, classes, ((),) * 240), asked)


def drawn_trials(weights: tuple[float, float, float], rng: np.random.Generator) -> list[Trial]:
    """Trials whose hits are right as often as a logistic function of their features says."""
    found = []
    for _ in range(400):
        contrast, standing = rng.normal(size=20), rng.normal(size=20)
        logits = weights[0] * contrast + weights[1] * standing + weights[2]
        true = 1 / (1 + np.exp(-logits))
        right = rng.random(20) < true
        present = int(rng.random() < true[0])
        found.append(Trial(contrast, standing, true, float(true[0]), right, present))
    return found


def test_pictures_that_are_what_their_class_says_are_found_and_nothing_else(
    plain: list[Trial],
) -> None:
    found = trusted(plain)
    assert found.three_found == 1
    assert found.absent_called_present <= 0.2
    assert found.hit_error < 0.05


def test_each_class_is_asked_for_with_each_number_of_right_pictures(plain: list[Trial]) -> None:
    present = sorted(trial.present for trial in plain if not trial.nowhere)
    assert present == sorted(3 * [80 if count is None else count for count in RIGHT])
    assert sum(trial.nowhere for trial in plain) == 5


def test_claims_that_are_true_have_no_error() -> None:
    found = trusted(drawn_trials((1.0, 0.5, -1.0), np.random.default_rng(0)))
    assert found.hit_error < 0.02
    assert found.false_at_20 == pytest.approx(0.2, abs=0.03)


def test_claims_that_are_all_certain_are_off_by_what_is_wrong() -> None:
    right = np.arange(20) < 5
    trial = Trial(np.zeros(20), np.zeros(20), np.ones(20), 1.0, right, 5)
    assert trusted([trial]).hit_error == pytest.approx(0.75)


def test_a_fit_finds_the_numbers_that_truth_was_drawn_by() -> None:
    rng = np.random.default_rng(1)
    found = fitted([drawn_trials((1.5, 0.75, -2.0), rng), drawn_trials((1.5, 0.75, -2.0), rng)])
    np.testing.assert_allclose(found.of_hit, (1.5, 0.75, -2.0), atol=0.15)


def test_claims_of_coefficients_are_the_logistic_function() -> None:
    trial = Trial(np.array([1.0]), np.array([2.0]), np.zeros(1), 0.0, np.array([True]), 1)
    claimed = Coefficients((1.0, 0.5, -2.0), (2.0, 1.0, -4.0)).claims(trial)
    assert claimed.claimed.tolist() == pytest.approx([0.5])
    assert claimed.claimed_any == pytest.approx(0.5)


def test_that_anything_is_right_is_at_least_as_likely_as_that_the_first_hit_is() -> None:
    trial = Trial(np.array([1.0]), np.array([2.0]), np.zeros(1), 0.0, np.array([True]), 1)
    claimed = Coefficients((1.0, 0.5, -2.0), (0.0, 0.0, -4.0)).claims(trial)
    assert claimed.claimed_any == pytest.approx(0.5)
