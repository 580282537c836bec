"""How many places there are by marks: archives where the true number is known."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from geosearch.search.likely.counting import place_count
from geosearch.search.likely.judging import MarkedChips

DIM = 32
QUERY = np.eye(DIM, dtype=np.float32)[0]


def chips(cosines: NDArray[np.float64]) -> NDArray[np.float32]:
    """Unit vectors with these cosines to the query."""
    rest = np.random.default_rng(0).normal(size=(len(cosines), DIM - 1))
    rest *= np.sqrt(1 - cosines**2)[:, None] / np.linalg.norm(rest, axis=1, keepdims=True)
    return np.column_stack([cosines, rest]).astype(np.float32)


def apart(count: int, first: int = 0) -> list[shapely.Polygon]:
    return [shapely.box(at, 0, at + 0.5, 0.5) for at in range(first, first + count)]


@pytest.mark.parametrize("true", [15, 30, 60])
def test_places_that_score_apart_are_counted(true: int) -> None:
    """400 places; the right ones score 0.6, the others 0.3. Ten of each are marked."""
    rng = np.random.default_rng(true)
    right = chips(0.6 + rng.normal(0, 0.03, true))
    wrong = chips(0.3 + rng.normal(0, 0.05, 400 - true))
    marked = MarkedChips(np.concatenate([right[:10], wrong[:10]]), np.arange(20) < 10)
    rest = np.concatenate([right[10:], wrong[10:]])
    found = place_count(QUERY, marked, apart(20), rest, apart(len(rest), 20))
    assert found == pytest.approx(true, rel=0.25)


def test_chips_of_one_place_that_were_marked_count_once() -> None:
    vectors = chips(np.linspace(0.7, 0.2, 20))
    marked = MarkedChips(vectors, np.arange(20) < 10)
    nothing = np.zeros((0, DIM), np.float32)
    same = [shapely.box(0, 0, 1, 1)] * 10 + apart(10)
    assert place_count(QUERY, marked, same, nothing, []) == 1
    assert place_count(QUERY, marked, apart(20), nothing, []) == 10


@pytest.mark.parametrize(("marks", "right"), [(19, 9), (20, 20), (20, 0)])
def test_too_few_marks_and_marks_of_one_kind_tell_no_number(marks: int, right: int) -> None:
    marked = MarkedChips(chips(np.linspace(0.7, 0.2, marks)), np.arange(marks) < right)
    others = chips(np.linspace(0.5, 0, 50))
    assert place_count(QUERY, marked, apart(marks), others, apart(50, marks)) is None


def test_hits_that_show_a_marked_place_add_nothing() -> None:
    marked = MarkedChips(chips(np.linspace(0.7, 0.2, 20)), np.arange(20) < 10)
    beside = chips(np.full(10, 0.65))
    assert place_count(QUERY, marked, apart(20), beside, apart(10)) == 10
