"""From codes to exact scores: as much is looked at and scored as a query needs.

The best by their codes are scored first. That tells two things: how good the k-th hit is at
least, and how far the codes are off for this query. A candidate whose code, put right by what codes
are off on average, lies too many deviations below that hit is not scored. A fixed number of
candidates would have to be what the hardest query needs. Where even the last candidate could be a
hit, more are taken.

Lists are looked at in parts. As long as the last part has a hit, the next ones may have more: a
query that points where neither texts nor images do finds its hits all over the lists.
"""

from dataclasses import dataclass, replace

import numpy as np

from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.tier import ApproximateTier, Candidates, Probe
from geosearch.index.scoring.calibration import CodeErrors
from geosearch.index.scoring.exact import best_rows, tied_rows
from geosearch.index.scoring.plan import Choice

MAX_CANDIDATES = 65_536
"""No more are taken, whatever a query would need."""

_FIRST = 128
"""Candidates that are scored first: of fewer, the deviation would be uncertain."""
_FIRST_PER_HIT = 4
_MIN_DEVIATION = 0.5
"""Of what is usual: the first candidates may be alike, and off by the same."""
_MAX_GROWTH = 4.0
"""At most so many times the candidates are taken next."""
_SPARE = 1.25
"""Of what is expected to be needed, so that it is enough in most cases."""
_EARLY = 1 / 2
"""Part of the planned fraction of codes that is looked at first. Texts have one hit in five hundred
in the other half; random directions have so many there that the next part pays."""
_LATER_CANDIDATES = 4
"""A later part has fewer candidates that are better than what is known: one in so many is taken."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """The best of the candidates."""

    rows: Rows
    """int64 [m], by falling score: the k best, and all that tie with the last of them."""
    scores: Floats
    """[m], exact."""
    scored: int
    """Number of candidates that were scored."""
    fraction: float
    """Fraction of the codes that was looked at."""


@dataclass(frozen=True, slots=True)
class CodeOffset:
    """What the codes of the first candidates are off for a query."""

    mean: float
    deviation: float
    hit: float
    """Score of the k-th of those candidates."""
    known: int
    """Number of candidates that were scored to know it."""

    def depths(self, codes: Floats, usual: float) -> Floats:
        """Return how many deviations below that hit rows should lie by their codes, float32 [m].

        Args:
            codes: float32 [m], scores by codes.
            usual: Deviation of what codes are off for most queries.
        """
        minimum = max(_MIN_DEVIATION * usual, float(np.finfo(np.float32).eps))
        deviation = np.float32(max(self.deviation, minimum))
        return np.asarray((self.hit - self.mean - codes) / deviation)


def best_by_codes(
    tier: ApproximateTier,
    vectors: Halves,
    query: Floats,
    ranges: RowRanges,
    k: int,
    choice: Choice,
    *,
    errors: CodeErrors | None,
    threads: int = 1,
) -> Rescored:
    """Return the best of some rows, by their codes.

    Args:
        tier: The approximate tier.
        vectors: float16 [n, dim], its rows.
        query: float32 [dim].
        ranges: Rows to choose from.
        k: Number of rows.
        choice: Which fraction of the codes to look at, and how many candidates to take at first.
        errors: What codes are off; None where it was not measured: all candidates are scored
            then, and neither more of them nor more codes are looked at.
        threads: Maximum number of threads.
    """
    request = _SegmentQuery(tier.probe(query, ranges), vectors, query, k, threads, ranges.count)
    if errors is None:
        found = request.probe.candidates(choice.candidates, 0.0, choice.fraction)
        return request.scored(found.rows, choice.fraction)
    start, stop = _EARLY * choice.fraction, choice.fraction
    best, offset = request.first_part(choice.candidates, start, errors)
    while offset is not None and len(best.rows) >= k:
        more = request.later_part(choice.candidates, start, stop, best, offset, errors)
        best = _joined(best, more, k)
        if stop >= 1 or not np.isin(best.rows, more.rows).any():
            break
        start, stop = stop, min(2 * stop, 1.0)
    return best


@dataclass(frozen=True, slots=True)
class _SegmentQuery:
    """A query in one segment."""

    probe: Probe
    vectors: Halves
    query: Floats
    k: int
    threads: int
    matching: int

    def first_part(
        self, count: int, stop: float, errors: CodeErrors
    ) -> tuple[Rescored, CodeOffset | None]:
        """Return the best of the first lists, and what their codes are off; None if there are none.

        Args:
            count: Candidates to take at first.
            stop: Fraction of the codes to look at.
            errors: What codes are usually off.
        """
        maximum = min(self.matching, MAX_CANDIDATES)
        while True:
            found = self.probe.candidates(count, 0.0, stop)
            offset = offset_of(self.vectors, self.query, found, self.k)
            if offset is None:
                return self.scored(found.rows, stop), None
            depths = offset.depths(found.scores, errors.usual)
            if depths[-1] > errors.deviations or len(depths) < count or count >= maximum:
                break
            count = min(_count_to(errors.deviations, depths), maximum)
        worth = depths <= errors.deviations
        worth[: offset.known] = True
        return self.scored(found.rows[worth], stop), offset

    def later_part(
        self,
        count: int,
        start: float,
        stop: float,
        best: Rescored,
        offset: CodeOffset,
        errors: CodeErrors,
    ) -> Rescored:
        """Return the best of further lists; only what may be better than what was found before.

        Args:
            count: Candidates that the first part took at first.
            start: Fraction of the codes that was looked at.
            stop: Fraction to have looked at afterwards.
            best: What was found there, at least ``k``.
            offset: What its codes were off.
            errors: What codes are usually off.
        """
        offset = replace(offset, hit=float(best.scores[self.k - 1]))
        count, maximum = count // _LATER_CANDIDATES + 1, min(self.matching, MAX_CANDIDATES)
        while True:
            found = self.probe.candidates(count, start, stop)
            depths = offset.depths(found.scores, errors.usual)
            worth = depths <= errors.deviations
            if not worth.all() or len(depths) < count or count >= maximum:
                return self.scored(found.rows[worth], stop)
            count = min(_count_to(errors.deviations, depths), maximum)

    def scored(self, rows: Rows, fraction: float) -> Rescored:
        """Return the best of some rows, by exact scores."""
        chosen = RowRanges.of_rows(np.sort(rows))
        best, scores = tied_rows(self.vectors, self.query, chosen, self.k, threads=self.threads)
        return Rescored(best, scores, len(rows), fraction)


def _joined(one: Rescored, other: Rescored, k: int) -> Rescored:
    """Return the best of two parts, of which the first has at least ``k`` rows."""
    scored = one.scored + other.scored
    if not len(other.rows):
        return replace(one, scored=scored, fraction=other.fraction)
    rows, scores = np.append(one.rows, other.rows), np.append(one.scores, other.scores)
    order = np.lexsort((rows, -scores))
    rows, scores = rows[order], scores[order]
    kept = scores >= scores[k - 1]
    return Rescored(rows[kept], scores[kept], scored, other.fraction)


def _count_to(depth: float, depths: Floats) -> int:
    """Return how many candidates to take to reach a depth, if their number grows as it did.

    From the middle one to the last it has doubled; by the same difference of depth it would again.
    """
    count = len(depths)
    middle, last = float(depths[count // 2]), float(depths[-1])
    doublings = (depth - last) / (last - middle) if middle < last else np.inf
    return int(count * min(_SPARE * 2 ** min(doublings, 8.0), _MAX_GROWTH)) + 1


def offset_of(vectors: Halves, query: Floats, found: Candidates, k: int) -> CodeOffset | None:
    """Return what the codes of the first candidates are off, by scoring them; None for none.

    Args:
        vectors: float16 [n, dim].
        query: float32 [dim].
        found: Candidates of the query.
        k: Hits that are asked for.
    """
    count = min(max(_FIRST, _FIRST_PER_HIT * k), len(found.rows))
    if not count:
        return None
    exact = _exact(vectors, query, found.rows[:count])
    off = exact - found.scores[:count]
    hit = np.partition(exact, -min(k, count))[-min(k, count)]
    return CodeOffset(float(off.mean()), float(off.std()), float(hit), count)


def _exact(vectors: Halves, query: Floats, rows: Rows) -> Floats:
    """Return exact scores of some rows, in their order."""
    order = np.argsort(rows)
    ascending = rows[order]
    best, scores = best_rows(vectors, query, RowRanges.of_rows(ascending), len(rows))
    exact = np.empty(len(rows), np.float32)
    exact[order[np.searchsorted(ascending, best)]] = scores
    return exact
