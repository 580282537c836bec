"""Lakes, rivers and the sea of a scene."""

import numpy as np
from shapely import LineString, Polygon

from geosearch.demo.drawing.canvas import Points
from geosearch.demo.drawing.palette import vary
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.drawing.texture import rough
from geosearch.demo.landscapes.ground import Ground
from geosearch.demo.subjects.scenery import bend, blob, ribbon, shore
from geosearch.demo.subjects.things import dashes


def lay_lake(ground: Ground) -> None:
    """Lay a lake somewhere off the middle."""
    side = np.asarray([ground.canvas.width_px, ground.canvas.height_px])
    corner = ground.rng.choice([0.24, 0.76], 2) + ground.rng.uniform(-0.06, 0.06, 2)
    col, row = side * corner
    radius_px = float(ground.rng.uniform(0.1, 0.15)) * ground.span_px
    outline = blob(ground.rng, float(col), float(row), radius_px)
    shore(ground.canvas, ground.palette, outline, 1.06)
    _flood(ground, "lake", outline)
    ground.no_roads.append(ground.water[-1].buffer(14))


def lay_river(ground: Ground) -> None:
    """Lay a river through the scene."""
    rng = ground.rng
    sway_px = float(rng.uniform(0.04, 0.08)) * ground.span_px
    line = bend(rng, ground.across(0.2), 2.6 * ground.span_px, sway_px, float(rng.uniform(2, 4)))
    width_px = float(rng.uniform(22, 38))
    bank = rough(rng, vary(rng, ground.palette.grass, 0.1, 0.78), 0.1)
    ground.canvas.spread(bank, ribbon(rng, line, width_px + 12, 0.15))
    outline = ribbon(rng, line, width_px, 0.1)
    ground.spread("water", outline)
    _flood(ground, "river", outline)


def lay_sea(ground: Ground) -> None:
    """Lay the sea along one side, with a beach."""
    rng, canvas = ground.rng, ground.canvas
    turn = float(rng.choice([0, 0.5, 1, 1.5])) * np.pi + float(rng.uniform(-0.25, 0.25))
    normal = np.asarray([-np.sin(turn), np.cos(turn)])
    side = np.asarray([canvas.width_px, canvas.height_px])
    col, row = side * (0.5 + 0.3 * normal)
    line = bend(rng, Placement(float(col), float(row), turn), 3 * ground.span_px, 22, 5)
    beach_px = float(rng.uniform(14, 26))
    far = (line + normal * 3 * ground.span_px)[::-1]
    inland = line - normal * beach_px
    canvas.spread(rough(rng, ground.palette.sand, 0.04), np.concatenate([inland, far]))
    outline = np.concatenate([line, far])
    ground.spread("water", outline)
    for away_px in np.cumsum(rng.uniform(2, 7, 3)):
        for wave in dashes(line + normal * away_px, 34, float(rng.uniform(12, 40))):
            canvas.stroke(wave, (202, 212, 212), 0.8)
    _flood(ground, "sea", outline)
    ground.mark("sea shore", LineString(line).buffer(beach_px + 20))
    ground.no_roads.append(Polygon(np.concatenate([inland, far])).buffer(0))
    ground.taken.append(ground.no_roads[-1])


def _flood(ground: Ground, kind: str, outline: Points) -> None:
    area = Polygon(outline).buffer(0)
    ground.mark(kind, area)
    ground.water.append(area)
    ground.taken.append(area.buffer(12))


WATERS = {"lake": lay_lake, "river": lay_river, "sea": lay_sea}
"""How each kind of water is laid."""
