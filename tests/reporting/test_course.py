"""How far a step is, and how long the rest takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.reporting import Course


@given(st.lists(st.floats(0.1, 1e9), min_size=1, max_size=20), st.data())
def test_the_fraction_is_that_of_the_work_and_not_of_the_units(
    works: list[float], data: st.DataObject
) -> None:
    done = data.draw(st.integers(0, len(works)))
    course = Course("indexing", len(works), "scenes", sum(works))
    for work in works[:done]:
        course(1, work)
    assert course.fraction == pytest.approx(sum(works[:done]) / sum(works))
    assert course.counted() == f"{done} of {len(works)} scenes"


def test_what_needs_no_work_does_not_count_in_the_estimate() -> None:
    course = Course("indexing", 3, "scenes", 300)
    course.leave_out(1, 100)
    course(1, 100)
    assert course.fraction == 0.5
    assert course.counted() == "2 of 3 scenes"
    course.leave_out(1, 100)
    assert course.fraction == 1


def test_nothing_to_do_has_no_fraction() -> None:
    assert Course("indexing", 0, "scenes").fraction is None
    assert Course("searching", None, "").line().startswith("searching: ")
