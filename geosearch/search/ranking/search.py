"""Query vectors and a filter → the best rows of each segment → hits.

What may be ranked and how each segment is searched is the index's; here the answers of segments
become one, for one query or for several under the same filter.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from operator import index as index_of

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError
from geosearch.index import (
    DeviceScan,
    Filter,
    Generation,
    RowRanges,
    SearchOptions,
    SegmentAnswer,
    SegmentPlan,
    Tier,
)
from geosearch.search.filters.notes import notes_on
from geosearch.search.hits.distinct import distinct_places
from geosearch.search.hits.explanation import Explanation
from geosearch.search.hits.hit import Hit
from geosearch.search.queries.unit_vectors import wrong_shape
from geosearch.search.ranking.best_hits import best_hits
from geosearch.stopwatch import Stopwatch

_DISTINCT_GROWTH = 4

Answer = tuple[list[Hit], tuple[SegmentPlan, ...]]
DeviceAnswers = list[SegmentAnswer | None]
"""What a device found for a query, one per segment; None where it did not search."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is the same for all queries of a search."""

    index: Generation
    matching: list[RowRanges]
    """What passes the filter, one per segment."""
    k: int
    options: SearchOptions


def search(
    index: Generation,
    query: NDArray[np.float32],
    *,
    filter: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    distinct: bool = False,
    device: DeviceScan | None = None,
) -> tuple[list[Hit], Explanation]:
    """Return the ``k`` best chips among those that pass a filter.

    Args:
        index: An open index.
        query: float32 [dim], unit length, of the encoder the index was built with.
        filter: What a chip must satisfy; None for no condition.
        k: Maximum number of hits; fewer come only where fewer chips match.
        tier: ``exact`` scores every matching chip, ``ivfpq`` takes the approximate tier wherever
            there is one; ``auto`` takes what is cheaper.
        distinct: Leave out chips that overlap a better one.
        device: Scans segments exactly, in its own memory, where that pays; but for ``ivfpq``.

    Raises:
        UsageError: ``k`` is below 1, or the vector has another dimension.
    """
    return search_many(
        index, [query], filter=filter, k=k, tier=tier, distinct=distinct, device=device
    )[0]


def search_many(
    index: Generation,
    queries: Sequence[NDArray[np.float32]],
    *,
    filter: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    distinct: bool = False,
    device: DeviceScan | None = None,
) -> list[tuple[list[Hit], Explanation]]:
    """Answer several queries under one filter, as `search` answers each.

    The filter is applied once, a device is asked once, and each core works on a query of its own;
    the steps that are timed are those of each query, but for the filter and the device.
    """
    k, filter = hit_count(k), filter or Filter()
    for query in queries:
        if query.shape != (index.spec.dim,):
            raise wrong_shape(query.shape, index.spec.dim)
    watch = Stopwatch()
    with watch.time("filter"):
        matching = [segment.select(filter) for segment in index.segments]
    notes = notes_on(index, filter, sum(ranges.count for ranges in matching))
    threads = 1 if len(queries) > 1 else _cores()
    request = _Request(index, matching, k, SearchOptions(tier, threads, device))
    by_device = _on_device(request, queries, watch)

    def answer(query: NDArray[np.float32], known: DeviceAnswers) -> tuple[list[Hit], Explanation]:
        own = Stopwatch(dict(watch.seconds))
        hits, plans = (_answer_distinct if distinct else _answer)(request, query, known, own)
        took = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        return hits, Explanation(plans, took, notes)

    if len(queries) < 2:
        return [answer(query, known) for query, known in zip(queries, by_device, strict=True)]
    with ThreadPoolExecutor(min(_cores(), len(queries))) as pool:
        return list(pool.map(answer, queries, by_device))


def _on_device(
    request: _Request, queries: Sequence[NDArray[np.float32]], watch: Stopwatch
) -> list[DeviceAnswers]:
    """Return what the device finds, one list per query."""
    segments, options = request.index.segments, request.options
    if options.device is None or not queries:
        return [[None] * len(segments) for _ in queries]
    table = np.stack(queries).astype(np.float32, copy=False)
    with watch.time("device"):
        per_segment = [
            segment.search_on_device(table, ranges, request.k, options)
            for segment, ranges in zip(segments, request.matching, strict=True)
        ]
    return [[answers[number] for answers in per_segment] for number in range(len(queries))]


def hit_count(k: int) -> int:
    """Return the number of hits asked for, of whatever integers there are."""
    try:
        count = index_of(k)
    except TypeError:
        raise UsageError(
            f"`k` is {k!r}", hint="give a whole number of hits", parameter="k"
        ) from None
    if count < 1:
        raise UsageError(f"`k` is {k}", hint="give at least 1", parameter="k")
    return count


def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _answer_distinct(
    request: _Request, query: NDArray[np.float32], known: DeviceAnswers, watch: Stopwatch
) -> Answer:
    count = request.k
    while True:
        hits, plans = _answer(replace(request, k=count), query, known, watch)
        kept = distinct_places(hits)
        if len(kept) >= request.k or len(hits) < count:
            kept = kept[: request.k]
            return [replace(hit, rank=rank) for rank, hit in enumerate(kept, start=1)], plans
        count *= _DISTINCT_GROWTH
        known = _on_device(replace(request, k=count), [query], watch)[0]


def _answer(
    request: _Request, query: NDArray[np.float32], known: DeviceAnswers, watch: Stopwatch
) -> Answer:
    segments = request.index.segments
    with watch.time("search"):
        answers = [
            segment.search(query, ranges, request.k, request.options) if answer is None else answer
            for segment, ranges, answer in zip(segments, request.matching, known, strict=True)
        ]
    with watch.time("records"):
        fingerprint = request.index.spec.fingerprint
        hits = best_hits(segments, answers, request.k, fingerprint)
    return hits, tuple(answer.how for answer in answers)
