"""Time per stage."""

import pytest

from geosearch.stopwatch import Stopwatch


def test_a_stopwatch_adds_up_a_stage_even_if_it_fails() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with pytest.raises(ValueError, match="oops"), watch.time("read"):
            raise ValueError("oops")
    assert list(watch.seconds) == ["read"]
    assert watch.seconds["read"] > 0
