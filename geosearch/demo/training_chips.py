"""Random chips with sentences that are true of them, to train an encoder on."""

import numpy as np
import numpy.typing as npt
from shapely import Polygon, box

from geosearch.demo.drawing.canvas import Canvas, Weather
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.subjects.arrangements import Arrangement, arrange
from geosearch.demo.subjects.scenery import (
    blob,
    lay_plot,
    parcels,
    scattered_trees,
    shore,
    street,
    surface_of,
)
from geosearch.demo.subjects.sentences import ARRANGEMENTS, SCENERY, parts_seen
from geosearch.demo.subjects.views import VIEWS

ARRANGED = 0.37
"""Default fraction of chips with an arrangement."""

_WHOLE = 0.75
"""Minimum visible fraction of an arrangement that is claimed; half of each thing has to be, too."""

_SEEN = 0.6
"""Minimum visible fraction of a single thing that is claimed."""


def training_chip(
    rng: np.random.Generator, size_px: int, *, arranged: float = ARRANGED
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Draw a random chip and what can truly be said of it.

    Args:
        rng: source of every choice; the same state gives the same chip.
        size_px: side of the chip; things have their size at about 0.6 m per pixel.
        arranged: fraction of chips with an arrangement of things, 0..1; the others show scenery.

    Returns:
        The chip, uint8 [size_px, size_px, 3], and sentences that mean the same, the plainest
        first, as one kind of picture always has the same ones.
    """
    things = bool(rng.random() < arranged)
    while True:
        canvas = Canvas(size_px, size_px, rng, Weather.draw(rng))
        palette = Palette.draw(rng)
        if things:
            sentences = _arranged(canvas, palette)
        else:
            kind = str(rng.choice(list(SCENERY)))
            VIEWS[kind](canvas, palette)
            sentences = SCENERY[kind]
        if sentences:  # an arrangement may lie so far out that nothing can be said: draw again
            return canvas.finish(), sentences


def _kind(rng: np.random.Generator) -> str:
    """Draw a kind of arrangement: one in three is the court between white buildings."""
    kinds = list(ARRANGEMENTS)
    weights = np.asarray([5.0] + [1.0] * (len(kinds) - 1))
    return str(rng.choice(kinds, p=weights / weights.sum()))


def _arranged(canvas: Canvas, palette: Palette) -> tuple[str, ...]:
    """Draw an arrangement in its surroundings; return what is true of what is seen."""
    rng = canvas.rng
    kind = _kind(rng)
    reach = 0.28 if rng.random() < 0.88 else 0.5
    col, row = canvas.width_px * (0.5 + rng.uniform(-reach, reach, 2))
    place = Placement(
        float(col), float(row), float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.82, 1.15))
    )
    clear: list[Polygon] = []
    if kind == "court alone in a field":
        parcels(canvas, palette, ("field", "field", "grass"), smallest_px=60, hedges=0.2)
    elif kind == "court in a forest clearing":
        canvas.spread(surface_of("forest", canvas, palette))
        clearing = blob(rng, place.col, place.row, float(rng.uniform(38, 48)) * place.scale)
        canvas.spread(surface_of("grass", canvas, palette), clearing)
    else:
        clear = surround(canvas, palette, place)
    drawn = arrange(kind, canvas, palette, place)
    if kind not in ("court alone in a field", "court in a forest clearing"):
        clear.append(drawn.hull.buffer(2))
        scattered_trees(canvas, palette, int(rng.integers(0, 14)), clear)
    return sentences_for(drawn, canvas.width_px, canvas.height_px)


def surround(canvas: Canvas, palette: Palette, place: Placement) -> list[Polygon]:
    """Draw land about an arrangement: parcels, perhaps water, a wood, a street; and its plot.

    Returns:
        Where no single tree can stand.
    """
    rng = canvas.rng
    kinds = ("grass", "grass", "field", "forest") if rng.random() < 0.6 else ("grass",)
    parcels(canvas, palette, kinds, smallest_px=float(rng.uniform(36, 70)), hedges=0.25)
    plot = place.points(rectangle(rng.uniform(58, 84), rng.uniform(84, 104)))
    clear = [Polygon(plot)]
    away = place.at(0, float(rng.choice([-1, 1])) * float(rng.uniform(85, 115)))
    what = rng.random()
    if what < 0.14:
        lake = blob(rng, away.col, away.row, float(rng.uniform(30, 50)))
        shore(canvas, palette, lake, 1.06)
        clear.append(Polygon(lake).buffer(0))
    elif what < 0.3:
        grove = blob(rng, away.col, away.row, float(rng.uniform(30, 60)))
        canvas.spread(surface_of("forest", canvas, palette), grove)
    elif what < 0.6:
        turned = place.at(float(rng.choice([-1, 1])) * float(rng.uniform(46, 62)), 0.0, np.pi / 2)
        beside = place.at(0.0, float(rng.choice([-1, 1])) * float(rng.uniform(54, 66)))
        street(canvas, palette, turned if rng.random() < 0.5 else beside, keep_clear=clear)
    lay_plot(canvas, palette, plot)
    return clear[1:]


def sentences_for(drawn: Arrangement, width_px: int, height_px: int) -> tuple[str, ...]:
    """Return what is true of the part of an arrangement that a picture shows, if anything."""
    frame = box(0, 0, width_px, height_px)
    seen: dict[str, int] = {}
    fractions = []
    for thing in drawn.things:
        outline = Polygon(thing.outline)
        fractions.append(outline.intersection(frame).area / outline.area)
        if fractions[-1] >= _SEEN:
            seen[thing.kind] = seen.get(thing.kind, 0) + 1
    if drawn.visible(width_px, height_px) >= _WHOLE and min(fractions) >= 0.5:
        return drawn.sentences
    return parts_seen(seen.get("tennis court", 0), seen.get("white building", 0))
