"""All chips of a place, by time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import UNKNOWN_TIME, Filter, Generation
from geosearch.search.hits.distinct import distinct_places
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.sifting import ranked
from geosearch.search.ranking.best_hits import hits_of_rows
from geosearch.search.ranking.place_rows import PlaceRows, place_rows


def history(
    index: Generation,
    place: BaseGeometry,
    query: NDArray[np.float32] | None,
    *,
    filter: Filter | None = None,
    distinct: bool = False,
) -> list[Hit]:
    """Return all chips of a place as hits, the earliest first and those without a time last.

    Args:
        index: An open index.
        place: A footprint, or a point, EPSG:4326.
        query: What the score of each chip tells, float32 [dim], unit length; None for the chip
            that was taken last.
        filter: What a chip must satisfy; None for no condition.
        distinct: Of chips of one scene that overlap, only the one that shares the most ground with
            the place, and of these the best.
    """
    parts = place_rows(index, place, filter or Filter())
    if query is None:
        query = _latest(parts)
    found: list[_Found] = []
    for part in parts:
        scores = part.segment.vectors[part.rows].astype(np.float32) @ query
        hits = hits_of_rows(part.segment, part.rows, scores, index.spec.fingerprint)
        columns = zip(part.time_ms.tolist(), part.shared.tolist(), hits, strict=True)
        found += [_Found(*one) for one in columns]
    found.sort(key=_Found.rank)
    hits = [one.hit for one in found]
    stay = set(map(id, distinct_places(hits) if distinct else hits))
    kept = [one for one in found if id(one.hit) in stay]
    # the unknown time is the minimum of all
    kept.sort(key=lambda one: (one.time_ms == UNKNOWN_TIME, one.time_ms))
    return ranked([one.hit for one in kept])


class _Found(NamedTuple):
    """A chip of the place."""

    time_ms: int
    shared: float
    hit: Hit

    def rank(self) -> tuple[float, float, str]:
        """Return what sorts chips of one time: those that share the most ground first."""
        return -round(self.shared, 6), -self.hit.score, self.hit.id


def _latest(parts: Sequence[PlaceRows]) -> NDArray[np.float32]:
    """Return the vector of the chip that was taken last; of several, of the one most at the place.

    Of an empty place any vector will do.
    """
    last = [
        (int(time), float(shared), -number, part, row)
        for number, part in enumerate(parts)
        for time, shared, row in zip(part.time_ms, part.shared, part.rows, strict=True)
    ]
    if not last:
        return np.zeros(0 if not parts else parts[0].segment.vectors.shape[1], np.float32)
    *_, part, row = max(last, key=lambda one: one[:3])
    return np.asarray(part.segment.vectors[row].astype(np.float32))
