"""A collar as text, and pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.scenes.raster.collar import Collar

CELLS = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(CELLS, st.floats(0, 9), st.floats(9, 1e30))
def test_its_text_is_all_of_it(cells: np.ndarray, low: float, high: float) -> None:
    again = Collar.parse(Collar(low, high, cells).text)
    assert (again.low, again.high) == (low, high)
    np.testing.assert_array_equal(again.cells, cells)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.0 0.0 2x2 ????",
        "0.0 0.0 2x2 AAAA",
        "0 0 999x999 eJwDAAAAAAE=",
        "e e 1x1 eJwDAAAAAAE=",
    ],
)
def test_what_is_no_collar_is_refused(text: str) -> None:
    with pytest.raises(SceneError, match="collar cannot be read"):
        Collar.parse(text)


@given(CELLS, st.integers(9, 40), st.integers(9, 40), st.data())
def test_a_pixel_is_collar_whatever_is_read_with_it(
    cells: np.ndarray, height: int, width: int, data: st.DataObject
) -> None:
    values = data.draw(arrays(np.uint8, (2, height, width), elements=st.integers(0, 2)))
    collar = Collar(0.0, 1.0, cells)
    whole = collar.covers(values, Window(0, 0, width, height), (height, width))
    for row, col in ((0, 0), (height // 2, width // 3), (height - 1, width - 1)):
        across, down = (2 * col + 1) * cells.shape[1], (2 * row + 1) * cells.shape[0]
        if across % (2 * width) == 0 or down % (2 * height) == 0:
            continue  # its centre lies on the border of two cells
        cell = cells[down // (2 * height), across // (2 * width)]
        expected = bool(cell and (values[:, row, col] <= 1).all())
        alone = collar.covers(
            values[:, row : row + 1, col : col + 1], Window(col, row, 1, 1), (height, width)
        )
        assert (alone is not None) == expected
        assert (whole is not None and whole[row, col]) == expected
