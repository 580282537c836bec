"""Marks move probabilities as the penalized logistic fit has it, found here by search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.search.likely.refit import MIN_MARKS, Refit, refit

MARKS = st.lists(
    st.tuples(st.floats(0, 1), st.booleans()), min_size=MIN_MARKS, max_size=4 * MIN_MARKS
)


def loss(slope: float, shift: float, marks: list[tuple[float, bool]]) -> float:
    """What is minimized, read from the formula one mark at a time."""
    total = 4 * (slope - 1) ** 2 + 0.5 * shift**2
    for probability, right in marks:
        bounded = min(max(probability, 1e-300), 1 - 1e-16)
        logit = max(-30.0, min(30.0, float(np.log(bounded) - np.log1p(-bounded))))
        total += np.logaddexp(0, -(slope * logit + shift) if right else slope * logit + shift)
    return float(total)


def fitted(marks: list[tuple[float, bool]]) -> Refit:
    probabilities, right = zip(*marks, strict=True)
    return refit(np.array(probabilities, float), np.array(right, bool))


@given(MARKS)
def test_no_step_away_from_the_fit_lowers_what_it_minimizes(
    marks: list[tuple[float, bool]],
) -> None:
    found = fitted(marks)
    best = loss(found.slope, found.shift, marks)
    for angle in np.arange(0, 2 * np.pi, np.pi / 4):
        for length in (1e-3, 0.1, 2.0):
            slope = found.slope + length * np.cos(angle)
            shift = found.shift + length * np.sin(angle)
            assert loss(slope, shift, marks) >= best - 1e-9


def test_probabilities_that_are_right_stay_about_as_they_are() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.uniform(0.02, 0.98, 5_000)
    found = refit(probabilities, rng.random(5_000) < probabilities)
    assert found.slope == pytest.approx(1, abs=0.1)
    assert found.shift == pytest.approx(0, abs=0.1)


def test_hits_that_are_mostly_wrong_lower_all_probabilities() -> None:
    probabilities = np.linspace(0.3, 0.9, 40)
    found = refit(probabilities, np.arange(40) % 8 == 0)
    assert (found.applied(probabilities) < probabilities).all()


def test_a_fit_on_a_few_marks_changes_nothing() -> None:
    probabilities = np.linspace(0.1, 0.9, MIN_MARKS - 1)
    found = refit(probabilities, np.zeros(MIN_MARKS - 1, bool))
    assert found == Refit()
    assert np.array_equal(found.applied(probabilities), probabilities)


@given(MARKS, st.permutations(range(MIN_MARKS)))
def test_the_order_of_marks_does_not_matter(
    marks: list[tuple[float, bool]], order: list[int]
) -> None:
    first = marks[:MIN_MARKS]
    one, other = fitted(first), fitted([first[at] for at in order])
    assert one.slope == pytest.approx(other.slope, abs=1e-6)
    assert one.shift == pytest.approx(other.shift, abs=1e-6)


@given(MARKS)
def test_what_comes_out_is_a_probability_and_keeps_the_order_while_the_slope_is_positive(
    marks: list[tuple[float, bool]],
) -> None:
    found = fitted(marks)
    applied = found.applied(np.linspace(0, 1, 21))
    assert ((applied >= 0) & (applied <= 1)).all()
    if found.slope > 0:
        assert (np.diff(applied) >= 0).all()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="not from 0 to 1"):
        refit(np.full(MIN_MARKS, wrong), np.ones(MIN_MARKS, bool))
