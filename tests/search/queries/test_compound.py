"""Several parts of a question become one vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search.queries.compound import Centres, compound, first_term

DIM = 16


def units(seed: int, count: int) -> np.ndarray:
    table = np.random.default_rng(seed).normal(size=(count, DIM))
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)


def u(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


def require_close(found: np.ndarray | None, expected: np.ndarray) -> None:
    assert found is not None
    assert np.abs(found - expected).max() < 1e-6


counts = st.integers(0, 4)


@given(seed=st.integers(0, 999), avoided=counts, right=counts, wrong=counts)
def test_what_is_unwanted_counts_half(seed: int, avoided: int, right: int, wrong: int) -> None:
    (text,) = units(seed, 1).astype(np.float64)
    n, p, w = units(seed + 1, avoided), units(seed + 2, right), units(seed + 3, wrong)
    expected = text.copy()
    expected -= 0.5 * u(n.mean(axis=0)) if avoided else 0
    expected += u(p.mean(axis=0)) if right else 0
    expected -= 0.5 * u(w.mean(axis=0)) if wrong else 0
    found = compound(text, avoid=list(n), right=list(p), wrong=list(w))
    assert found.dtype == np.float32
    require_close(found, u(expected))


@given(seed=st.integers(0, 999), images=st.integers(1, 4))
def test_text_and_images_are_added_from_their_own_centres(seed: int, images: int) -> None:
    (text,), like = units(seed, 1), units(seed + 1, images)
    centres = Centres(units(seed + 2, 9).mean(axis=0), units(seed + 3, 9).mean(axis=0))
    expected = u(text - centres.texts) + u(like.mean(axis=0) - centres.chips)
    require_close(first_term(text, list(like), centres), u(expected))


def test_without_centres_text_and_images_are_added_as_they_are() -> None:
    (text,), like = units(1, 1), units(2, 3)
    expected = u(text + u(like.mean(axis=0)))
    require_close(first_term(text, list(like), None), expected)


def test_images_alone_are_their_mean() -> None:
    like = units(2, 3)
    centres = Centres(units(3, 1)[0], units(4, 1)[0])
    require_close(first_term(None, list(like), centres), u(like.mean(axis=0)))


def test_marks_may_stand_alone() -> None:
    right, wrong = units(1, 2), units(2, 1)
    expected = u(u(right.mean(axis=0)) - 0.5 * wrong[0])
    require_close(compound(None, right=list(right), wrong=list(wrong)), expected)


def test_only_what_is_unwanted_is_refused() -> None:
    with pytest.raises(UsageError, match="only what is not wanted"):
        compound(None, wrong=list(units(1, 1)))


def test_parts_that_cancel_each_other_out_are_refused() -> None:
    (vector,) = units(1, 1)
    with pytest.raises(UsageError, match="cancel each other out"):
        first_term(vector, [-vector], None)
