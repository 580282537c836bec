"""Roads of a scene, and the tracks that lead to them."""

import numpy as np
from shapely import LineString, Point
from shapely.ops import nearest_points

from geosearch.demo.drawing.canvas import Points
from geosearch.demo.drawing.palette import vary
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.drawing.texture import Colour
from geosearch.demo.landscapes.ground import Ground
from geosearch.demo.subjects.scenery import bend
from geosearch.demo.subjects.things import road


def lay_roads(ground: Ground) -> None:
    """Lay a main road across the scene and a smaller one that leaves it."""
    rng = ground.rng
    line = _main_line(ground)
    _pave(ground, line, float(rng.uniform(11, 14)), vary(rng, ground.palette.asphalt, 0.06), True)
    start = line[int(rng.integers(27, 33))]
    direction = float(np.arctan2(*(line[31] - line[29])[::-1]))
    turn = float(rng.choice([-1, 1])) * float(rng.uniform(0.35, 0.65)) * np.pi
    away = Placement(float(start[0]), float(start[1]), direction + turn)
    u = np.linspace(0, 1.5 * ground.span_px, 30)
    branch = away.points(np.stack([u, 10 * np.sin(u / 90)], axis=1))
    _pave(ground, branch, float(rng.uniform(7, 9)), vary(rng, ground.palette.asphalt, 0.1), False)


def _main_line(ground: Ground, tries: int = 60) -> Points:
    """Draw lines across the scene until one crosses no lake and no sea, or as little as may be."""
    rng, span_px = ground.rng, ground.span_px
    best, fewest_px = None, np.inf
    for _ in range(tries):
        sway_px, waves = 0.025 * span_px, float(rng.uniform(2, 4))
        line = bend(rng, ground.across(0.15), 2.6 * span_px, sway_px, waves)
        seen = LineString(line).intersection(ground.valid)
        wet_px = sum(float(seen.intersection(area).length) for area in ground.no_roads)
        if wet_px < fewest_px:
            best, fewest_px = line, wet_px
        if fewest_px == 0:
            break
    assert best is not None
    return best


def _pave(ground: Ground, line: Points, width_px: float, colour: Colour, marked: bool) -> None:
    """Lay a road along a line, which ends where a lake or the sea begins."""
    path = LineString(line)
    for area in ground.no_roads:
        dry = path.difference(area)
        pieces = [piece for piece in getattr(dry, "geoms", [dry]) if not piece.is_empty]
        path = max(pieces, key=lambda piece: float(piece.intersection(ground.valid).length))
    road(ground.canvas, np.asarray(path.coords), colour, width_px, marked=marked)
    ground.mark("road", path.buffer(width_px / 2))
    ground.roads.append(path)
    ground.taken.append(path.buffer(width_px / 2 + 3))


def direction_to_road(ground: Ground, place: Placement) -> float:
    """Angle from a place to the nearest road."""
    here = Point(place.col, place.row)
    end = min((nearest_points(path, here)[0] for path in ground.roads), key=here.distance)
    return float(np.arctan2(end.y - here.y, end.x - here.x))


def track_to_road(ground: Ground, place: Placement, colour: Colour, width_px: float) -> None:
    """Lay a track from a place to the nearest road, where it crosses nothing."""
    here = Point(place.col, place.row)
    ends = [nearest_points(path, here)[0] for path in ground.roads]
    for end in sorted(ends, key=here.distance):
        track = LineString([here, end])
        free = track.difference(end.buffer(24))
        if track.length < 320 and not any(map(free.intersects, ground.taken)):
            points = np.asarray(track.coords)
            road(ground.canvas, points, colour, width_px, marked=False)
            ground.taken.append(free.buffer(width_px / 2 + 2))
            return
