"""Where in a hit its query is found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

MARKED = 0.5
"""A map marks what is over this part of its span."""


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """A map over a chip, and what it marks."""

    map: NDArray[np.float32]
    """float32 [128, 128], 0 where the query is least and 1 where it is most."""
    outline: BaseGeometry | None
    """Where the map is over half of its span, EPSG:4326; None where all of the chip is alike."""
