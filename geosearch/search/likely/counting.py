"""How many places show what was asked for, by marks.

Without marks nothing tells: places that look right to an encoder are many times too many. With
some that a user has judged, a logistic curve through them says how probable each other place is,
by how well its best chip fits the text, and the sum of these is what else is to be expected.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.search.hits.one_place import place_numbers
from geosearch.search.likely.judging import MarkedChips
from geosearch.search.likely.probability import logistic
from geosearch.search.likely.refit import MIN_MARKS

_COMPARED = 200
"""Places that scores are measured against: those that fit best."""
_SLOPE = 3.0
"""Of the curve, in deviations of these: what it is held near."""
_SLOPE_PENALTY = 4.0
_STEPS = 100
_LARGEST_STEP = 1.0
_MIN_SPREAD = 1e-6

Wide = NDArray[np.float64]


def place_count(
    query: NDArray[np.float32],
    marked: MarkedChips,
    marked_footprints: Sequence[BaseGeometry],
    vectors: NDArray[np.float32],
    footprints: Sequence[BaseGeometry],
) -> float | None:
    """Return the number of places to be expected.

    Args:
        query: Of the text, float32 [dim], unit length.
        marked: Chips that were marked for it.
        marked_footprints: Theirs, [m], EPSG:4326.
        vectors: Of other chips, best first, float32 [h, dim].
        footprints: Theirs, [h]. Those that show a marked place say nothing more.

    Returns:
        Places that were marked as right, and what is expected of the others; None with fewer than
        20 marks, or where all are right or all wrong: then nothing tells where to draw the line.
    """
    if len(marked.right) < MIN_MARKS or marked.right.all() or not marked.right.any():
        return None
    judged = (marked.vectors @ query).astype(np.float64)
    unmarked = _unmarked(marked_footprints, footprints)
    others = (vectors[unmarked] @ query).astype(np.float64)
    best = np.sort(np.concatenate([judged, others]))[::-1][:_COMPARED]
    centre, spread = best.mean(), max(float(best.std()), _MIN_SPREAD)
    slope, shift = _curve((judged - centre) / spread, marked.right)
    pairs = zip(marked_footprints, marked.right, strict=True)
    right = [footprint for footprint, is_right in pairs if is_right]
    found = len(np.unique(place_numbers(right)))
    return found + float(logistic(slope * (others - centre) / spread + shift).sum())


def _unmarked(marked: Sequence[BaseGeometry], others: Sequence[BaseGeometry]) -> NDArray[np.int64]:
    """Return the numbers of the best of the others for each place that nothing marked shows."""
    numbers = place_numbers([*marked, *others])
    first = np.unique(numbers, return_index=True)[1].astype(np.int64) - len(marked)
    return np.sort(first[first >= 0])


def _curve(scores: Wide, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift of the logistic curve through marks, by Newton's method."""
    found, true = np.array([_SLOPE, 0.0]), right.astype(np.float64)
    columns = np.stack([scores, np.ones(len(scores))], axis=1)
    for _ in range(_STEPS):
        expected = logistic(columns @ found)
        gradient = columns.T @ (expected - true)
        gradient[0] += 2 * _SLOPE_PENALTY * (found[0] - _SLOPE)
        weights = expected * (1 - expected) + _MIN_SPREAD
        curvature = columns.T @ (weights[:, None] * columns)
        curvature[0, 0] += 2 * _SLOPE_PENALTY
        found -= np.clip(np.linalg.solve(curvature, gradient), -_LARGEST_STEP, _LARGEST_STEP)
    return float(found[0]), float(found[1])
