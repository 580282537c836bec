"""Which blocks meet a box: groups of neighbours are passed over together.

Blocks follow a curve over the Earth, so that those of a group lie together, and a box meets few
groups. Of ten million chips all blocks would take as long as scanning a thousand rows.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.index.filtering.box import Box

_BLOCKS = 64
"""Blocks of a group."""


class BlockGroups:
    """The bounds of blocks, and those of groups of them."""

    def __init__(self, bounds: NDArray[np.float64]) -> None:
        """Group blocks by their bounds float64 [b, 4]: west, south, east, north."""
        groups = -(-len(bounds) // _BLOCKS)
        # with east and north negative, what meets a box is below four limits
        sides = np.full((4, groups * _BLOCKS), np.inf)
        sides[:, : len(bounds)] = (bounds * (1, 1, -1, -1)).T
        self._blocks = sides.reshape(4, groups, _BLOCKS)
        self._groups = np.fmin.reduce(self._blocks, axis=2)

    def meeting(self, box: Box) -> NDArray[np.int64]:
        """Return the numbers of blocks whose bounds meet a box; ascending."""
        west, south, east, north = box
        limits = np.array([[east], [north], [-west], [-south]])
        (groups,) = (self._groups <= limits).all(axis=0).nonzero()
        near = (self._blocks.take(groups, axis=1) <= limits[:, :, None]).all(axis=0)
        at, place = near.nonzero()
        return np.asarray(groups[at] * _BLOCKS + place)
