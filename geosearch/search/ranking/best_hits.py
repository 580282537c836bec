"""The best rows of several segments → hits, best first.

Segments are merged by score, less what chips of their width lose; ties go to the smaller chip id,
so that two searches agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import ChipRecord, Segment, SegmentAnswer
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.sifting import ranked
from geosearch.search.hits.stored_vector import StoredVector

Places = NDArray[np.int64]
"""Places in the rows of an answer, [m]."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best rows of a segment."""

    segment: Segment
    answer: SegmentAnswer
    penalty: float | NDArray[np.float64] = 0.0
    """What their scores lose in the ranking, for all or [m]."""

    @property
    def ranks(self) -> NDArray[np.float64]:
        """What decides their order, [m]: the score less the penalty."""
        return np.asarray(self.answer.scores.astype(np.float64) - self.penalty)


def best_hits(found: Sequence[Found], k: int, fingerprint: str) -> list[Hit]:
    """Return the best ``k`` of all segments as hits.

    Args:
        found: The best rows of each.
        k: Maximum number of hits.
        fingerprint: Of the encoder that made the vectors.
    """
    hits: list[Hit] = []
    for one, places in zip(found, _best_places(found, k), strict=True):
        rows, scores, ranks = one.answer.rows, one.answer.scores, one.ranks
        if places is not None:
            rows, scores, ranks = rows[places], scores[places], ranks[places]
        hits += hits_of_rows(one.segment, rows, scores, fingerprint, ranks)
    hits.sort(key=lambda hit: (-(hit.score if hit.rank_score is None else hit.rank_score), hit.id))
    return ranked(hits)


def hits_of_rows(
    segment: Segment,
    rows: NDArray[np.int64],
    scores: NDArray[np.float32],
    fingerprint: str,
    rank_scores: NDArray[np.float64] | None = None,
) -> list[Hit]:
    """Return rows as hits, in their order, without ranks.

    Args:
        segment: Where they are.
        rows: [m].
        scores: [m].
        fingerprint: Of the encoder that made the vectors.
        rank_scores: What decides their order, [m]; None where it is not by scores.
    """
    chips = segment.chips.records_with_footprints(rows)
    order = [None] * len(chips) if rank_scores is None else rank_scores.tolist()
    return [
        _hit((score, rank_score), chip, footprint, fingerprint, StoredVector(segment, row))
        for row, score, rank_score, (chip, footprint) in zip(
            rows.tolist(), scores.tolist(), order, chips, strict=True
        )
    ]


def _best_places(found: Sequence[Found], k: int) -> list[Places] | list[None]:
    """Return where in each answer the best ``k`` of all are; None for all of it.

    Of rows that rank the same those with the smallest ids count.
    """
    ranks = [one.ranks for one in found]
    every = np.concatenate([*ranks, np.zeros(0)])
    if len(every) <= k:
        return [None] * len(found)
    last = np.sort(every)[-k]
    tied = [np.flatnonzero(own == last) for own in ranks]
    left = k - int(np.count_nonzero(every > last))
    if sum(map(len, tied)) > left:
        tied = _smallest_ids(found, tied, left)
    return [
        np.concatenate([np.flatnonzero(own > last), some])
        for own, some in zip(ranks, tied, strict=True)
    ]


def _smallest_ids(found: Sequence[Found], tied: list[Places], count: int) -> list[Places]:
    """Return which of the places that tie in each answer have the smallest ids of all.

    Chips that look alike, such as blank ones, may be thousands: nothing but ids is read of them,
    and only those are made that may be among the smallest.
    """
    named = []
    for number, (one, places) in enumerate(zip(found, tied, strict=True)):
        rows = one.answer.rows
        places = places[one.segment.chips.rows_with_smallest_ids(rows[places], count)]
        ids = one.segment.chips.ids(rows[places])
        named += [
            (chip_id, number, place) for chip_id, place in zip(ids, places.tolist(), strict=True)
        ]
    chosen = nsmallest(count, named)
    return [
        np.array([place for _, which, place in chosen if which == number], np.int64)
        for number in range(len(found))
    ]


def _hit(
    scores: tuple[float, float | None],
    chip: ChipRecord,
    footprint: BaseGeometry,
    fingerprint: str,
    stored: StoredVector,
) -> Hit:
    return Hit(
        id=chip.id,
        rank=0,
        score=scores[0],
        rank_score=scores[1],
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
        collar=chip.collar,
        pixel_m=chip.pixel_m,
        kind=chip.kind,
        stored=stored,
    )
