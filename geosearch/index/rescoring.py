"""From codes to exact scores: as many candidates are scored again as a query needs.

The best by their codes are scored first. That tells two things: how good the k-th hit is at
least, and how far the codes are off for this query. A candidate whose code, put right by what codes
are off on average, lies too many deviations below that hit is not scored. A fixed number of
candidates would have to be what the hardest query needs. Where even the last candidate could be a
hit, more are taken.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.index.ann import ApproximateTier, Candidates
from geosearch.index.plan import Choice, CodeErrors
from geosearch.index.runs import Rows, Runs, run_rows, runs_of
from geosearch.index.scan import best_rows, tied_rows

MOST_CANDIDATES = 65_536
"""No more are taken, whatever a query would need."""

_FIRST = 128
"""Candidates that are scored first: of fewer, the deviation would be uncertain."""
_FIRST_PER_HIT = 4
_LEAST_DEVIATION = 0.5
"""Of what is usual: the first candidates may be alike, and off by the same."""
_MOST_GROWTH = 4.0
"""At most so many times the candidates are taken next."""
_SPARE = 1.25
"""Of what is expected to be needed, so that it is enough in most cases."""

Floats = NDArray[np.float32]
Vectors = NDArray[np.float16]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rescored:
    """The best of the candidates."""

    rows: Rows
    """int64 [m], by falling score: the k best, and all that tie with the last of them."""
    scores: Floats
    """[m], exact."""
    candidates: int
    """Rows that their codes chose."""
    scored: int
    """Of these, how many were scored."""


def best_by_codes(
    tier: ApproximateTier,
    vectors: Vectors,
    query: Floats,
    runs: Runs,
    k: int,
    choice: Choice,
    *,
    errors: CodeErrors | None,
    threads: int = 1,
) -> Rescored:
    """Return the best of some rows, as far as their codes tell.

    Args:
        tier: The approximate tier.
        vectors: float16 [n, dim], its rows.
        query: float32 [dim].
        runs: int64 [r, 2], rows to choose from.
        k: How many.
        choice: Which share of the codes to look at, and how many candidates to take at first.
        errors: What codes are off; None where nobody has measured it: all candidates are scored
            then, and no more are taken.
        threads: How many may work.
    """
    count, most = choice.candidates, min(run_rows(runs), MOST_CANDIDATES)
    while True:
        found = tier.candidates(query, runs, count, choice.share)
        if errors is None:
            worth = np.ones(len(found.rows), bool)
            break
        depths = _depths(vectors, query, found, k, errors)
        worth = depths <= errors.deviations
        if not worth.all() or len(found.rows) < count or count >= most:
            break
        count = min(_count_to(errors.deviations, depths), most)
    chosen = runs_of(np.sort(found.rows[worth]))
    rows, scores = tied_rows(vectors, query, chosen, k, threads=threads)
    return Rescored(rows, scores, len(found.rows), run_rows(chosen))


def _depths(
    vectors: Vectors, query: Floats, found: Candidates, k: int, errors: CodeErrors
) -> Floats:
    """Return what `depths_of` does; that few are worth scoring, which would take longer to know."""
    if len(found.rows) <= 2 * _first(k):
        return np.full(len(found.rows), -np.inf, np.float32)
    return depths_of(vectors, query, found, k, errors.usual)


def _count_to(depth: float, depths: Floats) -> int:
    """Return how many candidates to take to reach a depth, if their number grows as it did.

    From the middle one to the last it has doubled; by the same difference of depth it would again.
    """
    count = len(depths)
    middle, last = float(depths[count // 2]), float(depths[-1])
    doublings = (depth - last) / (last - middle) if -np.inf < middle < last else np.inf
    return int(count * min(_SPARE * 2 ** min(doublings, 8.0), _MOST_GROWTH)) + 1


def depths_of(vectors: Vectors, query: Floats, found: Candidates, k: int, usual: float) -> Floats:
    """Return how far below the k-th hit each candidate should lie by its code, float32 [m].

    Args:
        vectors: float16 [n, dim].
        query: float32 [dim].
        found: Candidates of the query.
        k: Hits that are asked for.
        usual: Deviation of what codes are off for most queries.

    Returns:
        In deviations of what the codes of the first candidates are off for this query; minus
        infinity for these candidates, which have been scored to know it.
    """
    count = min(_first(k), len(found.rows))
    if not count:
        return np.zeros(0, np.float32)
    exact = _exact(vectors, query, found.rows[:count])
    off = exact - found.scores[:count]
    hit = np.partition(exact, -min(k, count))[-min(k, count)]
    deviation = max(float(off.std()), _LEAST_DEVIATION * usual, float(np.finfo(np.float32).eps))
    depths = (hit - off.mean() - found.scores) / np.float32(deviation)
    depths[:count] = -np.inf
    return np.asarray(depths)


def deviation_of(vectors: Vectors, query: Floats, found: Candidates) -> float:
    """Return the deviation of what the codes of the best candidates of a query are off."""
    some = slice(min(_FIRST, len(found.rows)))
    return float((_exact(vectors, query, found.rows[some]) - found.scores[some]).std())


def _first(k: int) -> int:
    return max(_FIRST, _FIRST_PER_HIT * k)


def _exact(vectors: Vectors, query: Floats, rows: Rows) -> Floats:
    """Return exact scores of some rows, in their order."""
    order = np.argsort(rows)
    ascending = rows[order]
    best, scores = best_rows(vectors, query, runs_of(ascending), len(rows))
    exact = np.empty(len(rows), np.float32)
    exact[order[np.searchsorted(ascending, best)]] = scores
    return exact
