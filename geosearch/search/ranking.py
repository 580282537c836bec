"""Query vectors → candidates → exact scores → hits.

Per segment the filter gives the rows, a plan chooses the tier by what each would cost, and
candidates are always scored again from the stored 16-bit vectors. Where there is a GPU, it scans
all rows that pass, for all queries at once; hits are the same.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from operator import index as index_of
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError
from geosearch.index import (
    AUTO_ROWS,
    UNMEASURED,
    Choice,
    DeviceAnswer,
    DeviceScan,
    Generation,
    RowRanges,
    Segment,
    choose,
    exact_choice,
    recall_at,
)
from geosearch.search.best_hits import Ranked, best_hits
from geosearch.search.distinct import distinct_places
from geosearch.search.explanation import Explanation, SegmentPlan
from geosearch.search.filters import Filter
from geosearch.search.hit import Hit
from geosearch.search.notes import notes_on
from geosearch.search.selection import matching_runs
from geosearch.stopwatch import Stopwatch

Tier = Literal["auto", "exact", "ivfpq"]

_DISTINCT_GROWTH = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is the same for all queries of a search."""

    index: Generation
    matching: list[RowRanges]
    """What passes the filter, a segment."""
    k: int
    tier: Tier
    threads: int
    """How many may work on one query."""
    device: DeviceScan | None
    """Where segments may be scanned that fit."""


_Found = list[DeviceAnswer | None]
"""What a device found for a query, a segment; None where it did not search."""


def search(
    index: Generation,
    query: NDArray[np.float32],
    *,
    wanted: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    distinct: bool = False,
    device: DeviceScan | None = None,
) -> tuple[list[Hit], Explanation]:
    """Return the ``k`` best chips among those that pass a filter.

    Args:
        index: An open index.
        query: float32 [dim], unit length, of the encoder the index was built with.
        wanted: What a chip must satisfy; None for no condition.
        k: How many hits at most; fewer come only where fewer chips match.
        tier: ``exact`` scores every matching chip, ``ivfpq`` takes the approximate tier wherever
            there is one; ``auto`` takes what is cheaper.
        distinct: Leave out chips that overlap a better one.
        device: Scans segments exactly, in its own memory, where that pays; but for ``ivfpq``.

    Raises:
        UsageError: ``k`` is below 1, or the vector has another dimension.
    """
    return search_many(
        index, [query], wanted=wanted, k=k, tier=tier, distinct=distinct, device=device
    )[0]


def search_many(
    index: Generation,
    queries: Sequence[NDArray[np.float32]],
    *,
    wanted: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    distinct: bool = False,
    device: DeviceScan | None = None,
) -> list[tuple[list[Hit], Explanation]]:
    """Answer several queries under one filter, as `search` answers each.

    The filter is applied once, a device is asked once, and each core works on a query of its own;
    the steps that are timed are those of each query, but for the filter and the device.
    """
    k = hit_count(k)
    for query in queries:
        _require_fit(query, index.spec.dim)
    watch = Stopwatch()
    with watch.time("filter"):
        matching = [matching_runs(segment, wanted or Filter()) for segment in index.segments]
    notes = notes_on(index, wanted or Filter(), sum(ranges.count for ranges in matching))
    threads = 1 if len(queries) > 1 else _cores()
    asked = _Asked(index, matching, k, tier, threads, device)
    found = _on_device(asked, queries, watch)

    def answer(query: NDArray[np.float32], its: _Found) -> tuple[list[Hit], Explanation]:
        own = Stopwatch(dict(watch.seconds))
        hits, plans = (_answer_distinct if distinct else _answer)(asked, query, its, own)
        took = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        return hits, Explanation(plans, took, notes)

    if len(queries) < 2:
        return [answer(query, its) for query, its in zip(queries, found, strict=True)]
    with ThreadPoolExecutor(min(_cores(), len(queries))) as pool:
        return list(pool.map(answer, queries, found))


def _on_device(
    asked: _Asked, queries: Sequence[NDArray[np.float32]], watch: Stopwatch
) -> list[_Found]:
    """Return what the device finds, a query."""
    none: _Found = [None] * len(queries)
    if asked.device is None or asked.tier == "ivfpq" or not queries:
        return [[None] * len(asked.matching) for _ in queries]
    table = np.stack(queries).astype(np.float32, copy=False)
    columns = []
    with watch.time("device"):
        for segment, ranges in zip(asked.index.segments, asked.matching, strict=True):
            spent = _choice(asked, segment, ranges.count, len(ranges)).milliseconds * len(queries)
            # nothing matches, or it is not worth the device's while
            taken = spent > 0 and asked.device.should_use(segment.id, segment.vectors, spent)
            found = (
                asked.device.best_rows(segment.id, segment.vectors, table, ranges, asked.k)
                if taken
                else none
            )
            columns.append(found)
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in queries]


def hit_count(k: int) -> int:
    """Return how many hits are asked for, of whatever integers there are."""
    try:
        count = index_of(k)
    except TypeError:
        raise UsageError(f"-k is {k!r}", hint="ask for a whole number of hits") from None
    if count < 1:
        raise UsageError(f"-k is {k}", hint="ask for at least one hit")
    return count


def _require_fit(query: NDArray[np.float32], dim: int) -> None:
    if query.shape != (dim,):
        raise UsageError(
            f"the query vector has shape {query.shape}, chips have {dim} numbers",
            hint="embed the query with the encoder that `geosearch info` names",
        )


def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


Answer = tuple[list[Hit], tuple[SegmentPlan, ...]]


def _answer_distinct(
    asked: _Asked, query: NDArray[np.float32], found: _Found, watch: Stopwatch
) -> Answer:
    count = asked.k
    while True:
        hits, plans = _answer(replace(asked, k=count), query, found, watch)
        kept = distinct_places(hits)
        if len(kept) >= asked.k or len(hits) < count:
            best = [replace(hit, rank=rank) for rank, hit in enumerate(kept[: asked.k], start=1)]
            return best, plans
        count *= _DISTINCT_GROWTH
        found = _on_device(replace(asked, k=count), [query], watch)[0]


def _answer(asked: _Asked, query: NDArray[np.float32], found: _Found, watch: Stopwatch) -> Answer:
    with watch.time("search"):
        searched = [
            _rank_segment(asked, segment, query, ranges)
            if its is None
            else _ranked(segment, ranges, its)
            for segment, ranges, its in zip(
                asked.index.segments, asked.matching, found, strict=True
            )
        ]
    with watch.time("records"):
        ranked = [one for one, _ in searched]
        hits = best_hits(ranked, asked.k, asked.index.spec.fingerprint)
    return hits, tuple(plan for _, plan in searched)


def _ranked(segment: Segment, ranges: RowRanges, found: DeviceAnswer) -> tuple[Ranked, SegmentPlan]:
    plan = _plan(segment, ranges, Choice("device", 0.0), found.scored)
    return Ranked(segment, found.rows, found.scores), replace(plan, expected_ms=None)


def _rank_segment(
    asked: _Asked, segment: Segment, query: NDArray[np.float32], ranges: RowRanges
) -> tuple[Ranked, SegmentPlan]:
    matching = ranges.count
    choice = _choice(asked, segment, matching, len(ranges))
    # with all that tie with the last: ids decide which of these are hits
    if choice.tier == "ivfpq":
        found = segment.best_by_codes(query, ranges, asked.k, choice, threads=asked.threads)
        if len(found.rows) >= min(asked.k, matching):  # never fewer hits than there are
            plan = _plan(segment, ranges, replace(choice, share=found.share), found.scored)
            return Ranked(segment, found.rows, found.scores), plan
        choice = exact_choice(segment.calibration.costs, matching, len(ranges))
    best, scores = segment.scan(query, ranges, asked.k, threads=asked.threads)
    return Ranked(segment, best, scores), _plan(segment, ranges, choice, matching)


def _choice(asked: _Asked, segment: Segment, matching: int, ranges: int) -> Choice:
    if not matching:
        return Choice("skipped", 0.0)
    if not segment.has_ann or asked.tier == "exact":
        costs = segment.calibration.costs if segment.has_ann else UNMEASURED.costs
        return exact_choice(costs, matching, ranges)
    # an index that was forced to have the approximate tier while small is meant to use it
    tier = "ivfpq" if segment.n < AUTO_ROWS else asked.tier
    return choose(segment.calibration, segment.n, matching, ranges, asked.k, tier=tier)


def _plan(segment: Segment, ranges: RowRanges, choice: Choice, scored: int) -> SegmentPlan:
    matching = ranges.count
    approximate = choice.tier == "ivfpq"
    recall = recall_at(segment.calibration, matching / segment.n) if approximate else 1.0
    return SegmentPlan(
        segment=segment.id,
        rows=segment.n,
        matching=matching,
        ranges=len(ranges),
        tier=choice.tier,
        candidates=scored,
        probed=choice.share if approximate else 0.0,
        recall=recall,
        expected_ms=choice.milliseconds,
    )
