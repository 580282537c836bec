import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from geosearch.demo.drawing.canvas import Canvas, Weather
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.subjects.arrangements import Arrangement, arrange
from geosearch.demo.subjects.sentences import ARRANGEMENTS

_SEEDS = st.integers(0, 10_000)
_ANGLES = st.floats(0, 2 * np.pi)
_FEW = settings(max_examples=40, deadline=None)


def _drawn(kind: str, seed: int, angle: float = 0.0) -> Arrangement:
    rng = np.random.default_rng(seed)
    canvas = Canvas(128, 128, rng, Weather.draw(rng))
    return arrange(kind, canvas, Palette.draw(rng), Placement(64.0, 64.0, angle))


def _outlines(drawn: Arrangement, kind: str) -> list[Polygon]:
    return [Polygon(thing.outline) for thing in drawn.things if thing.kind == kind]


def _line_between(first: Polygon, second: Polygon) -> LineString:
    return LineString([first.centroid, second.centroid])


@given(_SEEDS, _ANGLES)
@_FEW
def test_a_court_between_lies_on_the_line_between_two_white_buildings(
    seed: int, angle: float
) -> None:
    drawn = _drawn("court between two white buildings", seed, angle)
    (court,) = _outlines(drawn, "tennis court")
    first, second = _outlines(drawn, "white building")
    line = _line_between(first, second)
    assert line.intersection(court).length > 0.35 * line.length
    assert line.distance(court.centroid) < 9


@given(_SEEDS, _ANGLES)
@_FEW
def test_a_court_at_the_end_of_a_row_lies_off_that_line(seed: int, angle: float) -> None:
    drawn = _drawn("court at the end of two white buildings", seed, angle)
    (court,) = _outlines(drawn, "tennis court")
    first, second = _outlines(drawn, "white building")
    assert not _line_between(first, second).intersects(court)


@given(_SEEDS)
@_FEW
def test_a_white_building_between_courts_lies_on_the_line_between_them(seed: int) -> None:
    drawn = _drawn("white building between two courts", seed)
    (white,) = _outlines(drawn, "white building")
    line = _line_between(*_outlines(drawn, "tennis court"))
    assert line.intersects(white)


@pytest.mark.parametrize("middle", ["lawn", "car park", "swimming pool", "road"])
def test_other_things_between_white_buildings_come_without_a_court(middle: str) -> None:
    kinds = {
        "lawn": "grass between two white buildings",
        "car park": "car park between two white buildings",
        "swimming pool": "pool between two white buildings",
        "road": "road between two white buildings",
    }
    drawn = _drawn(kinds[middle], 3)
    assert sorted(thing.kind for thing in drawn.things) == sorted([middle, *["white building"] * 2])
    line = _line_between(*_outlines(drawn, "white building"))
    assert line.intersects(_outlines(drawn, middle)[0])


@pytest.mark.parametrize("kind", ARRANGEMENTS)
def test_things_of_an_arrangement_do_not_overlap(kind: str) -> None:
    for seed in range(12):
        outlines = [Polygon(thing.outline) for thing in _drawn(kind, seed, seed / 2).things]
        for first, second in itertools.combinations(outlines, 2):
            assert first.intersection(second).area < 0.02 * min(first.area, second.area)


@pytest.mark.parametrize("kind", ARRANGEMENTS)
def test_an_arrangement_fits_a_chip(kind: str) -> None:
    for seed in range(12):
        hull = _drawn(kind, seed).hull
        first_col, first_row, last_col, last_row = hull.bounds
        assert max(last_col - first_col, last_row - first_row) <= 114
        assert hull.centroid.distance(Polygon([(64, 64), (65, 64), (65, 65)])) < 14


def test_coloured_roofs_are_named_by_their_colour() -> None:
    drawn = _drawn("court between two coloured houses", 1)
    roof = drawn.things[1].kind.split("-")[0]
    assert roof in ("red", "brown")
    assert all(roof in sentence for sentence in drawn.sentences)


def test_no_two_kinds_share_a_sentence() -> None:
    sentences = [sentence for kind in ARRANGEMENTS.values() for sentence in kind]
    assert len(sentences) == len(set(sentences))


def test_an_arrangement_half_outside_is_half_visible() -> None:
    drawn = _drawn("two courts side by side", 0)
    middle = drawn.hull.centroid
    assert drawn.visible(128, 128) == pytest.approx(1.0)
    assert drawn.visible(round(middle.x), 128) == pytest.approx(0.5, abs=0.03)
