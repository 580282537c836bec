"""Places that are asked for: boxes by their numbers, all else by its shape.

What most searches ask for is a box. Comparing numbers decides on nearly all chips then, and no
geometry has to be made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.geo import bbox_geometry
from geosearch.index.arrays.aliases import Mask
from geosearch.index.filtering.area_grid import AreaGrid
from geosearch.index.filtering.box import Box

_MANY_BOUNDS = 1000
"""For so many a grid over an area is worth its while."""


@dataclass(frozen=True)  # without slots: its grid is kept with it
class Area:
    """A place that is asked for, in EPSG:4326."""

    bounds: Box
    """What it spans."""
    boxes: tuple[Box, ...] = ()
    """Its parts, where each is a box: one, or two; else empty."""
    shape: BaseGeometry | None = None
    """Its geometry, where it was given as one."""

    @classmethod
    def of_bbox(cls, west: float, south: float, east: float, north: float) -> "Area":
        """Return a box; it crosses 180 degrees where west > east."""
        if west <= east:
            box = Box(west, south, east, north)
            return cls(box, (box,))
        parts = Box(west, south, 180.0, north), Box(-180.0, south, east, north)
        return cls(Box(-180.0, south, 180.0, north), parts)

    @classmethod
    def of_geometry(cls, geometry: BaseGeometry) -> "Area":
        """Return what a geometry covers."""
        parts = list(geometry.geoms) if geometry.geom_type == "MultiPolygon" else [geometry]
        boxes: tuple[Box, ...] = ()
        if len(parts) <= 2 and all(_is_box(part) for part in parts):
            boxes = tuple(Box(*part.bounds) for part in parts)
        return cls(Box(*geometry.bounds), boxes, geometry)

    @property
    def within(self) -> tuple[Box, ...]:
        """Boxes that hold all of it."""
        return self.boxes or (self.bounds,)

    @property
    def geometry(self) -> BaseGeometry:
        """It as a geometry, two polygons where it is a box across 180 degrees."""
        if self.shape is not None:
            return self.shape
        first, last = self.boxes[0], self.boxes[-1]
        return bbox_geometry(first.west, first.south, last.east, first.north)

    @cached_property
    def grid(self) -> AreaGrid:
        """What settles most boxes at once."""
        shapely.prepare(self.geometry)
        return AreaGrid(self.geometry)

    def settle(
        self, bounds: NDArray[np.float64], connected: Mask | None = None
    ) -> tuple[Mask, Mask]:
        """Return which shapes meet the area for sure, and which others may.

        Args:
            bounds: What shapes span, float64 [m, 4].
            connected: Which are in one piece, bool [m]. With None, those that meet it for sure lie
                in it as a whole.

        Returns:
            Two of bool [m]. The bounds of others meet the area, but for those of points and lines.
        """
        many = len(bounds) >= _MANY_BOUNDS
        sure, others = np.zeros(len(bounds), bool), np.ones(len(bounds), bool)
        if many:
            sure, others = self.grid.settle(bounds)
        if many and connected is not None:
            (places,) = (others & connected).nonzero()
            sure[places] = self.grid.crossed(bounds[places])
        # geometry cannot be asked about a polygon without extent
        solid = (bounds[:, 0] < bounds[:, 2]) & (bounds[:, 1] < bounds[:, 3])
        (places,) = (others & solid & ~sure).nonzero()
        shapely.prepare(self.geometry)
        shapes = shapely.box(*bounds[places].T)
        meets = shapely.intersects(self.geometry, shapes)
        others[places] = meets
        if not many:
            sure[places[meets]] = shapely.covers(self.geometry, shapes[meets])
        return sure, others & ~sure


def _is_box(part: BaseGeometry) -> bool:
    return part.geom_type == "Polygon" and bool(part.equals(shapely.box(*part.bounds)))


def meet(bounds: NDArray[np.float64], boxes: Sequence[Box]) -> Mask:
    """Return which bounds float64 [m, 4] meet one of some boxes, edges and corners included."""
    return _any(_meets, bounds, boxes)


def lie_in(bounds: NDArray[np.float64], boxes: Sequence[Box]) -> Mask:
    """Return which bounds float64 [m, 4] lie as a whole in one of some boxes."""
    return _any(_lies_in, bounds, boxes)


def cross(bounds: NDArray[np.float64], boxes: Sequence[Box]) -> Mask:
    """Return which connected shapes of bounds float64 [m, 4] meet one of some boxes for sure.

    Within the box's width, a connected shape is somewhere at each height that its bounds span:
    at one of the box's too, if the bounds meet it. Likewise within its height. Only at the box's
    corners may it miss.
    """
    return _any(_crosses, bounds, boxes)


def _any(
    decide: Callable[[NDArray[np.float64], Box], Mask],
    bounds: NDArray[np.float64],
    boxes: Sequence[Box],
) -> Mask:
    first, *others = (decide(bounds, box) for box in boxes)
    for other in others:
        first |= other
    return first


def _meets(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.asarray(in_width & (bounds[:, 1] <= north) & (bounds[:, 3] >= south))


def _lies_in(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    return np.asarray(in_width & (bounds[:, 1] >= south) & (bounds[:, 3] <= north))


def _crosses(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    in_height = (bounds[:, 1] >= south) & (bounds[:, 3] <= north)
    return np.asarray(_meets(bounds, box) & (in_width | in_height))
