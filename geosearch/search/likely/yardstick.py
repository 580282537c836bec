"""What the phrases of the bank reach in an index, each asked as a query.

Most phrases name things that are in few archives. The median of what they reach is therefore what
a query reaches that finds nothing, in this archive, of this size, by this encoder.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geosearch.index import Background

Wide = NDArray[np.float64]

SAME_MEANING = 0.5
"""Phrases whose scores over the sample correlate so much mean the same in this archive."""
MIN_OTHERS = 20
"""Phrases that a query is compared with, at least."""
_LOW_QUANTILE = 0.16
"""One deviation below the median of a normal distribution."""
_MIN_SPREAD = 1e-6


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What phrases reach, and what is needed to compare a query with them."""

    phrases: NDArray[np.float32]
    """float32 [p, dim]."""
    sample: NDArray[np.float32]
    """float32 [m, dim]."""
    directions: NDArray[np.float32]
    """float32 [p, m]: the phrases' scores over the sample, of mean 0 and length 1."""
    contrast: tuple[float, float]
    """Median of the phrases' contrasts, and its distance to the 16 % quantile."""
    standing: tuple[float, float]
    """The same of how far each stands out of all phrases, in deviations."""

    def others(self, query: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which phrases mean something else than a query float32 [dim], bool [p]."""
        scores = standardised((self.sample @ query)[None])[0]
        return different(self.directions @ scores)


@lru_cache(maxsize=8)
def yardstick(background: Background) -> Yardstick:
    """Measure what the phrases reach; once for a background."""
    directions = standardised(background.sample_scores)
    reached = background.best.astype(np.float64) @ background.phrases.astype(np.float64).T
    contrasts, standings = [], []
    for at, (scores, correlations) in enumerate(
        zip(reached, directions @ directions.T, strict=True)
    ):
        own, rest = scores[at], np.delete(scores, at)
        others = different(np.delete(correlations, at))
        contrasts.append(own - rest[others].max())
        standings.append((own - rest.mean()) / max(float(rest.std()), _MIN_SPREAD))
    return Yardstick(
        background.phrases, background.sample, directions, _levels(contrasts), _levels(standings)
    )


def standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows [n, m] of mean 0 and length 1, so that products are correlations."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-12), np.float32)


def different(correlations: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which phrases do not mean the same: those below 0.5, at least the 20 least alike."""
    found: NDArray[np.bool_] = correlations < SAME_MEANING
    if np.count_nonzero(found) < MIN_OTHERS:
        found = np.zeros(len(correlations), bool)
        found[np.argsort(correlations, kind="stable")[:MIN_OTHERS]] = True
    return found


def _levels(values: list[float]) -> tuple[float, float]:
    # not np.quantile and np.median: they import numpy.ma, for which the first query would wait
    places = np.arange(len(values))
    at = np.array([_LOW_QUANTILE, 0.5]) * places[-1]
    low, median = np.interp(at, places, np.sort(values)).tolist()
    return median, max(median - low, _MIN_SPREAD)
