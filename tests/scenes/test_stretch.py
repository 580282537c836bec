"""The stretch against the formula it is: a line between two percentiles, cut at both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geosearch.scenes.stretch import percentile_range, to_bytes

DTYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_range_is_numpys_percentiles(dtype: str) -> None:
    values = (np.random.default_rng(1).normal(40, 12, 5000)).astype(dtype)
    assert percentile_range(values) == pytest.approx(tuple(np.percentile(values, [2, 98])))


def test_a_band_of_almost_one_value_is_stretched_over_all_of_them() -> None:
    assert percentile_range(np.r_[np.full(1000, 7), 9]) == (7, 9)


def test_a_band_of_one_value_is_grey() -> None:
    ranges = [percentile_range(np.full(10, 5.0, np.float32))]
    assert to_bytes(np.full((1, 2, 2), 5.0, np.float32), ranges).tolist() == [[[128] * 2] * 2]


@pytest.mark.parametrize("dtype", DTYPES)
def test_bytes_are_the_line_between_low_and_high(dtype: str) -> None:
    info = np.finfo(dtype) if "float" in dtype else np.iinfo(dtype)
    low, high = (3.0, 90.5) if "8" in dtype else (float(info.max) / 8, float(info.max) / 2)
    values = np.linspace(max(float(info.min) / 2, -1e30), float(info.max) / 1.5, 999).astype(dtype)
    expected = np.clip((values.astype(np.float64) - low) / (high - low), 0, 1) * 255
    got = to_bytes(values.reshape(1, 27, 37), [(low, high)]).ravel()
    assert np.abs(got - expected).max() <= 0.51


@given(arrays(np.float32, (2, 4, 4), elements=st.floats(width=32, allow_nan=True)))
def test_any_float_becomes_a_byte_without_a_warning(values: np.ndarray) -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        out = to_bytes(values, [(-1.0, 1.0), (-3e38, 3e38)])
    assert out.dtype == np.uint8
    assert (out[0][np.isnan(values[0])] == 0).all()
    assert (out[0][values[0] >= 1] == 255).all()


def test_bytes_without_a_range_stay() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    assert to_bytes(values, None) is values
