"""A sense of scale: chips whose width on the ground does not suit what is asked rank lower.

A query is compared with the things of the bank, each of which has a range of widths in which it is
usually recognised. The penalty of a width is expected over these things: so many hundredths for
each octave outside a range, four octaves at most. It depends on the width alone. Widths are taken
to the nearest quarter of an octave, so that an index has few of them, and the ranking stays exact:
`geosearch.search.ranking.scaled` says how.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.index import Background, Segment, ValueRange
from geosearch.vocabulary import bank

OCTAVE_PENALTY = 0.03
"""Of the score, for each octave outside the range; 0.02 to 0.06 differ little."""
_TEMPERATURE = 0.05
"""Of the softmax over things. On the real scenes that the bank was tried on, 0.05 gave a mean
reciprocal rank of 0.582 where 0.03 gave 0.567; 0.1 is worse on questions seen by nobody."""
_MAX_OCTAVES = 4.0
STEPS_PER_OCTAVE = 4
_FINEST_M = np.float32(1e-6)
"""Metres per pixel; smaller ones stand for an unknown one."""


@dataclass(frozen=True, slots=True, eq=False)
class Preference:
    """In which chips a query's things are usually recognised."""

    weights: NDArray[np.float64]
    """float64 [t], of the bank's things; their sum is 1."""

    def penalty(self, width_m: float | None) -> float:
        """Return what the score of a chip of some width on the ground loses; 0 for an unknown."""
        if width_m is None:
            return 0.0
        narrowest, widest = _octaves()
        at = np.log2(width_m)
        outside = np.maximum(np.maximum(narrowest - at, at - widest), 0.0)
        return float(OCTAVE_PENALTY * (self.weights @ np.minimum(outside, _MAX_OCTAVES)))

    @property
    def range_m(self) -> tuple[float, float]:
        """Narrowest and widest chip that the query is usually recognised in, metres.

        Weighted geometric means of the things' own.
        """
        narrowest, widest = (float(2 ** (self.weights @ ends)) for ends in _octaves())
        return narrowest, widest


def preference(query: NDArray[np.float32], background: Background) -> Preference:
    """Return in which chips a query float32 [dim] is usually recognised."""
    things = [at for at, phrase in enumerate(bank()) if phrase.width_m is not None]
    cosines = (background.phrases[things] @ query).astype(np.float64)
    weights = np.exp((cosines - cosines.max()) / _TEMPERATURE)
    return Preference(weights / weights.sum())


def _octaves() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the narrowest and widest chip of each thing, as logarithms to base 2, [t] each."""
    widths = np.array([phrase.width_m for phrase in bank() if phrase.width_m is not None])
    narrowest, widest = np.log2(widths).T
    return narrowest, widest


@dataclass(frozen=True, slots=True)
class WidthBin:
    """Chips of about one width on the ground."""

    range: ValueRange
    """Their metres per pixel."""
    width_m: float | None
    """Of all of them, to the nearest quarter of an octave; None where it is not known."""

    def among(self, segment: Segment, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which of some rows of a segment are of this width, in their order."""
        values = segment.rows.values(self.range.column, rows)
        return rows[(values >= self.range.minimum) & (values <= self.range.maximum)]


def penalties(
    preference: Preference, gsd_m: NDArray[np.float32], size_px: int
) -> NDArray[np.float64]:
    """Return what the scores of chips lose, float64 [m].

    Args:
        preference: Of the query.
        gsd_m: Their metres per pixel, float32 [m]; 0 where they are not known.
        size_px: Edge of a chip, pixels.
    """
    lost = np.zeros(len(gsd_m))
    known = gsd_m >= _FINEST_M
    steps, which = np.unique(_steps(gsd_m[known], size_px), return_inverse=True)
    each = [preference.penalty(_width(step)) for step in steps.tolist()]
    lost[known] = np.array(each, np.float64)[which]
    return lost


def width_bins(segments: Sequence[Segment], size_px: int) -> list[WidthBin]:
    """Return the widths that the chips of segments may have; each chip is in one bin.

    Args:
        segments: Of an index.
        size_px: Edge of a chip, pixels.
    """
    steps: set[int] = set()
    for segment in segments:
        ends = _steps(_known_spans(segment), size_px)
        for low, high in set(map(tuple, ends.tolist())):
            steps |= set(range(low, high + 1))
    unknown = WidthBin(ValueRange("gsd_m", maximum=_below(_FINEST_M)), None)
    bins = [_bin(step, size_px) for step in sorted(steps)]
    return [unknown, *bins] if any(map(_has_unknown, segments)) else bins


def _known_spans(segment: Segment) -> NDArray[np.float32]:
    """Return the metres per pixel that blocks span, float32 [b, 2]; unknown ones left out."""
    spans = segment.blocks.gsd_spans
    return np.maximum(spans[spans[:, 1] >= _FINEST_M], _FINEST_M)


def _has_unknown(segment: Segment) -> bool:
    return bool((segment.blocks.gsd_spans[:, 0] < _FINEST_M).any())


def _steps(gsd_m: NDArray[np.float32], size_px: int) -> NDArray[np.int64]:
    """Return the bins of metres per pixel; edges are compared as the filter compares them."""
    widths = gsd_m.astype(np.float64) * size_px
    steps: NDArray[np.int64] = np.rint(STEPS_PER_OCTAVE * np.log2(widths)).astype(np.int64)
    steps -= gsd_m < _edges(steps, size_px)
    steps += gsd_m >= _edges(steps + 1, size_px)
    return steps


def _edges(steps: NDArray[np.int64], size_px: int) -> NDArray[np.float32]:
    """Return the least metres per pixel of bins."""
    return (2 ** ((steps - 0.5) / STEPS_PER_OCTAVE) / size_px).astype(np.float32)


def _bin(step: int, size_px: int) -> WidthBin:
    first, after = _edges(np.array([step, step + 1]), size_px)
    gsd_m = ValueRange("gsd_m", float(max(first, _FINEST_M)), _below(after))
    return WidthBin(gsd_m, _width(step))


def _width(step: int) -> float:
    """Return the width on the ground that a bin stands for, metres."""
    return float(2 ** (step / STEPS_PER_OCTAVE))


def _below(value: np.float32) -> float:
    return float(np.nextafter(value, np.float32(-np.inf)))
