"""Levels of a scene: their pixels lie over all of it, and their chips too."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.scenes import cut_levels, level_gsds
from geosearch.scenes.chips.levels import Level, level_at

LENGTHS = st.integers(1, 300)


@given(
    width=LENGTHS,
    height=LENGTHS,
    size=st.integers(1, 40),
    scales=st.sets(st.integers(1, 9), min_size=1, max_size=4),
    gsd=st.one_of(st.none(), st.floats(0.05, 20)),
    pixel=st.tuples(st.floats(0.3, 3), st.floats(0.3, 3)),
    data=st.data(),
)
def test_chips_of_every_level_cover_every_pixel_of_the_scene(
    width: int,
    height: int,
    size: int,
    scales: set[int],
    gsd: float | None,
    pixel: tuple[float, float],
    data: st.DataObject,
) -> None:
    stride = data.draw(st.integers(1, size))
    own = sum(pixel) / 2
    pixel = (own, own) if gsd is None else pixel
    gsds = level_gsds(own, gsd, sorted(scales))
    cut = cut_levels(width, height, gsds, pixel_m=pixel, size_px=size, stride_px=stride)
    seen = {float(each): np.zeros((height, width), dtype=bool) for each in np.unique(cut.gsd_m)}
    for (col, row, wide, high), each in zip(cut.windows.tolist(), cut.gsd_m, strict=True):
        assert wide >= 1
        assert high >= 1
        assert 0 <= col <= width - wide
        assert 0 <= row <= height - high
        seen[float(each)][row : row + high, col : col + wide] = True
    assert all(covered.all() for covered in seen.values()) or size < 8  # twins are left out
    assert seen[gsds[0]].all()
    assert len(np.unique(cut.windows, axis=0)) == len(cut.windows)


@given(width=LENGTHS, height=LENGTHS, gsd=st.floats(0.1, 50), data=st.data())
def test_a_window_of_the_scene_tells_the_window_of_the_level(
    width: int, height: int, gsd: float, data: st.DataObject
) -> None:
    level = level_at(width, height, pixel_m=(1.0, 1.7), gsd_m=float(np.float32(gsd)))
    assert 1 <= level.cols <= width
    assert 1 <= level.rows <= height
    col = data.draw(st.integers(0, level.cols - 1))
    row = data.draw(st.integers(0, level.rows - 1))
    wide = data.draw(st.integers(1, level.cols - col))
    high = data.draw(st.integers(1, level.rows - row))
    window = np.array([[col, row, wide, high]])
    there = level.to_scene(window)
    assert level.from_scene(there).tolist() == window.tolist()
    # less than half a pixel of the level from where its edges are
    exact = np.array([col * width / level.cols, row * height / level.rows])
    assert np.abs(there[0, :2] - exact).max() <= 0.5


@pytest.mark.parametrize("factor", [2, 3, 4, 16, 64])
@pytest.mark.parametrize("own", [0.3, 9.999997, 1 / 3, 30.0])
def test_a_level_of_a_whole_scale_has_the_size_of_an_overview(factor: int, own: float) -> None:
    for width in (1000, 1001, 1023, 64_999, 65_000):
        (gsd,) = level_gsds(own, None, [factor])
        level = level_at(width, width, pixel_m=(own, own), gsd_m=gsd)
        assert level.cols == -(-width // factor)  # as GDAL rounds


@pytest.mark.parametrize(("gsd", "cols"), [(10.1, 1000), (9.0, 1000), (19.7, 500), (13.0, 770)])
def test_a_factor_that_is_almost_whole_is_whole(gsd: float, cols: int) -> None:
    assert level_at(1000, 1000, pixel_m=(10.0, 10.0), gsd_m=gsd).cols == cols


def test_what_is_finer_than_the_scene_is_cut_at_its_own_resolution_once() -> None:
    assert level_gsds(10, 3, [1, 2, 3]) == (10,)
    assert level_gsds(10, 3, [1, 2, 4]) == (10,)
    assert level_gsds(10, 3, [1, 4, 5]) == (10, 15)
    assert level_gsds(10, None, [1, 2, 4]) == (10, 20, 40)
    assert level_gsds(10, 11, [2, 1]) == (11, 22)
    assert level_gsds(10, 20, [2]) == (40,)


@pytest.mark.parametrize("gsd", [0.1, 0.3, 7.3])
def test_the_own_resolution_survives_being_kept_as_float32(gsd: float) -> None:
    (kept,) = level_gsds(gsd, None, [1])
    level = level_at(2_000_003, 1_999, pixel_m=(gsd, gsd), gsd_m=kept)
    assert level == Level(2_000_003, 1_999, 2_000_003, 1_999)
    assert level.is_own


def test_a_chip_larger_than_the_scene_is_left_out_unless_it_is_the_finest() -> None:
    cut = partial(cut_levels, pixel_m=(1.0, 1.0), size_px=100, stride_px=100)
    assert set(cut(450, 250, (1, 2, 4)).gsd_m) == {1, 2}
    assert cut(300, 90, (2, 4)).windows.tolist() == [
        [0, 0, 200, 90],
        [100, 0, 200, 90],
    ]


def test_chips_of_oblong_pixels_are_square_on_the_ground() -> None:
    pixel_m = (5.0, 10.0)
    cut = cut_levels(4000, 4000, (20.0,), pixel_m=pixel_m, size_px=100, stride_px=100)
    assert cut.windows[0].tolist() == [0, 0, 400, 200]
