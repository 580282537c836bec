"""The six numbers of the probabilities, fitted to trials.

Each set weighs the same, however many trials it has. For "is there any right one" the trials with
and without right pictures weigh the same in each set, so that the prior is a half.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.likely.trials import Trial

Wide = NDArray[np.float64]

_RIDGE = 1e-3
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Weights of contrast and standing, and the constant."""

    of_hit: tuple[float, float, float]
    of_any: tuple[float, float, float]

    def claims(self, trial: Trial) -> Trial:
        """Return a trial with the probabilities that these coefficients give."""
        features = np.stack([trial.contrast, trial.standing], axis=1)
        right = _probability(features, self.of_hit)
        present = max(_probability(features[:1], self.of_any)[0], right[0])
        return replace(trial, claimed=right, claimed_any=float(present))


def fitted(sets: Iterable[Sequence[Trial]]) -> Coefficients:
    """Fit both logistic models to the trials of several sets."""
    listed = list(sets)
    return Coefficients(
        _logistic([_hits(one) for one in listed]), _logistic([_first_hits(one) for one in listed])
    )


def _hits(trials: Sequence[Trial]) -> tuple[Wide, Wide, Wide]:
    right = np.concatenate([one.right for one in trials]).astype(np.float64)
    features = np.concatenate([np.stack([one.contrast, one.standing], axis=1) for one in trials])
    return features, right, np.full(len(right), 1 / len(right))


def _first_hits(trials: Sequence[Trial]) -> tuple[Wide, Wide, Wide]:
    right = np.array([one.present > 0 for one in trials], np.float64)
    features = np.array([[one.contrast[0], one.standing[0]] for one in trials])
    return features, right, balanced(right > 0)


def balanced(true: NDArray[np.bool_]) -> Wide:
    """Return weights float64 [n] by which what is true and what is not have a half each."""
    return np.asarray(np.where(true, 0.5 / max(true.sum(), 1), 0.5 / max((~true).sum(), 1)))


def _logistic(sets: list[tuple[Wide, Wide, Wide]]) -> tuple[float, float, float]:
    """Fit by Newton's method, with a ridge that keeps separable sets finite."""
    features, right, weights = (np.concatenate(part) for part in zip(*sets, strict=True))
    weights *= len(weights) / weights.sum()
    design = np.column_stack([features, np.ones(len(features))])
    found = np.zeros(3)
    for _ in range(_STEPS):
        claimed = 1 / (1 + np.exp(-np.clip(design @ found, -50, 50)))
        slope = design.T @ (weights * (claimed - right)) + _RIDGE * found
        spread = weights * claimed * (1 - claimed)
        found -= np.linalg.solve(design.T @ (design * spread[:, None]) + _RIDGE * np.eye(3), slope)
    return float(found[0]), float(found[1]), float(found[2])


def _probability(features: Wide, weights: tuple[float, float, float]) -> Wide:
    logits = features @ np.array(weights[:2]) + weights[2]
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))))
