"""A vector is brought to unit length, or refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import UsageError
from geosearch.search import unit_queries


@given(
    st.lists(st.floats(-1, 1).filter(lambda x: abs(x) > 1e-3), min_size=4, max_size=4),
    st.integers(-300, 300),
)
def test_any_length_gives_the_direction(numbers: list[float], exponent: int) -> None:
    vector = np.array(numbers) * 10.0**exponent
    (unit,) = unit_queries(vector, 4)
    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit, np.array(numbers) / np.linalg.norm(numbers), atol=1e-6)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_every_type_of_float_and_order_of_memory_is_taken(kind: type) -> None:
    table: np.ndarray = np.asfortranarray(np.array([[3, 4], [0, 2], [1e-7, 0]], dtype=kind))
    expected = np.array([[0.6, 0.8], [0, 1], [1, 0]])
    np.testing.assert_allclose(unit_queries(table, 2), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (np.zeros(4), "zero"),
        (np.array([1, np.nan, 0, 0]), "NaN"),
        (np.array([1, np.inf, 0, 0]), "NaN or infinity"),
        (np.array([[1.0, 0, 0, 0], [0, 0, 0, 0]]), r"vector 1 \(from 0\)"),
        (np.ones(3), r"\(3,\), but the index has vectors of 4"),
        (np.ones((4, 3)), r"\(4, 3\), but the index has vectors of 4"),
        (np.ones((1, 1, 4)), "shape"),
        (np.array(1.0), "shape"),
        (np.ones(4, int), "int64"),
        (np.ones(4, complex), "complex"),
        (np.ones(4, object), "object"),
        ([1.0, 0.0, 0.0, 0.0], "list"),
        (7, "int"),
    ],
)
def test_what_is_no_direction_in_the_index_is_refused(wrong: object, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        unit_queries(wrong, 4)
    assert caught.value.hint


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_the_length_is_numpys_to_the_last_bit(kind: type) -> None:
    table: np.ndarray = np.random.default_rng(0).normal(size=(20, 512)).astype(kind)
    scaled = table.astype(np.float64) / np.abs(table).max(axis=1, keepdims=True)
    expected = (scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype(np.float32)
    np.testing.assert_array_equal(unit_queries(table, 512), expected)


def test_no_vectors_are_no_queries() -> None:
    assert unit_queries(np.zeros((0, 4)), 4).shape == (0, 4)
