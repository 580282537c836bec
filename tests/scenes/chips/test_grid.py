"""Chip windows: they cover the scene, lie in it, and come row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import SceneError, UsageError
from geosearch.scenes import chip_windows

LENGTHS = st.integers(1, 70)


@given(width=LENGTHS, height=LENGTHS, size=st.integers(1, 40), data=st.data())
def test_windows_cover_every_pixel_and_stay_in_the_scene(
    width: int, height: int, size: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, size))
    windows = chip_windows(width, height, size_px=size, stride_px=stride)
    seen = np.zeros((height, width), dtype=int)
    for col, row, wide, high in windows:
        assert wide == min(size, width)
        assert high == min(size, height)
        assert 0 <= col <= width - wide
        assert 0 <= row <= height - high
        seen[row : row + high, col : col + wide] += 1
    assert (seen > 0).all()
    assert windows.dtype == np.int32
    assert len(np.unique(windows, axis=0)) == len(windows)
    order = np.lexsort((windows[:, 0], windows[:, 1]))
    np.testing.assert_array_equal(order, np.arange(len(windows)))


def test_the_last_of_a_row_moves_inwards() -> None:
    cols = chip_windows(300, 128, size_px=128, stride_px=128)[:, 0]
    assert cols.tolist() == [0, 128, 172]


def test_a_scene_smaller_than_a_chip_is_one_window_of_its_own_size() -> None:
    assert chip_windows(50, 200, size_px=128, stride_px=64).tolist() == [
        [0, 0, 50, 128],
        [0, 64, 50, 128],
        [0, 72, 50, 128],
    ]


@pytest.mark.parametrize("stride", [0, -1, 129])
def test_a_stride_that_leaves_gaps_is_refused(stride: int) -> None:
    with pytest.raises(UsageError, match="leaves gaps"):
        chip_windows(500, 500, size_px=128, stride_px=stride)


@pytest.mark.parametrize(("width", "height"), [(2**31 - 1, 2**31 - 1), (2**31 - 1, 1)])
def test_a_size_that_no_machine_could_index_is_refused_at_once(width: int, height: int) -> None:
    with pytest.raises(SceneError, match="would be cut into"):
        chip_windows(width, height, size_px=4, stride_px=2)
