"""The best rows of several segments → hits, best first.

Segments are merged by score; ties go to the smaller chip id, so that two runs agree.
"""

from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from geosearch.index import ChipRecord, Segment
from geosearch.search.hit import Hit
from geosearch.search.selection import Rows


@dataclass(frozen=True, slots=True)
class Ranked:
    """Scored rows of one segment, best first: those asked for, and all that tie with the last."""

    segment: Segment
    rows: Rows
    """int64 [m]."""
    scores: NDArray[np.float32]
    """[m]."""


def best_hits(ranked: list[Ranked], k: int, fingerprint: str) -> list[Hit]:
    """Return the best ``k`` of all segments as hits.

    Args:
        ranked: The best of each segment.
        k: How many at most.
        fingerprint: Of the encoder that made the vectors.
    """
    found = []
    for part in _best_parts(ranked, k):
        chips = part.segment.chips_with_footprints(part.rows)
        found += list(zip(part.scores.tolist(), chips, strict=True))
    found.sort(key=lambda entry: (-entry[0], entry[1][0].id))
    return [
        _hit(rank, score, chip, footprint, fingerprint)
        for rank, (score, (chip, footprint)) in enumerate(found, start=1)
    ]


def _best_parts(ranked: list[Ranked], k: int) -> list[Ranked]:
    """Return the best ``k`` rows of all segments; of equal ones those with the smallest ids."""
    scores = np.concatenate([part.scores for part in ranked] or [np.zeros(0, np.float32)])
    if len(scores) <= k:
        return ranked
    least = np.sort(scores)[-k]
    tied = [np.flatnonzero(part.scores == least) for part in ranked]
    places = k - int(np.count_nonzero(scores > least))
    if sum(map(len, tied)) > places:
        tied = _smallest_ids(ranked, tied, places)
    kept = [
        np.concatenate([np.flatnonzero(part.scores > least), some])
        for part, some in zip(ranked, tied, strict=True)
    ]
    return [
        Ranked(part.segment, part.rows[some], part.scores[some])
        for part, some in zip(ranked, kept, strict=True)
    ]


def _smallest_ids(ranked: list[Ranked], tied: list[Rows], count: int) -> list[Rows]:
    """Return which of the places that tie in each segment have the smallest ids of all.

    Chips that look alike, such as blank ones, may be thousands: nothing but ids is read of them,
    and only those are made that may be among the smallest.
    """
    tied = [
        places[part.segment.rows_with_smallest_ids(part.rows[places], count)]
        for part, places in zip(ranked, tied, strict=True)
    ]
    named = [
        (chip_id, number, place)
        for number, (part, places) in enumerate(zip(ranked, tied, strict=True))
        for chip_id, place in zip(
            part.segment.chip_ids(part.rows[places]), places.tolist(), strict=True
        )
    ]
    chosen = nsmallest(count, named)
    return [
        np.array([place for _, which, place in chosen if which == number], np.int64)
        for number in range(len(ranked))
    ]


def _hit(rank: int, score: float, chip: ChipRecord, footprint: object, fingerprint: str) -> Hit:
    return Hit(
        id=chip.id,
        rank=rank,
        score=score,
        scene=chip.scene,
        href=chip.href,
        window=chip.window,
        size_m=chip.size_m,
        gsd_m=chip.gsd_m,
        datetime=chip.datetime,
        encoder=fingerprint,
        footprint=footprint,
        bands=chip.bands,
        stretch=chip.stretch,
        pixel_m=chip.pixel_m,
    )
