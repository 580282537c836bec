"""What an index is like, by phrases that have nothing to do with a query: what a score means here.

The answer depends on the chips that are searched, never on how they are divided among segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from geosearch.index.arrays.aliases import Floats, Rows
from geosearch.index.generations.bank_files import (
    SAMPLE,
    Phrases,
    SegmentReach,
    drawn_sample,
    is_enough,
    read_phrases,
    read_reach,
    segment_reach,
)
from geosearch.index.segment.reader import Segment

MIN_CHIPS = 100
"""Fewer chips tell nothing of what a phrase reaches."""
_ROUNDING = 1e-5
"""Scores of the same chip differ by less, whatever else was scored with it."""


@dataclass(frozen=True, eq=False)
class Background:
    """The bank's phrases, a sample of the chips, and what each phrase reaches."""

    phrases: Floats
    """float32 [p, dim], unit length but for rounding."""
    sample: Floats
    """float32 [m, dim], chips drawn by the hashes of their ids."""
    best: Floats
    """float32 [p, dim], the chip of the whole index that is best for each phrase."""

    @cached_property
    def sample_scores(self) -> Floats:
        """The phrases' scores over the sample, float32 [p, m]."""
        return np.asarray(self.phrases @ self.sample.T)


@dataclass(frozen=True, slots=True)
class NoBackground:
    """Why nothing is known of an index's chips."""

    reason: str
    """In words, with what to do about it."""
    can_be_made: bool
    """Whether something can be done."""


def read_background(
    folder: Path, segments: Sequence[Segment], fingerprint: str
) -> Background | NoBackground:
    """Return what is known of an index's chips, or why nothing is.

    Args:
        folder: The index.
        segments: All of a generation.
        fingerprint: Of the index's encoder.
    """
    living = [segment for segment in segments if segment.alive.count]
    chips = sum(segment.alive.count for segment in living)
    if chips < MIN_CHIPS:
        return NoBackground(f"the index has {chips} chips, fewer than {MIN_CHIPS}", False)
    phrases = read_phrases(folder, fingerprint, living[0].vectors.shape[1])
    found = [] if phrases is None else [read_reach(folder, one, phrases) for one in living]
    reaches = [reach for reach in found if reach is not None]
    if phrases is None or len(reaches) < len(living):
        return NoBackground("run `geosearch index` or `geosearch compact` once", True)
    pairs = [
        # what was removed since took too much of what is kept: it is worked out again
        (one, reach if is_enough(reach, one) else segment_reach(one, phrases))
        for one, reach in zip(living, reaches, strict=True)
    ]
    return Background(phrases.vectors, _sample(pairs), _best(pairs, phrases))


Pairs = Sequence[tuple[Segment, SegmentReach]]


def _sample(pairs: Pairs) -> Floats:
    """Return the vectors of the chips with the smallest hashes of all segments."""
    parts = []
    for number, (segment, reach) in enumerate(pairs):
        rows, hashes = reach.sample, reach.hashes
        if segment.alive.mask is not None:
            living = segment.alive.mask[rows]
            rows, hashes = rows[living], hashes[living]
        if len(rows) < SAMPLE and len(rows) < segment.alive.count:
            rows, hashes = drawn_sample(segment, segment.alive.rows, SAMPLE)
        parts.append((hashes, np.full(len(rows), number), rows))
    hashes, numbers, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(hashes, kind="stable")[:SAMPLE]
    return _gathered(pairs, numbers[order], rows[order])


def _best(pairs: Pairs, phrases: Phrases) -> Floats:
    """Return the vector of each phrase's best chip in all segments; ties by the smaller id."""
    candidates = []
    for number, (segment, reach) in enumerate(pairs):
        scores = reach.scores.copy()
        if segment.alive.mask is not None:
            scores[~segment.alive.mask[reach.best]] = -np.inf
        candidates.append((scores, np.full(scores.shape, number), reach.best))
    scores, numbers, rows = (
        np.concatenate(column, axis=1) for column in zip(*candidates, strict=True)
    )
    near = scores >= scores.max(axis=1, keepdims=True) - _ROUNDING
    chosen = np.array(
        [
            _first_best(pairs, phrases.vectors[at], numbers[at], rows[at], np.flatnonzero(near[at]))
            for at in range(len(scores))
        ]
    )
    each = np.arange(len(scores))
    return _gathered(pairs, numbers[each, chosen], rows[each, chosen])


def _first_best(pairs: Pairs, phrase: Floats, numbers: Rows, rows: Rows, near: Rows) -> int:
    """Return which of some chips that score alike, but for rounding, is the best."""
    if len(near) == 1:
        return int(near[0])
    wide = phrase.astype(np.float64)

    def worse(at: int) -> tuple[float, str]:
        segment, row = pairs[int(numbers[at])][0], rows[at]  # int: else types are not checked
        score = float((segment.vectors[row].astype(np.float64) * wide).sum())
        return -score, segment.chips.ids(np.array([row]))[0]

    places: list[int] = near.tolist()
    return min(places, key=worse)


def _gathered(pairs: Pairs, numbers: Rows, rows: Rows) -> Floats:
    """Return vectors of rows of segments, float32 [m, dim], in the order asked."""
    vectors = np.zeros((len(rows), pairs[0][0].vectors.shape[1]), np.float32)
    for number, (segment, _) in enumerate(pairs):
        mine = numbers == number
        vectors[mine] = segment.vectors[rows[mine]]
    return vectors
