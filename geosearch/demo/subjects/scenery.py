"""Land around things: parcels of fields, woods, water, streets with houses."""

import numpy as np
from shapely import Polygon

from geosearch.demo.drawing.canvas import Canvas, Points
from geosearch.demo.drawing.palette import Palette, vary
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import Surface, canopy, furrowed, orchard, rough, water
from geosearch.demo.subjects.things import closed, house, road, scaled, tree

LAND = ("field", "field", "field", "grass", "grass", "forest", "orchard")
"""What a parcel of farmland is, drawn evenly."""


def surface_of(kind: str, canvas: Canvas, palette: Palette) -> Surface:
    """Make the surface of a parcel: field, grass, forest, orchard or water."""
    rng, sun = canvas.rng, canvas.weather.sun
    if kind == "field":
        crop = palette.crops[int(rng.integers(len(palette.crops)))]
        angle = float(rng.uniform(0, np.pi))
        return furrowed(rng, vary(rng, crop, 0.1), float(rng.uniform(0.02, 0.07)), angle)
    if kind == "grass":
        return rough(rng, vary(rng, palette.grass, 0.1), float(rng.uniform(0.04, 0.1)))
    if kind == "forest":
        radius_px = float(rng.choice([2.5, 3.5, 5.0]))
        return canopy(rng, vary(rng, palette.crown, 0.15, 1.05), radius_px, sun)
    if kind == "orchard":
        return orchard(rng, vary(rng, palette.grass, 0.1), vary(rng, palette.crown, 0.1), sun)
    if kind == "water":
        return water(rng, vary(rng, palette.water, 0.08))
    raise ValueError(f"unknown surface {kind!r}")


def blob(
    rng: np.random.Generator, col: float, row: float, radius_px: float, *, ragged: float = 1.0
) -> Points:
    """Draw a closed smooth outline about a point: a lake, a clearing, a ragged wood."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = np.ones_like(turn)
    for wave in range(2, 6):
        radius += (
            ragged * rng.uniform(-0.32, 0.32) / wave * np.sin(wave * turn + rng.uniform(0, 6.3))
        )
    stretch = rng.uniform(0.7, 1.0)
    shape = np.stack([radius * np.cos(turn), stretch * radius * np.sin(turn)], axis=1)
    place = Placement(col, row, float(rng.uniform(0, np.pi)), radius_px)
    return place.points(shape)


def bend(
    rng: np.random.Generator, place: Placement, length_px: float, sway_px: float, waves: float
) -> Points:
    """Draw a smooth line along u through a placement that sways to both sides."""
    along = np.linspace(-0.5, 0.5, 60)
    start = rng.uniform(0, 2 * np.pi)
    sway = np.sin(along * waves * 2 * np.pi + start) - np.sin(start)
    return place.points(np.stack([along * length_px, sway * sway_px], axis=1))


def ribbon(rng: np.random.Generator, line: Points, width_px: float, variety: float) -> Points:
    """Widen a line to the outline of a river whose width varies."""
    direction = np.gradient(line, axis=0)
    direction /= np.maximum(np.hypot(*direction.T)[:, None], 1e-9)
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    along = np.linspace(0, 4 * np.pi, len(line))
    swell = [1 + variety * np.sin(along * rng.uniform(0.6, 2) + rng.uniform(0, 6)) for _ in "lr"]
    left = line + normal * (width_px / 2 * swell[0])[:, None]
    right = line - normal * (width_px / 2 * swell[1])[:, None]
    return np.concatenate([left, right[::-1]])


def split(
    rng: np.random.Generator, length: float, width: float, smallest: float
) -> list[tuple[float, float, float, float]]:
    """Split a rectangle about zero at random into parcels (u, v, length, width)."""
    parcels = []
    todo = [(0.0, 0.0, length, width)]
    while todo:
        u, v, long, wide = todo.pop()
        if max(long, wide) < smallest * 2 or (
            max(long, wide) < smallest * 3 and rng.random() < 0.3
        ):
            parcels.append((u, v, long, wide))
            continue
        fraction = rng.uniform(0.35, 0.65)
        if long > wide:
            cut = long * fraction
            todo.append((u - (long - cut) / 2, v, cut, wide))
            todo.append((u + cut / 2, v, long - cut, wide))
        else:
            cut = wide * fraction
            todo.append((u, v - (wide - cut) / 2, long, cut))
            todo.append((u, v + cut / 2, long, wide - cut))
    return parcels


def parcels(
    canvas: Canvas,
    palette: Palette,
    kinds: tuple[str, ...] = LAND,
    *,
    smallest_px: float = 50.0,
    hedges: float = 0.4,
) -> None:
    """Cover the picture with parcels, some with hedges or tracks between them."""
    rng = canvas.rng
    reach = 1.5 * max(canvas.width_px, canvas.height_px)
    frame = Placement(
        canvas.width_px / 2, canvas.height_px / 2, float(rng.uniform(0, np.pi / 2)), 1.0
    )
    canvas.spread(surface_of("grass", canvas, palette))
    for u, v, length, width in split(rng, reach, reach, smallest_px):
        kind = kinds[int(rng.integers(len(kinds)))]
        margin = float(rng.choice([0.0, 1.0, 3.0]))
        outline = frame.points(rectangle(length - margin, width - margin, u, v))
        canvas.spread(surface_of(kind, canvas, palette), outline)
        if rng.random() < hedges and _touches(canvas, outline):
            corner = int(rng.integers(4))
            edge = closed(outline)[corner : corner + 2]
            if rng.random() < 0.35:
                canvas.stroke(edge, vary(rng, palette.track, 0.06), float(rng.uniform(2.5, 4)))
            else:
                row_of_trees(canvas, palette, edge, float(rng.uniform(1.6, 3.4)))


def _touches(canvas: Canvas, outline: Points) -> bool:
    first, last = outline.min(axis=0), outline.max(axis=0)
    return bool((last > 0).all() and first[0] < canvas.width_px and first[1] < canvas.height_px)


def row_of_trees(canvas: Canvas, palette: Palette, line: Points, radius_px: float) -> None:
    """Plant a hedge or an alley along a straight line; only trees inside the picture."""
    rng = canvas.rng
    length = float(np.hypot(*(line[-1] - line[0])))
    step = radius_px * float(rng.uniform(1.2, 2.6))
    for along in np.arange(0, length, step) / max(length, 1e-9):
        col, row = line[0] + along * (line[-1] - line[0]) + rng.uniform(-0.7, 0.7, 2)
        if -4 < col < canvas.width_px + 4 and -4 < row < canvas.height_px + 4:
            tree(canvas, palette, float(col), float(row), radius_px * float(rng.uniform(0.7, 1.2)))


def scattered_trees(
    canvas: Canvas, palette: Palette, count: int, keep_clear: list[Polygon], radius_px: float = 3.4
) -> None:
    """Plant single trees anywhere but on what is to be kept clear."""
    from shapely import Point

    rng = canvas.rng
    for _ in range(count):
        col, row = rng.uniform(0, [canvas.width_px, canvas.height_px])
        size = radius_px * float(rng.uniform(0.6, 1.5))
        if not any(area.distance(Point(col, row)) < size + 1.5 for area in keep_clear):
            tree(canvas, palette, float(col), float(row), size)


def street(
    canvas: Canvas,
    palette: Palette,
    place: Placement,
    *,
    roofs: tuple[str, ...] = ("red", "brown", "grey"),
    keep_clear: list[Polygon] | None = None,
    both_sides: bool = True,
    reach_px: float | None = None,
) -> int:
    """Draw a street along u with houses on its sides; return the number of houses.

    Houses stand only where their garden lies clear of ``keep_clear``. The street reaches
    ``reach_px`` to both sides, by default out of the picture.
    """
    rng = canvas.rng
    reach = reach_px or 0.8 * float(np.hypot(canvas.width_px, canvas.height_px))
    line = place.points(np.asarray([[-reach, 0.0], [reach, 0.0]]))
    width_px = float(rng.uniform(7, 11))
    road(canvas, line, vary(rng, palette.asphalt, 0.06), width_px, marked=bool(rng.random() < 0.3))
    count = 0
    spacing = float(rng.uniform(21, 34))
    for side in (-1, 1) if both_sides else (1,):
        for u in np.arange(-reach, reach, spacing):
            length, depth = float(rng.uniform(13, 21)), float(rng.uniform(10, 14))
            setback = width_px / 2 + depth / 2 + float(rng.uniform(4, 9))
            spot = place.at(
                float(u + rng.uniform(-3, 3)), side * setback, float(rng.choice([0, np.pi / 2]))
            )
            outline = Polygon(spot.points(rectangle(length + 5, depth + 5)))
            clear = not any(area.intersects(outline) for area in keep_clear or [])
            if clear and _touches(canvas, spot.points(rectangle(length, depth))):
                house(canvas, palette, spot, str(rng.choice(list(roofs))), length, depth)
                count += 1
                if rng.random() < 0.6:
                    garden = spot.points(np.asarray([[length * 0.9, depth * 0.7]]))[0]
                    col, row = (float(at) for at in garden)
                    tree(canvas, palette, col, row, float(rng.uniform(2, 3.6)))
    return count


def shore(canvas: Canvas, palette: Palette, outline: Points, margin: float) -> None:
    """Lay water over an outline with a pale or green bank around it."""
    middle = outline.mean(axis=0)
    bank = middle + (outline - middle) * margin
    colour = palette.sand if canvas.rng.random() < 0.4 else scaled(palette.grass, 0.75)
    canvas.spread(rough(canvas.rng, colour, 0.07), bank)
    canvas.spread(surface_of("water", canvas, palette), outline)


def lay_plot(canvas: Canvas, palette: Palette, outline: Points) -> None:
    """Lay the ground that an arrangement stands on: lawn or paving, at times a row of trees."""
    rng = canvas.rng
    colour = palette.asphalt if rng.random() < 0.3 else palette.grass
    canvas.spread(rough(rng, vary(rng, colour, 0.1), 0.05), outline)
    if rng.random() < 0.5:
        corner = int(rng.integers(3))
        row_of_trees(canvas, palette, outline[corner : corner + 2], float(rng.uniform(1.8, 3.2)))
