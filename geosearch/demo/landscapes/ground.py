"""The ground of a scene while it is drawn: what is taken, what is free, what was put where."""

from dataclasses import dataclass

import numpy as np
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geosearch.demo.drawing.canvas import Canvas, Points
from geosearch.demo.drawing.palette import Palette
from geosearch.demo.drawing.placement import Placement
from geosearch.demo.subjects.scenery import surface_of
from geosearch.demo.subjects.sentences import LANDMARKS


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


class Ground:
    """A scene in the making: its canvas and colours, the ground that is taken, the marks so far.

    Args:
        canvas: to draw on.
        palette: colours of the place.
        valid: the part of the scene that shows something, in pixels (col, row).
    """

    def __init__(self, canvas: Canvas, palette: Palette, valid: Polygon) -> None:
        self.canvas = canvas
        self.palette = palette
        self.rng = canvas.rng
        self.valid = valid.intersection(box(0, 0, canvas.width_px, canvas.height_px))
        self.span_px = float(max(canvas.width_px, canvas.height_px))
        self.taken: list[BaseGeometry] = []
        self.water: list[BaseGeometry] = []
        self.no_roads: list[BaseGeometry] = []
        """Water that no road crosses: lakes and the sea, unlike rivers."""
        self.roads: list[LineString] = []
        self.marks: list[Mark] = []

    def mark(self, kind: str, outline: BaseGeometry, level: str = "land") -> None:
        """Note a piece of land, as far as the scene shows it."""
        seen = outline.buffer(0).intersection(self.valid)
        pieces = [piece for piece in getattr(seen, "geoms", [seen]) if piece.area > 100]
        self.marks.extend(Mark(level, kind, LANDMARKS[kind], piece) for piece in pieces)

    def spread(self, kind: str, outline: Points) -> None:
        """Lay a surface of a kind over an outline."""
        self.canvas.spread(surface_of(kind, self.canvas, self.palette), outline)

    def across(self, fraction: float) -> Placement:
        """Draw a line's placement through the scene, off its middle by a fraction of the side."""
        side = np.asarray([self.canvas.width_px, self.canvas.height_px])
        col, row = side * (0.5 + self.rng.uniform(-fraction, fraction, 2))
        return Placement(float(col), float(row), float(self.rng.uniform(0, 2 * np.pi)))

    def find(self, radius_px: float, tries: int = 400) -> Placement | None:
        """Look for a circle of free ground, at random; None where there is none."""
        first_col, first_row, last_col, last_row = self.valid.bounds
        for _ in range(tries):
            col, row = self.rng.uniform([first_col, first_row], [last_col, last_row])
            circle = Point(col, row).buffer(radius_px)
            if self.valid.contains(circle) and not any(map(circle.intersects, self.taken)):
                angle = float(self.rng.uniform(0, 2 * np.pi))
                return Placement(float(col), float(row), angle)
        return None
