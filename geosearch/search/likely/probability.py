"""The probability that a hit is right, from its contrast to phrases that mean something else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.search.likely.yardstick import Yardstick

_OF_HIT = (1.49, 0.80, -2.49)
"""Weights of contrast and standing, and the constant: a logistic fit on hits of present and absent
queries on pictures of RSICD, UC Merced and EuroSAT, by `mini`; `benchmarks asking` prints it."""
_OF_ANY = (0.84, 0.78, -2.25)
"""The same of the first hit, for whether there is any right one; before, each is as likely."""

Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """How likely the hits of one query are right."""

    hits: Wide
    """float64 [k], 0..1."""
    any: float
    """That there is a right one at all, 0..1, at least as likely as the first hit; 0 without
    hits."""
    contrast: Wide
    """[k]: score less the best other phrase's, 0 for what a phrase of the bank usually reaches,
    in units of how far below that phrases lie."""
    standing: Wide
    """[k]: likewise, by how many deviations the score lies above all phrases'."""
    nearest: NDArray[np.int64]
    """[k]: number of the best other phrase."""
    lead: Wide
    """[k]: how much lower it scores."""
    aside: int
    """Phrases that mean the same as the query in this archive."""


def likelihood(
    query: NDArray[np.float32], vectors: NDArray[np.float32], yardstick: Yardstick
) -> Likelihood:
    """Return how likely hits are right.

    Args:
        query: float32 [dim], unit length.
        vectors: The hits' vectors, float32 [k, dim], best first.
        yardstick: Of the index.
    """
    others = yardstick.others(query)
    scores = (vectors @ query).astype(np.float64)
    phrases = (vectors @ yardstick.phrases.T).astype(np.float64)
    rivals = np.where(others, phrases, -np.inf)
    nearest = rivals.argmax(axis=1)
    lead = scores - rivals.max(axis=1, initial=-np.inf)
    spread = np.maximum(phrases.std(axis=1), 1e-6)
    contrast = _scaled(lead, yardstick.contrast)
    standing = _scaled((scores - phrases.mean(axis=1)) / spread, yardstick.standing)
    right = _probability(contrast, standing, _OF_HIT)
    present = np.maximum(_probability(contrast[:1], standing[:1], _OF_ANY), right[:1])
    return Likelihood(
        hits=right,
        any=float(present[0]) if len(present) else 0.0,
        contrast=contrast,
        standing=standing,
        nearest=nearest,
        lead=lead,
        aside=int(np.count_nonzero(~others)),
    )


def _scaled(values: Wide, levels: tuple[float, float]) -> Wide:
    median, spread = levels
    return np.asarray((values - median) / spread)


def _probability(contrast: Wide, standing: Wide, weights: tuple[float, float, float]) -> Wide:
    of_contrast, of_standing, constant = weights
    logit = of_contrast * contrast + of_standing * standing + constant
    return logistic(np.clip(logit, -50, 50))


def logistic(logits: Wide) -> Wide:
    """Return ``1 / (1 + exp(-logit))``, float64 [n]."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -700, 700))))
