"""Hits with their probabilities, and what these say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geosearch.index import Background
from geosearch.search.hits.explanation import Comparison
from geosearch.search.hits.hit import Hit
from geosearch.search.likely.probability import Likelihood, likelihood
from geosearch.search.likely.refit import refit
from geosearch.search.likely.saying import in_words, likely_enough
from geosearch.search.likely.yardstick import yardstick
from geosearch.vocabulary import bank


@dataclass(frozen=True, slots=True, eq=False)
class MarkedChips:
    """Chips that were marked as right or wrong answers to a query."""

    vectors: NDArray[np.float32]
    """float32 [m, dim]."""
    right: NDArray[np.bool_]
    """Which of them are right, bool [m]."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The hits of a query, and whether what was asked for is there at all."""

    hits: list[Hit]
    """Those that are likely enough, with their probabilities."""
    any: float
    """Probability that there is a right one, 0..1."""
    says: str
    """The same in words."""
    comparisons: tuple[Comparison, ...]
    """How each hit compares with the bank's phrases."""
    phrases_aside: int
    """Phrases that mean the same as the query in this archive, and were not compared with."""


def judge(
    hits: Sequence[Hit],
    query: NDArray[np.float32],
    background: Background,
    passed: int,
    *,
    min_likely: float | None = None,
    false: float | None = None,
    marked: MarkedChips | None = None,
) -> Judgement:
    """Return hits with their probabilities.

    Args:
        hits: Best first, with their vectors.
        query: float32 [dim], unit length, of a text.
        background: Of the index.
        passed: Number of chips that passed the filter.
        min_likely: Probability that a hit must have; None to keep all.
        false: Expected fraction of false hits among those kept; None to keep all.
        marked: Chips that were marked for this query: many of them mend the probabilities.
    """
    vectors = np.array([hit.vector for hit in hits], np.float32).reshape(len(hits), len(query))
    found = likelihood(query, vectors, yardstick(background))
    likely = _mended(found.hits, query, background, marked)
    kept = likely_enough(likely.tolist(), minimum=min_likely, false=false)
    ranked = [
        replace(hits[at], rank=rank, likely=float(likely[at]))
        for rank, at in enumerate(kept, start=1)
    ]
    comparisons = tuple(_comparison(found, at) for at in kept)
    return Judgement(ranked, found.any, in_words(found.any, passed), comparisons, found.aside)


def _mended(
    probabilities: NDArray[np.float64],
    query: NDArray[np.float32],
    background: Background,
    marked: MarkedChips | None,
) -> NDArray[np.float64]:
    if marked is None:
        return probabilities
    before = likelihood(query, marked.vectors, yardstick(background)).hits
    return refit(before, marked.right).applied(probabilities)


def _comparison(found: Likelihood, at: int) -> Comparison:
    return Comparison(
        contrast=float(found.contrast[at]),
        standing=float(found.standing[at]),
        nearest=bank()[int(found.nearest[at])].text,
        lead=float(found.lead[at]),
    )
