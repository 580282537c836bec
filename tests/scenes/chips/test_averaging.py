"""Averages against numpy's means of blocks, and against sums with every weight written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.scenes.chips.averaging import area_mean, pixel_edges


def weights(edges: np.ndarray, extent: int) -> np.ndarray:
    """How much of each small pixel each large one covers, [large, small]."""
    near, far = edges[:-1, None], edges[1:, None]
    at = np.arange(extent)
    return np.asarray(np.clip(np.minimum(far, at + 1) - np.maximum(near, at), 0, None))


@given(
    width=st.integers(1, 60),
    height=st.integers(1, 60),
    seed=st.integers(0, 99),
    masked=st.booleans(),
    data=st.data(),
)
def test_every_pixel_is_the_weighted_mean_of_the_valid_ones(
    width: int, height: int, seed: int, masked: bool, data: st.DataObject
) -> None:
    cols = data.draw(st.integers(1, width))
    rows = data.draw(st.integers(1, height))
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    valid = rng.random((height, width)) < 0.3 if masked else np.ones((height, width), bool)
    pixels[~valid] = 0
    row_edges, col_edges = pixel_edges(rows, height), pixel_edges(cols, width)
    found, seen = area_mean(pixels, valid if masked else None, row_edges, col_edges)
    down, across = weights(row_edges, height), weights(col_edges, width)
    sums = np.einsum("ir,jc,rcb->ijb", down, across, pixels.astype(float))
    area = np.einsum("ir,jc,rc->ij", down, across, valid.astype(float))
    expected = np.where(area[..., None] > 0, sums / np.maximum(area, 1e-9)[..., None], 0)
    assert np.abs(found - expected).max() <= 0.5 + 1e-3
    np.testing.assert_array_equal(area > 1e-6, np.ones_like(area, bool) if seen is None else seen)


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_whole_blocks_are_numpys_means(factor: int) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (20 * factor, 30 * factor, 3), dtype=np.uint8)
    edges = pixel_edges(20, 20 * factor), pixel_edges(30, 30 * factor)
    found, seen = area_mean(pixels, None, *edges)
    means = pixels.reshape(20, factor, 30, factor, 3).mean(axis=(1, 3))
    np.testing.assert_array_equal(found, np.floor(means + 0.5 + 1e-6))
    assert seen is None


def test_more_rows_than_sixteen_bits_hold_are_summed_right() -> None:
    pixels = np.full((900, 3, 3), 255, dtype=np.uint8)
    found, _ = area_mean(pixels, None, np.array([0.0, 300.5, 900.0]), np.array([0.0, 3.0]))
    assert (found == 255).all()


def test_what_is_not_valid_has_no_weight() -> None:
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[0, 0] = 201
    valid = np.zeros((4, 4), dtype=bool)
    valid[0, 0] = True
    found, seen = area_mean(pixels, valid, np.array([0.0, 2.0, 4.0]), np.array([0.0, 2.0, 4.0]))
    assert found[0, 0].tolist() == [201, 201, 201]
    assert found.sum() == 603
    assert seen is not None
    assert seen.tolist() == [[True, False], [False, False]]
