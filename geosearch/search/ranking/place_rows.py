"""The rows of an index that show a place."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import Area, Filter, Generation, Segment
from geosearch.search.hits.one_place import (
    SHARED_GROUND,
    Shapes,
    level_shapes,
    shared_ground,
)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceRows:
    """Rows of a segment that show a place."""

    segment: Segment
    rows: NDArray[np.int64]
    """[m], ascending."""
    shared: NDArray[np.float64]
    """[m], fraction of the ground that each shares with the place."""
    time_ms: NDArray[np.int64]
    """[m], milliseconds since 1970; the minimum for an unknown time."""


def place_rows(
    index: Generation,
    place: BaseGeometry,
    filter: Filter,
    *,
    but_of: Shapes | None = None,
) -> list[PlaceRows]:
    """Return the rows of each segment that share more than a fifth of their ground with a place.

    Args:
        index: An open index.
        place: A footprint, or a point, EPSG:4326.
        filter: What chips must satisfy.
        but_of: Places that come before this one, as `level_shapes` gives them: what shows one of
            them is left out.
    """
    here = replace(filter, areas=(*filter.areas, Area.of_geometry(place)))
    (shape,) = level_shapes([place])
    found = []
    for segment in index.segments:
        rows = segment.select(here).rows()
        shapes = level_shapes(segment.rows.footprints(rows))
        shared = shared_ground(shapes, shape)
        shows = shared > SHARED_GROUND
        for other in _near(but_of, shapes):
            shows[shows] = shared_ground(shapes[shows], other) <= SHARED_GROUND
        rows, shared = rows[shows], shared[shows]
        found.append(PlaceRows(segment, rows, shared, segment.rows.values("time_ms", rows)))
    return found


def _near(places: Shapes | None, shapes: Shapes) -> Shapes:
    """Return the places that may share ground with one of some shapes."""
    if places is None or not len(places) or not len(shapes):
        return np.zeros(0, object)
    west, south, east, north = shapely.total_bounds(shapes)
    bounds = shapely.bounds(places)
    meets = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.asarray(places[meets & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)])
