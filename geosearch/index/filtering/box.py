"""Boxes whose sides are compared as numbers."""

from typing import NamedTuple


class Box(NamedTuple):
    """A box of longitude and latitude, degrees, which does not cross 180 degrees: west <= east."""

    west: float
    south: float
    east: float
    north: float
