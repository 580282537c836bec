"""What a map marks, as a polygon on Earth."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from geosearch.geo import PixelWindow
from geosearch.localization.outline import map_outline

WINDOW = PixelWindow(100, 200, 64, 64)


def places(west: float) -> object:
    """Pixels of 0.001 degrees, the first at a longitude and 10 degrees north."""

    def to_lonlat(
        cols: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lon = west + 0.001 * cols
        return (lon + 180) % 360 - 180, 10 - 0.001 * rows

    return to_lonlat


def marked(rows: slice, cols: slice) -> NDArray[np.float32]:
    values = np.zeros((128, 128), np.float32)
    values[rows, cols] = 1
    return values


def test_a_marked_quarter_is_the_quarter_on_the_ground() -> None:
    outline = map_outline(marked(slice(0, 64), slice(64, 128)), WINDOW, places(5.0))  # type: ignore[arg-type]
    expected = shapely.box(5.132, 9.768, 5.164, 9.8)
    assert outline is not None
    assert outline.geom_type == "Polygon"
    assert outline.symmetric_difference(expected).area < 1e-3 * expected.area


def test_what_lies_apart_stays_apart() -> None:
    values = np.maximum(marked(slice(0, 32), slice(0, 32)), marked(slice(96, 128), slice(96, 128)))
    outline = map_outline(values, WINDOW, places(5.0))  # type: ignore[arg-type]
    assert outline is not None
    assert len(shapely.get_parts(outline)) == 2


def test_it_is_cut_at_180_degrees() -> None:
    outline = map_outline(marked(slice(0, 128), slice(0, 128)), WINDOW, places(179.868))  # type: ignore[arg-type]
    assert outline is not None
    west, _, east, _ = outline.bounds
    assert (west, east) == pytest.approx((-180, 180), abs=1e-6)
    assert outline.area == pytest.approx(0.064**2, rel=1e-3)


def test_a_map_that_marks_nothing_has_no_outline() -> None:
    assert map_outline(np.zeros((128, 128), np.float32), WINDOW, places(5.0)) is None  # type: ignore[arg-type]
