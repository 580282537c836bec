"""A whole scene: land cut into parcels, water, woods, roads, a settlement, and arrangements.

Land comes first, then what stands on it. Each thing takes its ground, so that nothing that is
told in the truth is drawn over later, and keeps a distance to other arrangements, so that a
chip shows one of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely import Point, Polygon

from geosearch.demo.drawing.canvas import Canvas, Weather
from geosearch.demo.drawing.palette import Palette, vary
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.landscapes.ground import Ground, Mark
from geosearch.demo.landscapes.roads import direction_to_road, lay_roads, track_to_road
from geosearch.demo.landscapes.waters import WATERS
from geosearch.demo.subjects.arrangements import arrange
from geosearch.demo.subjects.homesteads import farmstead, garden_with_pool
from geosearch.demo.subjects.scenery import blob, lay_plot, parcels, scattered_trees, street
from geosearch.demo.subjects.things import car_park, road


@dataclass(frozen=True, slots=True)
class Contents:
    """What a scene is to hold."""

    water: str
    """"lake", "river" or "sea"."""
    arrangements: tuple[str, ...]
    """Kinds, the ones that must find a place first."""
    settlement: bool = True
    woods: int = 2


@dataclass(frozen=True, slots=True)
class Landscape:
    """A finished scene."""

    pixels: npt.NDArray[np.uint8]
    """uint8 [height, width, 3]."""
    marks: tuple[Mark, ...]


def draw_landscape(
    rng: np.random.Generator, width_px: int, height_px: int, contents: Contents, valid: Polygon
) -> Landscape:
    """Draw a scene.

    Args:
        rng: source of every choice.
        width_px: of the scene.
        height_px: of the scene.
        contents: what it is to hold; what finds no free ground is left out.
        valid: the part of the scene that shows something, in pixels (col, row).
    """
    canvas = Canvas(width_px, height_px, rng, Weather.draw(rng, fair=True))
    ground = Ground(canvas, Palette.draw(rng), valid)
    parcels(canvas, ground.palette, smallest_px=float(rng.uniform(85, 120)), hedges=0.5)
    WATERS[contents.water](ground)
    for _ in range(contents.woods):
        lay_wood(ground)
    lay_roads(ground)
    if contents.settlement:
        build_settlement(ground)
    for kind in contents.arrangements:
        build_arrangement(ground, kind)
    for kind in ("farmhouse", "house with pool", "car park", "farmhouse"):
        build_homestead(ground, kind)
    scattered_trees(canvas, ground.palette, round(width_px * height_px / 9000), ground.taken)
    return Landscape(canvas.finish(), tuple(ground.marks))


_RADIUS_PX = {"court alone in a field": 90.0, "court in a forest clearing": 88.0}
"""Free ground that an arrangement needs about its middle, where it brings its own land."""


def lay_wood(ground: Ground) -> None:
    """Grow a wood on free ground."""
    shape = blob(ground.rng, 0.0, 0.0, 0.09 * ground.span_px, ragged=1.9)
    place = ground.find(float(np.hypot(*shape.T).max()) + 4)
    if place is None:
        return
    outline = shape + np.asarray([place.col, place.row])
    ground.spread("forest", outline)
    ground.mark("forest", Polygon(outline))
    ground.taken.append(Polygon(outline).buffer(4))


def build_settlement(ground: Ground) -> None:
    """Build streets with houses on free ground, as many as there is room for."""
    for length, streets in ((210.0, 3), (210.0, 2), (150.0, 2), (110.0, 1)):
        block = rectangle(length + 24, streets * 64.0 + 16)
        place = ground.find(float(np.hypot(*block[0])))
        if place is not None:
            _build_streets(ground, place, length, streets)
            return


def _build_streets(ground: Ground, place: Placement, length: float, streets: int) -> None:
    """Build parallel streets, and one across that joins them and leads to a road."""
    block = place.points(rectangle(length + 24, streets * 64.0 + 16))
    track_to_road(ground, place, ground.palette.asphalt, 7.0)
    ground.spread("grass", block)
    across = np.asarray([[0.0, -32.0 * (streets - 1)], [0.0, 32.0 * (streets - 1)]])
    road(ground.canvas, place.points(across), ground.palette.asphalt, 7.0, marked=False)
    middle = Polygon(place.points(rectangle(8, streets * 64.0)))
    for step in range(streets):
        beside = place.at(0, (step - (streets - 1) / 2) * 64)
        street(ground.canvas, ground.palette, beside, reach_px=length / 2, keep_clear=[middle])
    ground.mark("residential area", Polygon(block))
    ground.taken.append(Polygon(block))


def build_arrangement(ground: Ground, kind: str) -> None:
    """Build an arrangement on its own plot and note it and its things."""
    rng, canvas, palette = ground.rng, ground.canvas, ground.palette
    radius_px = _RADIUS_PX.get(kind, 66.0)
    place = ground.find(radius_px)
    if place is None:
        return
    scale = float(rng.uniform(0.88, 1.08))
    along_road = kind == "road between two white buildings"
    angle = direction_to_road(ground, place) if along_road else place.angle
    place = Placement(place.col, place.row, angle, scale)
    plot = place.points(rectangle(rng.uniform(62, 80), rng.uniform(88, 102)))
    if kind == "court alone in a field":
        ground.spread("field", place.points(rectangle(130, 116)))
    elif kind == "court in a forest clearing":
        ground.spread("forest", blob(rng, place.col, place.row, 62))
        ground.spread("grass", blob(rng, place.col, place.row, 42 * scale))
    else:
        if along_road:
            track_to_road(ground, place, palette.asphalt, 11.0)
        else:
            track_to_road(ground, place, vary(rng, palette.track, 0.05), 4.0)
        lay_plot(canvas, palette, plot)
    drawn = arrange(kind, canvas, palette, place, road_reach_px=40.0)
    ground.marks.append(Mark("arrangement", kind, drawn.sentences, drawn.hull))
    for thing in drawn.things:
        ground.mark(thing.kind, Polygon(thing.outline), "thing")
    ground.taken.append(Point(place.col, place.row).buffer(radius_px))


def build_homestead(ground: Ground, kind: str) -> None:
    """Build a farm, a garden with a pool or a car park on free ground."""
    place = ground.find(46)
    if place is None:
        return
    track_to_road(ground, place, ground.palette.track, 4.0)
    if kind == "farmhouse":
        thing = farmstead(ground.canvas, ground.palette, place)
    elif kind == "house with pool":
        thing = garden_with_pool(ground.canvas, ground.palette, place)
    else:
        thing = car_park(ground.canvas, ground.palette, place, 62, 26)
    ground.mark(kind, Polygon(thing.outline))
    ground.taken.append(Point(place.col, place.row).buffer(48))
