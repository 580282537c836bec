"""Windows are those of the SeLo code; means over cells are means over pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.evaluation.localization.window_grid import window_grid


def written_out(height: int, width: int) -> set[tuple[int, int, int, int]]:
    """Two nested loops for each size and gap, as the authors' split_image has them."""
    found = set()
    for step in (256, 512, 768):
        for gap in (step, step // 2):
            for left in range(step - gap, width, step):
                right = left + step
                if right >= width:
                    left, right = width - step, width
                for top in range(step - gap, height, step):
                    bottom = top + step
                    if bottom >= height:
                        top, bottom = height - step, height
                    found.add((top, bottom, left, right))
    return found


@pytest.mark.parametrize(("height", "width"), [(768, 768), (769, 1024), (1000, 3001), (2304, 1536)])
def test_windows_are_the_authors(height: int, width: int) -> None:
    found = window_grid(height, width).windows.tolist()
    assert len(found) == len(set(map(tuple, found)))
    assert set(map(tuple, found)) == written_out(height, width)


@given(st.integers(1, 1700), st.integers(1, 1700))
def test_every_pixel_lies_in_a_window_inside_the_picture(height: int, width: int) -> None:
    grid = window_grid(height, width)
    assert grid.windows.min() >= 0
    assert grid.windows[:, 1].max() == grid.row_edges[-1] == height
    assert grid.windows[:, 3].max() == grid.col_edges[-1] == width
    means = grid.cell_means(np.ones((len(grid.windows), 1)))
    assert np.isfinite(means).all()


@pytest.mark.parametrize(("height", "width"), [(900, 1300), (300, 1000)])
def test_means_over_cells_are_means_over_pixels(height: int, width: int) -> None:
    grid = window_grid(height, width)
    values = np.random.default_rng(2).normal(size=(len(grid.windows), 2))
    total, count = np.zeros((2, height, width)), np.zeros((height, width))
    for (top, bottom, left, right), value in zip(grid.windows, values, strict=True):
        total[:, top:bottom, left:right] += value[:, None, None]
        count[top:bottom, left:right] += 1
    cells = grid.cell_means(values)
    rows, cols = np.diff(grid.row_edges), np.diff(grid.col_edges)
    spread = np.repeat(np.repeat(cells, rows, axis=1), cols, axis=2)
    np.testing.assert_array_equal(spread, total / count)
