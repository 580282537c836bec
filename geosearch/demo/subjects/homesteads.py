"""Places where people live: a farm with its yard, a house with garden and pool."""

import numpy as np

from geosearch.demo.drawing.canvas import Canvas
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import rough
from geosearch.demo.subjects.scenery import row_of_trees, surface_of
from geosearch.demo.subjects.things import Thing, house, swimming_pool


def farmstead(canvas: Canvas, palette: Palette, place: Placement) -> Thing:
    """Draw a farm: a yard with a house and one or two barns, trees on two sides."""
    rng = canvas.rng
    yard = rectangle(44, 38)
    canvas.spread(rough(rng, palette.track, 0.06), place.points(yard))
    row_of_trees(canvas, palette, place.points(yard[1:3]), 3.2)
    row_of_trees(canvas, palette, place.points(yard[2:4]), 3.2)
    roof = str(rng.choice(["red", "brown", "grey"]))
    house(canvas, palette, place.at(-8, -10), roof, 20, 11)
    house(canvas, palette, place.at(-12, 8, np.pi / 2), roof, float(rng.uniform(16, 24)), 12)
    if rng.random() < 0.6:
        house(canvas, palette, place.at(9, 8, np.pi / 2), "grey", float(rng.uniform(14, 22)), 11)
    return Thing("farmhouse", place.points(rectangle(48, 42)))


def garden_with_pool(canvas: Canvas, palette: Palette, place: Placement) -> Thing:
    """Draw a house in a garden with a hedge on three sides and a swimming pool."""
    rng = canvas.rng
    canvas.spread(surface_of("grass", canvas, palette), place.points(rectangle(66, 52)))
    roof = str(rng.choice(["red", "brown", "grey"]))
    house(canvas, palette, place.at(-6, -11), roof, float(rng.uniform(20, 30)), 14)
    swimming_pool(canvas, place.at(6, 12), float(rng.uniform(13, 22)), float(rng.uniform(7, 11)))
    corners = place.points(rectangle(68, 54))
    for edge in range(3):
        row_of_trees(canvas, palette, corners[edge : edge + 2], 2.4)
    return Thing("house with pool", corners)
