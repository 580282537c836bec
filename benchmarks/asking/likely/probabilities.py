"""How true the probabilities of trials are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.likely.fitting import balanced
from benchmarks.asking.likely.trials import Trial
from geosearch.search import likely_enough

_BINS = 10
_CALLED = 0.5
_FEW = 3

Bins = tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Trusted:
    """How true probabilities are on one set of pictures."""

    trials: int
    hit_error: float
    """Expected calibration error of hits: mean distance of claim and truth, by tenths."""
    any_error: float
    """The same of "is there any right one", present and absent weighing the same."""
    false_at_5: float
    """Fraction of false hits where 5 % are claimed."""
    false_at_20: float
    kept_at_20: float
    """Fraction of the right hits that are kept there."""
    absent_called_present: float
    """Fraction of phrases of what no picture shows with a probability of 0.5 and more."""
    three_found: float
    """Fraction of queries for three right pictures that are called present."""
    bins: Bins
    """Mean claim, true fraction, and count, by tenths of the claim."""


def trusted(trials: Sequence[Trial]) -> Trusted:
    """Measure the probabilities of the trials of a set."""
    claimed = np.concatenate([one.claimed for one in trials])
    right = np.concatenate([one.right for one in trials])
    claimed_any = np.array([one.claimed_any for one in trials])
    present = np.array([one.present for one in trials])
    nowhere = np.array([one.nowhere for one in trials])
    at_5, at_20 = (_kept(claimed, false) for false in (0.05, 0.2))
    bins = _bins(claimed, right, np.ones(len(right)))
    return Trusted(
        len(trials),
        hit_error=_error(claimed, right, np.ones(len(right))),
        any_error=_error(claimed_any, present > 0, balanced(present > 0)),
        false_at_5=_fraction(~right[at_5]),
        false_at_20=_fraction(~right[at_20]),
        kept_at_20=float(right[at_20].sum() / max(right.sum(), 1)),
        absent_called_present=_fraction(claimed_any[nowhere] >= _CALLED),
        three_found=_fraction(claimed_any[present == _FEW] >= _CALLED),
        bins=tuple((claim, true, int(count)) for claim, true, count in bins),
    )


def _kept(claimed: NDArray[np.float64], false: float) -> NDArray[np.int64]:
    return np.array(likely_enough(claimed.tolist(), minimum=None, false=false), np.int64)


def _fraction(true: NDArray[np.bool_]) -> float:
    return float(true.mean()) if len(true) else 0.0


def _error(
    claimed: NDArray[np.float64], true: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    bins = _bins(claimed, true, weights)
    return float(sum(abs(claim - right) * weight for claim, right, weight in bins) / weights.sum())


def _bins(
    claimed: NDArray[np.float64], true: NDArray[np.bool_], weights: NDArray[np.float64]
) -> list[tuple[float, float, float]]:
    """Return mean claim, true fraction and weight of each tenth that has any."""
    number = np.minimum((claimed * _BINS).astype(int), _BINS - 1)
    found = []
    for at in range(_BINS):
        inside = number == at
        if inside.any():
            weight = weights[inside]
            found.append(
                (
                    float(np.average(claimed[inside], weights=weight)),
                    float(np.average(true[inside], weights=weight)),
                    float(weight.sum()),
                )
            )
    return found
