"""Marks mend probabilities: hits that a user has said are right or wrong.

The probability's logit is stretched and moved, ``a * logit(P) + b``, by a logistic fit on the
marked hits. A penalty holds it near what it was: few marks change little, and marks of one kind
alone do not carry it away.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.search.likely.probability import logistic

MIN_MARKS = 20
"""Fewer tell too little: probabilities stay as they were."""
_SLOPE_PENALTY = 4.0
"""Times the square of ``a - 1``."""
_SHIFT_PENALTY = 0.5
"""Times the square of ``b``."""
_LARGEST_LOGIT = 30.0
"""A probability of 0 or 1 has none; this is closer to either than float64 tells apart from 1."""
_STEPS = 50
_CLOSE = 1e-12

Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Refit:
    """How logits of probabilities are changed."""

    slope: float = 1.0
    """``a``."""
    shift: float = 0.0
    """``b``."""
    marks: int = 0
    """Marked hits that it was fitted on; 0 for none, which changes nothing."""

    def applied(self, probabilities: Wide) -> Wide:
        """Return probabilities float64 [n] as the marks have it, 0..1."""
        if not self.marks:
            return probabilities
        return logistic(self.slope * logits(probabilities) + self.shift)


def refit(probabilities: Wide, right: NDArray[np.bool_]) -> Refit:
    """Fit a logistic curve through marked hits.

    Minimizes ``sum log(1 + exp(-y (a l + b))) + 4 (a - 1)^2 + 0.5 b^2`` with y = 1 for right and -1
    for wrong hits, l their logits. It is convex: Newton's method, halving steps that overshoot,
    finds the one minimum.

    Args:
        probabilities: Of the marked hits before any fit, float64 [m], 0..1.
        right: Which of them are right, bool [m].

    Returns:
        The fit; one that changes nothing where there are fewer marks than `MIN_MARKS`.

    Raises:
        ValueError: A probability is not one, or the arrays differ in length.
    """
    if probabilities.shape != right.shape or probabilities.ndim != 1:
        raise ValueError(f"{probabilities.shape} probabilities and {right.shape} marks")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("a probability is not from 0 to 1")
    if len(right) < MIN_MARKS:
        return Refit()
    columns = np.stack([logits(probabilities), np.ones(len(right))], axis=1)
    signs = np.where(right, 1.0, -1.0)
    found = np.array([1.0, 0.0])
    loss = _loss(found, columns, signs)
    for _ in range(_STEPS):
        step = _newton_step(found, columns, right.astype(np.float64))
        while (after := _loss(found - step, columns, signs)) > loss:
            step /= 2
            if np.abs(step).max() < _CLOSE:
                break
        found, loss = found - step, after
        if np.abs(step).max() < _CLOSE:
            break
    return Refit(float(found[0]), float(found[1]), len(right))


def logits(probabilities: Wide) -> Wide:
    """Return ``log(p / (1 - p))`` of probabilities, float64 [n], bounded for 0 and 1."""
    with np.errstate(divide="ignore"):
        unbounded = np.log(probabilities) - np.log1p(-probabilities)
    return np.asarray(np.clip(unbounded, -_LARGEST_LOGIT, _LARGEST_LOGIT))


def _loss(found: Wide, columns: Wide, signs: Wide) -> float:
    slope, shift = map(float, found)
    penalty = _SLOPE_PENALTY * (slope - 1) ** 2 + _SHIFT_PENALTY * shift**2
    return float(np.logaddexp(0, -signs * (columns @ found)).sum()) + penalty


def _newton_step(found: Wide, columns: Wide, right: Wide) -> Wide:
    expected = logistic(columns @ found)
    weights = expected * (1 - expected)
    curvature = np.diag([2 * _SLOPE_PENALTY, 2 * _SHIFT_PENALTY])
    curvature = curvature + columns.T @ (weights[:, None] * columns)
    gradient = columns.T @ (expected - right)
    gradient += 2 * np.array([_SLOPE_PENALTY, _SHIFT_PENALTY]) * (found - [1.0, 0.0])
    return np.asarray(np.linalg.solve(curvature, gradient))
