"""The best rows of several segments → hits, best first.

Segments are merged by score; ties go to the smaller chip id, so that two searches agree.
"""

from collections.abc import Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from geosearch.index import ChipRecord, Segment, SegmentAnswer
from geosearch.search.hits.hit import Hit

Places = NDArray[np.int64]
"""Places in the rows of an answer, [m]."""


def best_hits(
    segments: Sequence[Segment], answers: Sequence[SegmentAnswer], k: int, fingerprint: str
) -> list[Hit]:
    """Return the best ``k`` of all segments as hits.

    Args:
        segments: Those that were searched.
        answers: The best rows of each.
        k: Maximum number of hits.
        fingerprint: Of the encoder that made the vectors.
    """
    found = []
    for segment, answer, places in zip(
        segments, answers, _best_places(segments, answers, k), strict=True
    ):
        rows, scores = answer.rows, answer.scores
        if places is not None:
            rows, scores = rows[places], scores[places]
        chips = segment.chips_with_footprints(rows)
        found += list(zip(scores.tolist(), chips, strict=True))
    found.sort(key=lambda entry: (-entry[0], entry[1][0].id))
    return [
        _hit(rank, score, chip, footprint, fingerprint)
        for rank, (score, (chip, footprint)) in enumerate(found, start=1)
    ]


def _best_places(
    segments: Sequence[Segment], answers: Sequence[SegmentAnswer], k: int
) -> list[Places] | list[None]:
    """Return where in each answer the best ``k`` of all are; None for all of it.

    Of rows that score the same those with the smallest ids count.
    """
    scores = np.concatenate([answer.scores for answer in answers] or [np.zeros(0, np.float32)])
    if len(scores) <= k:
        return [None] * len(answers)
    last = np.sort(scores)[-k]
    tied = [np.flatnonzero(answer.scores == last) for answer in answers]
    left = k - int(np.count_nonzero(scores > last))
    if sum(map(len, tied)) > left:
        tied = _smallest_ids(segments, answers, tied, left)
    return [
        np.concatenate([np.flatnonzero(answer.scores > last), some])
        for answer, some in zip(answers, tied, strict=True)
    ]


def _smallest_ids(
    segments: Sequence[Segment], answers: Sequence[SegmentAnswer], tied: list[Places], count: int
) -> list[Places]:
    """Return which of the places that tie in each answer have the smallest ids of all.

    Chips that look alike, such as blank ones, may be thousands: nothing but ids is read of them,
    and only those are made that may be among the smallest.
    """
    named = []
    for number, (segment, answer, places) in enumerate(zip(segments, answers, tied, strict=True)):
        places = places[segment.rows_with_smallest_ids(answer.rows[places], count)]
        ids = segment.chip_ids(answer.rows[places])
        named += [
            (chip_id, number, place) for chip_id, place in zip(ids, places.tolist(), strict=True)
        ]
    chosen = nsmallest(count, named)
    return [
        np.array([place for _, which, place in chosen if which == number], np.int64)
        for number in range(len(answers))
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
