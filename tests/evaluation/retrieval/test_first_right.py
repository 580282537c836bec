"""How soon the first right answer comes."""

import math

import pytest

from geosearch.evaluation import mean_reciprocal_rank, success_at


def test_success_counts_answers_whose_first_right_one_is_among_the_first() -> None:
    assert success_at(5, [1, 5, 6, math.inf]) == 0.5


def test_the_reciprocal_rank_is_that_of_trec_8s_example() -> None:
    """The mean of 1/3, 1/2 and 1 (Voorhees and Tice's example of cats, tori and viruses)."""
    assert mean_reciprocal_rank([3, 2, 1]) == pytest.approx(11 / 18)


def test_what_is_never_right_counts_as_nothing() -> None:
    assert mean_reciprocal_rank([1, math.inf]) == 0.5
