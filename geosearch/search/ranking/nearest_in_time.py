"""Of each place the chips that are nearest in time."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from geosearch.index import UNKNOWN_TIME, Filter, Generation, TimeSpan
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.one_place import level_shapes
from geosearch.search.hits.sifting import Sifting
from geosearch.search.ranking.place_rows import PlaceRows, place_rows

_UNDATED = np.iinfo(np.int64).max
"""Stands for how far a chip without a known time is from any."""

Best = Callable[[list[NDArray[np.int64]], int], list[Hit]]
"""Returns the best hits among some rows of each segment."""


def nearest_in_time(
    index: Generation, places: Sequence[Hit], filter: Filter, sifting: Sifting, best: Best
) -> list[list[Hit]]:
    """Return of each place the chips that are nearest in time, nearest first.

    Chips that are equally near come by their score; those without a known time are the last.

    Args:
        index: An open index.
        places: The best hit of each place, best first. A chip that shows several is of the first.
        filter: What chips must satisfy.
        sifting: Nearest to which time, how many, and which chips are left out.
        best: Ranks rows.
    """
    assert sifting.nearest_to is not None
    shapes = level_shapes([hit.footprint for hit in places])
    answers = []
    for number, place in enumerate(places):
        rows = place_rows(index, place.footprint, filter, but_of=shapes[:number])
        away = [_away_ms(part.time_ms, sifting.nearest_to) for part in rows]
        answers.append(_nearest(rows, away, sifting, best))
    return answers


def _nearest(
    rows: Sequence[PlaceRows],
    away: Sequence[NDArray[np.int64]],
    sifting: Sifting,
    best: Best,
) -> list[Hit]:
    wanted = sifting.per_place or 1
    found: list[Hit] = []
    for distance in np.unique(np.concatenate(away)).tolist():
        equally_near = [part.rows[far == distance] for part, far in zip(rows, away, strict=True)]
        hits = best(equally_near, wanted - len(found) + len(sifting.left_out))
        found += [hit for hit in hits if hit.id not in sifting.left_out]
        if len(found) >= wanted:
            break
    return found[:wanted]


def _away_ms(time_ms: NDArray[np.int64], span: TimeSpan) -> NDArray[np.int64]:
    """Return how far times are from a span, milliseconds int64 [n]; 0 within it."""
    known = time_ms != UNKNOWN_TIME
    times = np.where(known, time_ms, span.start_ms)
    away = np.maximum(np.maximum(span.start_ms - times, times - span.end_ms), 0)
    return np.where(known, away, _UNDATED)
