"""Where and when the rows of a segment lie."""

import numpy as np
from numpy.typing import NDArray

from geosearch.index.records import UNKNOWN_TIME


def extent(bounds: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north around footprints' bounds float64 [n, 4]; None for none."""
    if not len(bounds):
        return None
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def time_span(times: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the earliest and latest known of times int64 [n] in ms since 1970; None for none."""
    known = times[times != UNKNOWN_TIME]
    return (int(known.min()), int(known.max())) if len(known) else None
