import dataclasses

import numpy as np
import pytest

from geosearch.demo.drawing.canvas import Canvas, Weather, hull_of_sweep
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import rough

_PLAIN = Weather(
    sun=(1.0, 0.0),
    shadow_length=1.0,
    shadow_light=100,
    haze=0.0,
    exposure=(1.0, 1.0, 1.0),
    gamma=1.0,
    blur_px=0.0,
    grain=0.0,
)


@pytest.fixture
def canvas() -> Canvas:
    drawn = Canvas(64, 48, np.random.default_rng(0), _PLAIN)
    drawn.spread(rough(drawn.rng, (90.0, 120.0, 60.0), 0.0))
    return drawn


def test_a_polygon_covers_exactly_the_pixels_inside_it(canvas: Canvas) -> None:
    canvas.fill(np.asarray([[10, 8], [30, 8], [30, 20], [10, 20]]), (200, 10, 10))
    red = canvas.finish()[:, :, 0] > 150
    assert red[8:20, 10:30].all()
    assert red.sum() == 12 * 20


def test_a_surface_covers_what_was_there(canvas: Canvas) -> None:
    square = np.asarray([[10.0, 8.0], [30.0, 8.0], [30.0, 20.0], [10.0, 20.0]])
    canvas.fill(square, (200, 10, 10))
    canvas.spread(rough(canvas.rng, (20.0, 40.0, 120.0), 0.0), square)
    assert np.abs(canvas.finish()[9:19, 11:29] - np.asarray([20.0, 40.0, 120.0])).max() <= 2


def test_a_shadow_falls_away_from_the_sun(canvas: Canvas) -> None:
    house = Placement(32, 24).points(rectangle(12, 12))
    canvas.shade(house, 8.0)
    canvas.fill(house, (220, 220, 220), lit=True)
    picture = canvas.finish().astype(float)
    assert picture[24, 20:25, 1].mean() < 0.6 * picture[24, 42:47, 1].mean()
    assert picture[20:28, 28:36].mean() > 200


def test_haze_lifts_the_dark_and_narrows_the_range() -> None:
    means, ranges = [], []
    for haze in (0.0, 0.3):
        weather = dataclasses.replace(_PLAIN, haze=haze)
        canvas = Canvas(64, 64, np.random.default_rng(0), weather)
        canvas.spread(rough(canvas.rng, (60.0, 70.0, 50.0), 0.1))
        picture = canvas.finish()
        means.append(picture.mean())
        ranges.append(picture.std(axis=(0, 1)).mean())
    assert means[1] > means[0]
    assert ranges[1] < ranges[0]


def test_a_sweep_covers_both_ends() -> None:
    hull = hull_of_sweep(rectangle(10, 4), (20.0, 0.0))
    assert hull[:, 0].min() == -5
    assert hull[:, 0].max() == 25


def test_things_may_lie_outside_the_picture(canvas: Canvas) -> None:
    before = canvas.finish()
    canvas.spread(rough(canvas.rng, (0.0, 0.0, 0.0), 0.0), rectangle(10, 10, -50, -50))
    canvas.fill(rectangle(10, 10, 300, 300), (255, 0, 0))
    assert np.abs(canvas.finish().astype(int) - before).max() <= 8
