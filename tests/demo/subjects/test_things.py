import numpy as np
import pytest
import shapely
from shapely import Polygon

from geosearch.demo.drawing.canvas import Canvas, Weather
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.drawing.texture import rough
from geosearch.demo.subjects.things import (
    dashes,
    house,
    swimming_pool,
    tennis_court,
    white_building,
)

_PLAIN = Weather((0.6, -0.8), 0.8, 110, 0.0, (1.0, 1.0, 1.0), 1.0, 0.0, 0.0)


@pytest.fixture
def canvas() -> Canvas:
    drawn = Canvas(96, 96, np.random.default_rng(4), _PLAIN)
    drawn.spread(rough(drawn.rng, (100.0, 120.0, 70.0), 0.05))
    return drawn


def _inside(picture: np.ndarray, outline: np.ndarray, margin_px: float) -> np.ndarray:
    """Pixels [n, 3] whose centres lie in an outline, its margin left out."""
    cols, rows = np.meshgrid(np.arange(96) + 0.5, np.arange(96) + 0.5)
    inside = shapely.contains_xy(Polygon(outline).buffer(-margin_px), cols, rows)
    return np.asarray(picture[inside].astype(int))


def test_a_white_building_is_bright_and_colourless(canvas: Canvas) -> None:
    thing = white_building(canvas, Placement(48, 48, 0.7), 44, 20)
    roof = _inside(canvas.finish(), thing.outline, 2)
    assert np.median(roof.min(axis=1)) > 200
    assert np.median(np.ptp(roof, axis=1)) < 15


@pytest.mark.parametrize("surface", range(6))
def test_a_court_has_its_surface_and_white_lines(canvas: Canvas, surface: int) -> None:
    thing = tennis_court(canvas, Placement(48, 48, 0.3), surface=surface)
    pixels = _inside(canvas.finish(), thing.outline, 1)
    white = (pixels.min(axis=1) > 150).mean()
    assert 0.04 < white < 0.4
    assert np.median(np.ptp(pixels, axis=1)) > 20


def test_a_court_has_the_measures_of_the_rules() -> None:
    canvas = Canvas(96, 96, np.random.default_rng(1), _PLAIN)
    outline = Polygon(tennis_court(canvas, Placement(48, 48)).outline)
    first_col, first_row, last_col, last_row = outline.bounds
    # the court proper is 23.77 m by 10.97 m; ITF asks for 36.6 m by 18.3 m with the run-offs
    assert 23.77 < (last_col - first_col) * 0.6 < 36.6
    assert 10.97 < (last_row - first_row) * 0.6 < 18.3


@pytest.mark.parametrize("roof", ["red", "brown", "grey"])
def test_a_roof_has_its_colour(canvas: Canvas, roof: str) -> None:
    palette = Palette.draw(np.random.default_rng(0))
    thing = house(canvas, palette, Placement(48, 48, 1.0), roof, 30, 18)
    red, green, blue = np.median(_inside(canvas.finish(), thing.outline, 1), axis=0)
    if roof == "grey":
        assert abs(red - blue) < 25
    else:
        assert red > green > blue - 8


def test_the_slope_towards_the_sun_is_brighter(canvas: Canvas) -> None:
    palette = Palette.draw(np.random.default_rng(0))
    house(canvas, palette, Placement(48, 48), "grey", 40, 24)
    picture = canvas.finish().mean(axis=2)
    assert picture[40:45, 40:56].mean() > picture[51:56, 40:56].mean() + 10


def test_a_pool_is_blue(canvas: Canvas) -> None:
    pool = swimming_pool(canvas, Placement(48, 48, 2.0), 24, 12)
    red, _, blue = np.median(_inside(canvas.finish(), pool.outline, 1), axis=0)
    assert blue > red + 60


def test_dashes_lie_on_their_line() -> None:
    line = np.asarray([[0.0, 0.0], [100.0, 0.0]])
    pieces = dashes(line, 6.0, 9.0)
    assert [tuple(piece[:, 0]) for piece in pieces[:2]] == [(0.0, 6.0), (15.0, 21.0)]
    assert all((piece[:, 1] == 0).all() for piece in pieces)
