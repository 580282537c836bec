"""The stretch against the formula it is: a line between two percentiles, cut at both."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.scenes_making import write_band

from geosearch.errors import UsageError
from geosearch.scenes import SceneFile, open_scene
from geosearch.scenes.raster.stretch import (
    Range,
    Stretch,
    parse_stretch,
    percentile_range,
    to_bytes,
)

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [("auto", "auto"), ("none", "none"), ("0,3000", (0, 3000)), ("-1.5, 1e3", (-1.5, 1000))],
)
def test_a_stretch_is_a_name_or_two_numbers(text: str, expected: Stretch) -> None:
    assert parse_stretch(text) == expected


@pytest.mark.parametrize("text", ["", "5", "3,1", "1,1", "0,nan", "-inf,4", "1,2,3", "Auto", "2%"])
def test_what_is_no_stretch_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_stretch(text)
    assert "0,3000" in caught.value.hint


BANDS = np.random.default_rng(3).integers(40, 200, (3, 50, 60))


def opened(path: Path, dtype: str, stretch: Stretch) -> tuple[Range, Range, Range] | None:
    write_band(path, BANDS.astype(dtype), photometric="rgb")
    return open_scene(SceneFile(str(path), path.name), stretch=stretch).stretch


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_given_range_is_that_of_every_band(tmp_path: Path, dtype: str) -> None:
    assert opened(tmp_path / "a.tif", dtype, (10.0, 90.0)) == ((10.0, 90.0),) * 3


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_percentiles_are_those_of_each_band_of_any_type(tmp_path: Path, dtype: str) -> None:
    expected = np.percentile(BANDS.reshape(3, -1).astype(dtype), [2, 98], axis=1).T
    stretch = opened(tmp_path / "a.tif", dtype, "percentile")
    assert stretch is not None
    np.testing.assert_allclose(stretch, expected)


def test_without_a_stretch_wide_values_are_shown_as_if_they_had_8_bits(tmp_path: Path) -> None:
    assert opened(tmp_path / "a.tif", "uint8", "none") is None
    assert opened(tmp_path / "b.tif", "uint16", "none") == ((0.0, 255.0),) * 3


def test_a_palette_keeps_its_colours_whatever_is_asked(tmp_path: Path) -> None:
    path = write_band(tmp_path / "a.tif", BANDS[:1].astype(np.uint8), photometric="palette")
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {value: (value, 0, 0, 255) for value in range(256)})
    assert open_scene(SceneFile(str(path), "a.tif"), stretch=(0.0, 9.0)).stretch is None
