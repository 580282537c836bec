"""The exact GELU against Python's own error function."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geosearch.encoders.mini.gelu import gelu


def by_definition(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


@given(arrays.arrays(np.float32, st.integers(1, 50), elements=st.floats(-1e6, 1e6, width=32)))
def test_it_is_off_by_at_most_a_ten_millionth_and_the_rounding(x: np.ndarray) -> None:
    expected = np.array([by_definition(one) for one in x.tolist()])
    assert (np.abs(gelu(x) - expected) <= 2e-7 * np.maximum(np.abs(x), 1)).all()


def test_it_changes_nothing_in_place() -> None:
    x = np.linspace(-5, 5, 11, dtype=np.float32)
    gelu(x)
    np.testing.assert_array_equal(x, np.linspace(-5, 5, 11, dtype=np.float32))
