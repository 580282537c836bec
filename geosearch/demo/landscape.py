"""A whole scene: land cut into parcels, water, woods, roads, a settlement, and arrangements.

Land comes first, then what stands on it. Each thing takes its ground, so that nothing that is
told in the truth is drawn over later, and keeps a distance to other arrangements, so that a
chip shows one of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from geosearch.demo.arrangements import arrange
from geosearch.demo.canvas import Canvas, Points, Weather
from geosearch.demo.homesteads import farmstead, garden_with_pool
from geosearch.demo.palette import Palette, vary
from geosearch.demo.placement import Placement, rectangle
from geosearch.demo.scenery import (
    bend,
    blob,
    lay_plot,
    parcels,
    ribbon,
    scattered_trees,
    shore,
    street,
    surface_of,
)
from geosearch.demo.sentences import LANDMARKS
from geosearch.demo.texture import rough
from geosearch.demo.things import car_park, dashes, road


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that can be found in a scene."""

    level: str
    """"arrangement", "thing" (part of an arrangement) or "land"."""
    kind: str
    sentences: tuple[str, ...]
    """What is true of it, the plainest first."""
    outline: Polygon
    """In pixels (col, row) of the scene."""


@dataclass(frozen=True, slots=True)
class Plan:
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
    rng: np.random.Generator, width_px: int, height_px: int, plan: Plan, valid: Polygon
) -> Landscape:
    """Draw a scene.

    Args:
        rng: source of every choice.
        width_px: of the scene.
        height_px: of the scene.
        plan: what it is to hold; what finds no free ground is left out.
        valid: the part of the scene that shows something, in pixels (col, row).
    """
    work = _Work(
        Canvas(width_px, height_px, rng, Weather.draw(rng, fair=True)), Palette.draw(rng), valid
    )
    parcels(work.canvas, work.palette, smallest_px=float(rng.uniform(85, 120)), hedges=0.5)
    getattr(work, f"lay_{plan.water}")()
    for _ in range(plan.woods):
        work.lay_wood()
    work.lay_roads()
    if plan.settlement:
        work.build_settlement()
    for kind in plan.arrangements:
        work.build_arrangement(kind)
    for _ in range(2):
        work.build_homestead("farmhouse")
    work.build_homestead("house with pool")
    work.build_homestead("car park")
    scattered_trees(work.canvas, work.palette, round(width_px * height_px / 9000), work.taken)
    return Landscape(work.canvas.finish(), tuple(work.marks))


class _Work:
    """A scene while it is drawn: the canvas, the ground that is taken, the marks so far."""

    def __init__(self, canvas: Canvas, palette: Palette, valid: Polygon) -> None:
        self.canvas = canvas
        self.palette = palette
        self.rng = canvas.rng
        self.valid = valid.intersection(box(0, 0, canvas.width_px, canvas.height_px))
        self.span_px = float(max(canvas.width_px, canvas.height_px))
        self.taken: list[BaseGeometry] = []
        self.water: list[BaseGeometry] = []
        self.sea: BaseGeometry | None = None
        self.roads: list[LineString] = []
        self.marks: list[Mark] = []

    def mark(self, kind: str, outline: BaseGeometry) -> None:
        """Note a piece of land, as far as the scene shows it."""
        seen = outline.buffer(0).intersection(self.valid)
        pieces = [piece for piece in getattr(seen, "geoms", [seen]) if piece.area > 400]
        self.marks.extend(Mark("land", kind, LANDMARKS[kind], piece) for piece in pieces)

    def _across(self, share: float) -> Placement:
        """Draw a line's placement through the scene, off its middle by a share of the side."""
        side = np.asarray([self.canvas.width_px, self.canvas.height_px])
        col, row = side * (0.5 + self.rng.uniform(-share, share, 2))
        return Placement(float(col), float(row), float(self.rng.uniform(0, 2 * np.pi)))

    def lay_lake(self) -> None:
        """Lay a lake somewhere off the middle."""
        side = np.asarray([self.canvas.width_px, self.canvas.height_px])
        corner = self.rng.choice([0.24, 0.76], 2) + self.rng.uniform(-0.06, 0.06, 2)
        col, row = side * corner
        radius_px = float(self.rng.uniform(0.1, 0.15)) * self.span_px
        outline = blob(self.rng, float(col), float(row), radius_px)
        shore(self.canvas, self.palette, outline, 1.06)
        self._flood("lake", outline)

    def lay_river(self) -> None:
        """Lay a river through the scene."""
        rng = self.rng
        sway_px = float(rng.uniform(0.04, 0.08)) * self.span_px
        line = bend(rng, self._across(0.2), 2.6 * self.span_px, sway_px, float(rng.uniform(2, 4)))
        width_px = float(rng.uniform(22, 38))
        bank = rough(rng, vary(rng, self.palette.grass, 0.1, 0.78), 0.1)
        self.canvas.spread(bank, ribbon(rng, line, width_px + 12, 0.15))
        outline = ribbon(rng, line, width_px, 0.1)
        self.canvas.spread(surface_of("water", self.canvas, self.palette), outline)
        self._flood("river", outline)

    def lay_sea(self) -> None:
        """Lay the sea along one side, with a beach."""
        rng, canvas = self.rng, self.canvas
        turn = float(rng.choice([0, 0.5, 1, 1.5])) * np.pi + float(rng.uniform(-0.25, 0.25))
        normal = np.asarray([-np.sin(turn), np.cos(turn)])
        side = np.asarray([canvas.width_px, canvas.height_px])
        col, row = side * (0.5 + 0.3 * normal)
        line = bend(rng, Placement(float(col), float(row), turn), 3 * self.span_px, 22, 5)
        beach_px = float(rng.uniform(14, 26))
        far = (line + normal * 3 * self.span_px)[::-1]
        inland = line - normal * beach_px
        canvas.spread(rough(rng, self.palette.sand, 0.04), np.concatenate([inland, far]))
        outline = np.concatenate([line, far])
        canvas.spread(surface_of("water", canvas, self.palette), outline)
        for away_px in np.cumsum(rng.uniform(2, 7, 3)):
            for wave in dashes(line + normal * away_px, 34, float(rng.uniform(12, 40))):
                canvas.stroke(wave, (202, 212, 212), 0.8)
        self._flood("sea", outline)
        self.mark("sea shore", LineString(line).buffer(beach_px + 20))
        self.sea = Polygon(np.concatenate([inland, far])).buffer(0)
        self.taken.append(self.sea)

    def _flood(self, kind: str, outline: Points) -> None:
        area = Polygon(outline).buffer(0)
        self.mark(kind, area)
        self.water.append(area)
        self.taken.append(area.buffer(12))

    def lay_wood(self) -> None:
        """Grow a wood on free ground."""
        place = self._find(0.5 * 0.16 * self.span_px)
        if place is None:
            return
        outline = blob(self.rng, place.col, place.row, 0.1 * self.span_px, ragged=1.9)
        self.canvas.spread(surface_of("forest", self.canvas, self.palette), outline)
        area = Polygon(outline).buffer(0)
        for other in self.water:
            area = area.difference(other)
        self.mark("forest", area)
        self.taken.append(area)

    def lay_roads(self) -> None:
        """Lay a main road across the scene and a smaller one that leaves it."""
        rng = self.rng
        line = bend(
            rng,
            self._across(0.12),
            2.6 * self.span_px,
            0.025 * self.span_px,
            float(rng.uniform(2, 4)),
        )
        self._pave(line, float(rng.uniform(11, 14)), vary(rng, self.palette.asphalt, 0.06), True)
        start = line[int(rng.integers(27, 33))]
        direction = float(np.arctan2(*(line[31] - line[29])[::-1]))
        turn = float(rng.choice([-1, 1])) * float(rng.uniform(0.35, 0.65)) * np.pi
        away = Placement(float(start[0]), float(start[1]), direction + turn)
        u = np.linspace(0, 1.5 * self.span_px, 30)
        branch = away.points(np.stack([u, 10 * np.sin(u / 90)], axis=1))
        self._pave(branch, float(rng.uniform(7, 9)), vary(rng, self.palette.asphalt, 0.1), False)

    def _pave(
        self, line: Points, width_px: float, colour: tuple[float, float, float], marked: bool
    ) -> None:
        path = LineString(line)
        if self.sea is not None:  # a road ends at the beach
            dry = path.difference(self.sea)
            path = max(getattr(dry, "geoms", [dry]), key=lambda piece: float(piece.length))
        road(self.canvas, np.asarray(path.coords), colour, width_px, marked=marked)
        self.roads.append(path)
        self.taken.append(path.buffer(width_px / 2 + 3))

    def build_settlement(self) -> None:
        """Build streets with houses on free ground, as many as there is room for."""
        for length, streets in ((210.0, 3), (210.0, 2), (150.0, 2), (110.0, 1)):
            ground = rectangle(length + 24, streets * 64.0 + 16)
            place = self._find(float(np.hypot(*ground[0])))
            if place is not None:
                self._build_streets(place, length, streets)
                return

    def _build_streets(self, place: Placement, length: float, streets: int) -> None:
        """Build parallel streets, and one across that joins them and leads to a road."""
        ground = place.points(rectangle(length + 24, streets * 64.0 + 16))
        self._track_to_road(place, self.palette.asphalt, 7.0)
        self.canvas.spread(surface_of("grass", self.canvas, self.palette), ground)
        across = np.asarray([[0.0, -32.0 * (streets - 1)], [0.0, 32.0 * (streets - 1)]])
        road(self.canvas, place.points(across), self.palette.asphalt, 7.0, marked=False)
        middle = Polygon(place.points(rectangle(8, streets * 64.0)))
        for step in range(streets):
            beside = place.at(0, (step - (streets - 1) / 2) * 64)
            street(self.canvas, self.palette, beside, reach_px=length / 2, keep_clear=[middle])
        self.mark("residential area", Polygon(ground))
        self.taken.append(Polygon(ground))

    def build_arrangement(self, kind: str) -> None:
        """Build an arrangement on its own plot and note it and its things."""
        rng, canvas, palette = self.rng, self.canvas, self.palette
        place = self._find(66)
        if place is None:
            return
        scale = float(rng.uniform(0.88, 1.08))
        along_road = kind == "road between two white buildings"
        angle = self._direction_to_road(place) if along_road else place.angle
        place = Placement(place.col, place.row, angle, scale)
        plot = place.points(rectangle(rng.uniform(62, 80), rng.uniform(88, 102)))
        if kind == "court alone in a field":
            self._ground("field", place.points(rectangle(130, 116)))
        elif kind == "court in a forest clearing":
            self._ground("forest", blob(rng, place.col, place.row, 72))
            self._ground("grass", blob(rng, place.col, place.row, 42 * scale))
        else:
            if along_road:
                self._track_to_road(place, palette.asphalt, 11.0)
            else:
                self._track_to_road(place, vary(rng, palette.track, 0.05), 4.0)
            lay_plot(canvas, palette, plot)
        drawn = arrange(kind, canvas, palette, place, road_reach_px=40.0)
        self.marks.append(Mark("arrangement", kind, drawn.sentences, drawn.hull))
        self.marks.extend(
            Mark("thing", thing.kind, LANDMARKS[thing.kind], Polygon(thing.outline))
            for thing in drawn.things
        )
        self.taken.append(Point(place.col, place.row).buffer(66))

    def build_homestead(self, kind: str) -> None:
        """Build a farm, a garden with a pool or a car park on free ground."""
        place = self._find(46)
        if place is None:
            return
        self._track_to_road(place, self.palette.track, 4.0)
        if kind == "farmhouse":
            thing = farmstead(self.canvas, self.palette, place)
        elif kind == "house with pool":
            thing = garden_with_pool(self.canvas, self.palette, place)
        else:
            thing = car_park(self.canvas, self.palette, place, 62, 26)
        self.mark(kind, Polygon(thing.outline))
        self.taken.append(Point(place.col, place.row).buffer(48))

    def _ground(self, kind: str, outline: Points) -> None:
        self.canvas.spread(surface_of(kind, self.canvas, self.palette), outline)

    def _find(self, radius_px: float, tries: int = 400) -> Placement | None:
        """Look for a circle of free ground, at random; None where there is none."""
        first_col, first_row, last_col, last_row = self.valid.bounds
        for _ in range(tries):
            col, row = self.rng.uniform([first_col, first_row], [last_col, last_row])
            circle = Point(col, row).buffer(radius_px)
            if self.valid.contains(circle) and not any(map(circle.intersects, self.taken)):
                angle = float(self.rng.uniform(0, 2 * np.pi))
                return Placement(float(col), float(row), angle)
        return None

    def _direction_to_road(self, place: Placement) -> float:
        """Angle from a place to the nearest road."""
        here = Point(place.col, place.row)
        end = min((nearest_points(path, here)[0] for path in self.roads), key=here.distance)
        return float(np.arctan2(end.y - here.y, end.x - here.x))

    def _track_to_road(
        self, place: Placement, colour: tuple[float, float, float], width_px: float
    ) -> None:
        """Lay a way from a place to the nearest road, where it crosses nothing."""
        here = Point(place.col, place.row)
        ends = [nearest_points(path, here)[0] for path in self.roads]
        for end in sorted(ends, key=here.distance):
            way = LineString([here, end])
            free = way.difference(end.buffer(24))
            if way.length < 320 and not any(map(free.intersects, self.taken)):
                points = np.asarray(way.coords)
                road(self.canvas, points, colour, width_px, marked=False)
                self.taken.append(free.buffer(width_px / 2 + 2))
                return
