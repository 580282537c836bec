"""Whole pictures of one kind of land: what the sentences of `SCENERY` say."""

from collections.abc import Callable

import numpy as np
from shapely import Polygon

from geosearch.demo.drawing.canvas import Canvas
from geosearch.demo.drawing.palette import Palette, vary
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import rough
from geosearch.demo.subjects.homesteads import farmstead, garden_with_pool
from geosearch.demo.subjects.scenery import (
    bend,
    blob,
    parcels,
    ribbon,
    scattered_trees,
    shore,
    street,
    surface_of,
)
from geosearch.demo.subjects.things import car_park, road

_FIELDS = ("field", "field", "field", "grass")


def _somewhere(canvas: Canvas, fraction: float = 0.25) -> Placement:
    """Draw a placement within a fraction of the picture about its middle, at any angle."""
    rng = canvas.rng
    side = np.asarray([canvas.width_px, canvas.height_px])
    col, row = side * (0.5 + rng.uniform(-fraction, fraction, 2))
    return Placement(float(col), float(row), float(rng.uniform(0, 2 * np.pi)))


def _span(canvas: Canvas) -> float:
    return float(max(canvas.width_px, canvas.height_px))


def _woods(canvas: Canvas, palette: Palette) -> None:
    canvas.spread(surface_of("forest", canvas, palette))
    if canvas.rng.random() < 0.4:
        place = _somewhere(canvas, 0.5)
        part = blob(canvas.rng, place.col, place.row, 0.4 * _span(canvas))
        canvas.spread(surface_of("forest", canvas, palette), part)


def _fields(canvas: Canvas, palette: Palette) -> None:
    parcels(canvas, palette, _FIELDS, smallest_px=0.35 * _span(canvas), hedges=0.3)


def _meadow(canvas: Canvas, palette: Palette) -> None:
    canvas.spread(surface_of("grass", canvas, palette))
    scattered_trees(canvas, palette, int(canvas.rng.integers(4, 18)), [])


def _orchard(canvas: Canvas, palette: Palette) -> None:
    canvas.spread(surface_of("orchard", canvas, palette))


def _lake(canvas: Canvas, palette: Palette) -> None:
    place = _somewhere(canvas, 0.12)
    radius_px = _span(canvas) * float(canvas.rng.uniform(0.2, 0.36))
    outline = blob(canvas.rng, place.col, place.row, radius_px)
    shore(canvas, palette, outline, float(canvas.rng.uniform(1.03, 1.12)))


def _lake_in_forest(canvas: Canvas, palette: Palette) -> None:
    _woods(canvas, palette)
    _lake(canvas, palette)


def _lake_among_fields(canvas: Canvas, palette: Palette) -> None:
    _fields(canvas, palette)
    _lake(canvas, palette)


def _river(canvas: Canvas, palette: Palette) -> Placement:
    rng, span = canvas.rng, _span(canvas)
    place = _somewhere(canvas, 0.15)
    line = bend(rng, place, 2.4 * span, float(rng.uniform(0.04, 0.14)) * span, rng.uniform(1.5, 3))
    width_px = float(rng.uniform(12, 34))
    bank = rough(rng, vary(rng, palette.grass, 0.1, 0.78), 0.1)
    canvas.spread(bank, ribbon(rng, line, width_px + float(rng.uniform(4, 12)), 0.15))
    canvas.spread(surface_of("water", canvas, palette), ribbon(rng, line, width_px, 0.1))
    return place


def _river_through_fields(canvas: Canvas, palette: Palette) -> None:
    _fields(canvas, palette)
    _river(canvas, palette)


def _river_through_forest(canvas: Canvas, palette: Palette) -> None:
    _woods(canvas, palette)
    _river(canvas, palette)


def _bridge(canvas: Canvas, palette: Palette) -> None:
    (_fields if canvas.rng.random() < 0.7 else _woods)(canvas, palette)
    place = _river(canvas, palette)
    across = Placement(place.col, place.row, place.angle + np.pi / 2)
    line = across.points(np.asarray([[-2 * _span(canvas), 0.0], [2 * _span(canvas), 0.0]]))
    width_px = float(canvas.rng.uniform(8, 13))
    canvas.shade(across.points(rectangle(44, width_px)), 3.0)
    road(canvas, line, vary(canvas.rng, palette.asphalt, 0.1, 1.15), width_px, marked=True)


def _sea_shore(canvas: Canvas, palette: Palette) -> None:
    rng, span = canvas.rng, _span(canvas)
    parcels(canvas, palette, ("grass", "grass", "forest", "field"), smallest_px=0.4 * span)
    place = _somewhere(canvas, 0.15)
    sway, waves = float(rng.uniform(0.02, 0.08)) * span, float(rng.uniform(1, 3))
    line = bend(rng, place, 3 * span, sway, waves)
    normal = np.asarray([-np.sin(place.angle), np.cos(place.angle)])
    beach_px = float(rng.uniform(8, 24))
    far = (line + normal * 3 * span)[::-1]
    canvas.spread(rough(rng, palette.sand, 0.04), np.concatenate([line - normal * beach_px, far]))
    canvas.spread(surface_of("water", canvas, palette), np.concatenate([line, far]))
    for away in np.cumsum(rng.uniform(1, 7, int(rng.integers(0, 4)))):
        canvas.stroke(line + normal * away, (226, 232, 232), 0.9)


def _road_through(canvas: Canvas, palette: Palette, sway: float) -> None:
    rng, span = canvas.rng, _span(canvas)
    line = bend(rng, _somewhere(canvas), 2.6 * span, sway * span, float(rng.uniform(1.2, 2.4)))
    paved = rng.random() < 0.75
    width_px = float(rng.uniform(7, 14) if paved else rng.uniform(4, 7))
    colour = palette.asphalt if paved else palette.track
    road(canvas, line, vary(rng, colour, 0.08), width_px, marked=bool(paved and rng.random() < 0.7))


def _road_through_forest(canvas: Canvas, palette: Palette) -> None:
    _woods(canvas, palette)
    _road_through(canvas, palette, float(canvas.rng.uniform(0, 0.05)))


def _road_through_fields(canvas: Canvas, palette: Palette) -> None:
    _fields(canvas, palette)
    _road_through(canvas, palette, float(canvas.rng.uniform(0, 0.03)))


def _curved_road(canvas: Canvas, palette: Palette) -> None:
    parcels(canvas, palette, ("grass", "field", "forest"), smallest_px=0.4 * _span(canvas))
    _road_through(canvas, palette, float(canvas.rng.uniform(0.12, 0.22)))


def _crossroads(canvas: Canvas, palette: Palette) -> None:
    rng, span = canvas.rng, _span(canvas)
    parcels(canvas, palette, ("grass", "field", "field", "forest"), smallest_px=0.4 * span)
    place = _somewhere(canvas, 0.15)
    colour, width_px = vary(rng, palette.asphalt, 0.08), float(rng.uniform(8, 14))
    far = np.asarray([[-2 * span, 0.0], [2 * span, 0.0]])
    marked = bool(rng.random() < 0.7)
    road(canvas, place.points(far), colour, width_px, marked=marked)
    other = place.at(0, 0, float(rng.uniform(0.35, 0.65)) * np.pi)
    road(canvas, other.points(far), colour, width_px * rng.uniform(0.7, 1), marked=marked)
    canvas.fill(place.points(rectangle(width_px, width_px)), colour)


def _houses_along_road(canvas: Canvas, palette: Palette) -> None:
    parcels(canvas, palette, ("grass", "grass", "field"), smallest_px=40)
    street(canvas, palette, _somewhere(canvas, 0.15), both_sides=bool(canvas.rng.random() < 0.7))


def _residential(canvas: Canvas, palette: Palette) -> None:
    parcels(canvas, palette, ("grass",), smallest_px=24, hedges=0.2)
    rng, place = canvas.rng, _somewhere(canvas, 0.1)
    apart = float(rng.uniform(58, 70))
    roofs = ("red", "brown", "grey") if rng.random() < 0.5 else (str(rng.choice(["red", "grey"])),)
    steps = int(1 + _span(canvas) / apart)
    for step in range(-steps, steps + 1):
        street(canvas, palette, place.at(0, step * apart), roofs=roofs)


def _farmhouse(canvas: Canvas, palette: Palette) -> None:
    _fields(canvas, palette)
    place = _somewhere(canvas, 0.2)
    drive = place.points(np.asarray([[0.0, 0.0], [2 * _span(canvas), 0.0]]))
    road(canvas, drive, palette.track, float(canvas.rng.uniform(3, 5)), marked=False)
    farmstead(canvas, palette, place)


def _house_with_pool(canvas: Canvas, palette: Palette) -> None:
    parcels(canvas, palette, ("grass", "grass", "field"), smallest_px=45)
    garden = garden_with_pool(canvas, palette, _somewhere(canvas, 0.2))
    scattered_trees(canvas, palette, int(canvas.rng.integers(0, 8)), [Polygon(garden.outline)])


def _car_park(canvas: Canvas, palette: Palette) -> None:
    rng = canvas.rng
    parcels(canvas, palette, ("grass", "grass", "field", "forest"), smallest_px=45)
    place = _somewhere(canvas, 0.12)
    length, deep = float(rng.uniform(60, 100)), int(rng.integers(1, 4))
    lots = []
    for strip in range(deep):
        v = (strip - (deep - 1) / 2) * 26
        lots.append(Polygon(car_park(canvas, palette, place.at(0, v), length, 26).outline))
    scattered_trees(canvas, palette, int(rng.integers(0, 10)), lots)


def _water(canvas: Canvas, palette: Palette) -> None:
    canvas.spread(surface_of("water", canvas, palette))


VIEWS: dict[str, Callable[[Canvas, Palette], None]] = {
    "forest": _woods,
    "fields": _fields,
    "meadow": _meadow,
    "orchard": _orchard,
    "lake in forest": _lake_in_forest,
    "lake among fields": _lake_among_fields,
    "river through fields": _river_through_fields,
    "river through forest": _river_through_forest,
    "sea shore": _sea_shore,
    "road through forest": _road_through_forest,
    "road through fields": _road_through_fields,
    "curved road": _curved_road,
    "crossroads": _crossroads,
    "bridge": _bridge,
    "houses along a road": _houses_along_road,
    "residential area": _residential,
    "farmhouse": _farmhouse,
    "house with pool": _house_with_pool,
    "car park": _car_park,
    "water": _water,
}
"""A painter for each kind of `geosearch.demo.subjects.sentences.SCENERY`."""
