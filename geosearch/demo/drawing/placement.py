"""Local coordinates of things: shapes are built upright about zero, then turned and moved."""

from dataclasses import dataclass

import numpy as np

from geosearch.demo.drawing.canvas import Points


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a thing or an arrangement lies in the picture."""

    col: float
    row: float
    angle: float = 0.0
    """Radians, from the columns' direction towards the rows'."""
    scale: float = 1.0

    def points(self, local: Points) -> Points:
        """Turn, scale and move local points (u, v) into the picture, [n, 2] (col, row)."""
        cos, sin = np.cos(self.angle) * self.scale, np.sin(self.angle) * self.scale
        turned = local @ np.asarray([[cos, sin], [-sin, cos]])
        return np.asarray(turned + np.asarray([self.col, self.row]))

    def at(self, u: float, v: float, angle: float = 0.0) -> "Placement":
        """Place something inside this placement, at (u, v), turned further by ``angle``."""
        col, row = self.points(np.asarray([[u, v]]))[0]
        return Placement(float(col), float(row), self.angle + angle, self.scale)


def rectangle(length: float, width: float, u: float = 0.0, v: float = 0.0) -> Points:
    """Corners of a rectangle about (u, v), ``length`` along u and ``width`` along v."""
    half_u, half_v = length / 2, width / 2
    return np.asarray(
        [
            [u - half_u, v - half_v],
            [u + half_u, v - half_v],
            [u + half_u, v + half_v],
            [u - half_u, v + half_v],
        ]
    )
