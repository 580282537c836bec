"""Arrangements: a few things whose places relative to each other are what is to be found.

Two arrangements may hold the same things and differ in how they lie: a court between two
buildings, or at the end of a row of them. Each is 55 to 90 pixels across at scale 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from shapely import MultiPoint, Polygon, box

from geosearch.demo.drawing.canvas import Canvas
from geosearch.demo.drawing.palette import Palette, vary
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import rough
from geosearch.demo.subjects.sentences import ARRANGEMENTS
from geosearch.demo.subjects.things import (
    Thing,
    car_park,
    house,
    road,
    swimming_pool,
    tennis_court,
    white_building,
)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An arrangement that was drawn."""

    kind: str
    """A key of `geosearch.demo.subjects.sentences.ARRANGEMENTS`."""
    things: tuple[Thing, ...]
    """What it is made of."""
    sentences: tuple[str, ...]
    """What is true of it where it is seen whole."""

    @property
    def hull(self) -> Polygon:
        """Convex outline of all its things, in pixels (col, row)."""
        return MultiPoint(np.concatenate([thing.outline for thing in self.things])).convex_hull

    def visible(self, width_px: int, height_px: int) -> float:
        """Fraction of the hull that lies inside a picture."""
        hull = self.hull
        return float(hull.intersection(box(0, 0, width_px, height_px)).area / hull.area)


_Painter = Callable[[Canvas, Palette, Placement], list[Thing]]

_COURT_WIDTH = 28.0  # about: the apron's width, of which half is kept clear on each side
_COURT_LENGTH = 52.0


def _white(canvas: Canvas, place: Placement, v: float, depth: float) -> Thing:
    """Draw a white building along u at a distance v from the middle."""
    rng = canvas.rng
    length = float(rng.uniform(32, 54))
    shift = float(rng.uniform(-0.12, 0.12)) * length
    return white_building(canvas, place.at(shift, v), length, depth)


def _sides(
    canvas: Canvas, middle_px: float, draw: Callable[[float, float], Thing]
) -> tuple[Thing, Thing]:
    """Draw one thing on each side of a middle strip, by ``draw(v, depth)``."""
    rng = canvas.rng
    first, second = rng.uniform(13, 22, 2)
    gap_a, gap_b = rng.uniform(2.5, 8.0, 2)
    return (
        draw(-(middle_px / 2 + gap_a + first / 2), first),
        draw(middle_px / 2 + gap_b + second / 2, second),
    )


def _between(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    if canvas.rng.random() < 0.3:  # the buildings stand at the court's short ends
        whites = _sides(canvas, _COURT_LENGTH, lambda v, depth: _white(canvas, place, v, depth))
        return [tennis_court(canvas, place.at(0, 0, np.pi / 2)), *whites]
    whites = _sides(canvas, _COURT_WIDTH, lambda v, depth: _white(canvas, place, v, depth))
    return [tennis_court(canvas, place), *whites]


def _beside_one(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    rng = canvas.rng
    depth = float(rng.uniform(13, 24))
    gap = float(rng.uniform(2.5, 8))
    away = (gap + depth) / 2  # so that both together lie about the middle
    if rng.random() < 0.7:
        court = tennis_court(canvas, place.at(0, -away))
        return [court, _white(canvas, place, (_COURT_WIDTH + gap) / 2 + 1, depth)]
    court = tennis_court(canvas, place.at(-away, 0))
    end = place.at((_COURT_LENGTH + gap) / 2 + 1, 0, np.pi / 2)
    return [court, white_building(canvas, end, float(rng.uniform(28, 48)), depth)]


def _between_houses(canvas: Canvas, palette: Palette, place: Placement, roof: str) -> list[Thing]:
    def one(v: float, depth: float) -> Thing:
        length = float(canvas.rng.uniform(28, 48))
        return house(canvas, palette, place.at(0, v), roof, length, depth)

    houses = _sides(canvas, _COURT_WIDTH, one)
    return [tennis_court(canvas, place), *houses]


def _with_middle(
    canvas: Canvas, place: Placement, middle_px: float, draw: Callable[[], Thing]
) -> list[Thing]:
    """Two white buildings with something else between them."""
    middle = draw()
    return [
        middle,
        *_sides(canvas, middle_px, lambda v, depth: _white(canvas, place, v, depth)),
    ]


def _lawn_between(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    def lawn() -> Thing:
        outline = place.points(rectangle(46, 26))
        canvas.spread(rough(canvas.rng, vary(canvas.rng, palette.grass, 0.08), 0.06), outline)
        return Thing("lawn", outline)

    return _with_middle(canvas, place, 26, lawn)


def _car_park_between(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    width = float(canvas.rng.uniform(24, 30))
    length = float(canvas.rng.uniform(40, 56))
    return _with_middle(
        canvas, place, width, lambda: car_park(canvas, palette, place, length, width)
    )


def _pool_between(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    length, width = float(canvas.rng.uniform(24, 40)), float(canvas.rng.uniform(11, 18))
    return _with_middle(
        canvas, place, width + 8, lambda: swimming_pool(canvas, place, length, width)
    )


def _road_between(
    canvas: Canvas, palette: Palette, place: Placement, reach_px: float
) -> list[Thing]:
    rng = canvas.rng
    width = float(rng.uniform(9, 14))

    def street() -> Thing:
        line = place.points(np.asarray([[-reach_px, 0.0], [reach_px, 0.0]]))
        road(canvas, line, palette.asphalt, width * place.scale, marked=bool(rng.random() < 0.6))
        return Thing("road", place.points(rectangle(54, width)))

    return _with_middle(canvas, place, width + 4, street)


def _white_between_courts(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    rng = canvas.rng
    depth = float(rng.uniform(13, 20))
    away = depth / 2 + _COURT_WIDTH / 2 + float(rng.uniform(2.5, 6))
    surface = int(rng.integers(6))
    return [
        _white(canvas, place, 0.0, depth),
        tennis_court(canvas, place.at(0, -away), surface=surface),
        tennis_court(canvas, place.at(0, away), surface=surface),
    ]


def _end_of_row(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    rng = canvas.rng
    depths = [float(depth) for depth in rng.uniform(13, 19, 2)]
    gap = float(rng.uniform(3, 7))
    start = -(_COURT_WIDTH + sum(depths) + 2 * gap) / 2
    at = start + _COURT_WIDTH / 2
    things = [tennis_court(canvas, place.at(0, at))]
    at += _COURT_WIDTH / 2
    for depth in depths:
        things.append(_white(canvas, place, at + gap + depth / 2, depth))
        at += gap + depth
    return things


def _two_courts(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    away = _COURT_WIDTH / 2 + float(canvas.rng.uniform(0, 3))
    surface = int(canvas.rng.integers(6))
    return [
        tennis_court(canvas, place.at(0, -away), surface=surface),
        tennis_court(canvas, place.at(0, away), surface=surface),
    ]


def _court(canvas: Canvas, palette: Palette, place: Placement) -> list[Thing]:
    return [tennis_court(canvas, place)]


_PAINTERS: dict[str, _Painter] = {
    "court between two white buildings": _between,
    "court beside one white building": _beside_one,
    "grass between two white buildings": _lawn_between,
    "car park between two white buildings": _car_park_between,
    "pool between two white buildings": _pool_between,
    "white building between two courts": _white_between_courts,
    "court at the end of two white buildings": _end_of_row,
    "two courts side by side": _two_courts,
    "court alone in a field": _court,
    "court in a forest clearing": _court,
}


def arrange(
    kind: str, canvas: Canvas, palette: Palette, place: Placement, *, road_reach_px: float = 400.0
) -> Arrangement:
    """Draw an arrangement of a kind at a placement.

    Args:
        kind: a key of `geosearch.demo.subjects.sentences.ARRANGEMENTS`.
        canvas: to draw on.
        palette: colours of the place.
        place: middle, direction and scale.
        road_reach_px: how far a road that belongs to it runs to both sides.

    Raises:
        KeyError: unknown kind.
    """
    sentences = ARRANGEMENTS[kind]
    if kind == "court between two coloured houses":
        roof = str(canvas.rng.choice(["red", "brown"]))
        things = _between_houses(canvas, palette, place, roof)
        sentences = tuple(sentence.format(roof=roof) for sentence in sentences)
    elif kind == "road between two white buildings":
        things = _road_between(canvas, palette, place, road_reach_px)
    else:
        things = _PAINTERS[kind](canvas, palette, place)
    return Arrangement(kind, tuple(things), sentences)
