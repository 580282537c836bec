"""All chips of a place, by time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geosearch.errors import UsageError
from geosearch.stopwatch import Stopwatch
from geosearch.text import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geosearch.api.hits import Hits
    from geosearch.api.index import Index
    from geosearch.index import Filter, Generation

_SHOWN_LETTERS = 100


def history_hits(index: Index, place: Any, query: Any, filter: Filter, *, distinct: bool) -> Hits:
    """Return all chips of a place as hits by time, as `Index.history` describes it.

    Raises:
        UsageError: There is no such chip or place, or the query cannot be asked.
        EncoderError: The encoder of the index cannot be loaded here.
    """
    from geosearch.api.hits import Hits
    from geosearch.search import AnswerOptions, Asked, Explanation, history, notes_on

    watch = Stopwatch()
    asked, vector = Asked(), None
    if query is not None:
        (question, *others) = index.read(query, AnswerOptions(), watch)
        if others:
            raise UsageError("several queries given", hint="give one", parameter="query")
        asked, vector = question.asked, question.vector(question.marked(index.generation))
    shape, own_vector = _place(index.generation, place)
    with watch.time("history"):
        hits = history(
            index.generation,
            shape,
            own_vector if vector is None else vector,
            filter=filter,
            distinct=distinct,
        )
    took = {step: 1000 * seconds for step, seconds in watch.seconds.items()}
    return Hits(hits, Explanation((), took, notes_on(index.generation, filter, len(hits))), asked)


def _place(index: Generation, place: Any) -> tuple[BaseGeometry, NDArray[np.float32] | None]:
    """Return a footprint or a point, and the vector of the chip if one is named."""
    from shapely import Point

    from geosearch.search import read_chip

    if isinstance(place, str):
        point = _lonlat(place.split(","))
        if point is not None:
            return Point(point), None
        chip = read_chip(index, place, parameter="history")
        return chip.footprint, chip.vector
    point = _lonlat(place) if isinstance(place, list | tuple) else None
    if point is None:
        raise UsageError(
            f"{shown(repr(place))[:_SHOWN_LETTERS]} is not a place",
            hint="give the id of a chip, or longitude and latitude: 13.4,52.5",
            parameter="history",
        )
    return Point(point), None


def _lonlat(parts: list[Any] | tuple[Any, ...]) -> tuple[float, float] | None:
    """Return a longitude and a latitude; None for what is neither.

    Raises:
        UsageError: They are not on the Earth.
    """
    try:
        lon, lat = map(float, parts)
    except (TypeError, ValueError):
        return None
    if not (math.isfinite(lon) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise UsageError(
            f"there is no place at {lon:g},{lat:g}",
            hint="give longitude and latitude in degrees, -180..180 and -90..90",
            parameter="history",
        )
    return lon, lat
