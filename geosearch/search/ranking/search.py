"""Query vectors and a filter → the best rows of each segment → hits.

What may be ranked and how each segment is searched is the index's; here the answers of segments
become one, for one query or for several under the same filter.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
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
    SegmentAnswers,
    SegmentPlan,
    Tier,
)
from geosearch.search.filters.notes import notes_on
from geosearch.search.hits.explanation import Explanation
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.sifting import Sifting, ranked
from geosearch.search.queries.unit_vectors import wrong_shape
from geosearch.search.ranking.best_hits import Found, best_hits
from geosearch.search.ranking.nearest_in_time import nearest_in_time
from geosearch.search.ranking.plans import combined_plans
from geosearch.search.ranking.scale import Preference, WidthBin, width_bins
from geosearch.stopwatch import Stopwatch

_GROWTH = 4
_NO_SIFTING = Sifting()

Answer = tuple[list[Hit], tuple[SegmentPlan, ...]]
PartAnswers = list[SegmentAnswers]
"""What segments answer to the queries, one per segment, for chips of one part."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Chips of about one width that pass the filter."""

    bin: WidthBin | None
    """Their width on the ground; None where chips of all widths are taken together."""
    matching: list[RowRanges]
    """Which they are, one per segment."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is the same for all queries of a search."""

    index: Generation
    parts: list[Part]
    """What passes the filter; every chip is in one part."""
    k: int
    """Number of chips that are asked of the index."""
    options: SearchOptions
    filter: Filter
    wanted: int
    """Number of hits in an answer."""
    sifting: Sifting


def search(
    index: Generation,
    query: NDArray[np.float32],
    *,
    filter: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    sifting: Sifting = _NO_SIFTING,
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
        sifting: Which of the best chips are left out; ``k`` hits are found nevertheless.
        device: Scans segments exactly, in its own memory, where that pays; but for ``ivfpq``.

    Raises:
        UsageError: ``k`` is below 1, or the vector has another dimension.
    """
    return search_many(
        index, [query], filter=filter, k=k, tier=tier, sifting=sifting, device=device
    )[0]


def search_many(
    index: Generation,
    queries: Sequence[NDArray[np.float32]],
    *,
    filter: Filter | None = None,
    k: int = 10,
    tier: Tier = "auto",
    sifting: Sifting = _NO_SIFTING,
    device: DeviceScan | None = None,
    preferences: Sequence[Preference | None] | None = None,
) -> list[tuple[list[Hit], Explanation]]:
    """Answer several queries under one filter, as `search` answers each.

    The filter is applied once, a device is asked once, and each core works on a query of its own;
    the steps that are timed are those of each query, but for the filter and the device.
    ``preferences`` say, for each query, in which chips it is usually recognised: others rank lower.
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
    tastes = preferences or [None] * len(queries)
    with watch.time("filter"):
        parts = _parts(index, filter, matching) if any(tastes) else [Part(None, matching)]
    options = SearchOptions(tier, threads, device)
    request = _Request(index, parts, k + len(sifting.left_out), options, filter, k, sifting)
    questions = [_Question(*pair) for pair in zip(queries, tastes, strict=True)]
    if not questions:
        return []
    asked = _ask(request, questions, watch)

    def answer(number: int) -> tuple[list[Hit], Explanation]:
        question, own = questions[number], Stopwatch(dict(watch.seconds))
        hits, plans = (_answer if sifting.keeps_all else _answer_sifted)(
            request, question, asked, number, own
        )
        took = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        return hits, Explanation(plans, took, notes, *_scale(request, question))

    if len(queries) < 2:
        return [answer(0)]
    with ThreadPoolExecutor(min(_cores(), len(queries))) as pool:
        return list(pool.map(answer, range(len(queries))))


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A query, and in which chips it is usually recognised."""

    vector: NDArray[np.float32]
    preference: Preference | None


def _parts(index: Generation, filter: Filter, matching: list[RowRanges]) -> list[Part]:
    """Return what passes a filter, by width on the ground."""
    whole = [Part(None, matching)]
    bins = width_bins(index.segments, index.spec.chips.size_px)
    if len(bins) < 2 or not any(ranges.count for ranges in matching):
        return whole
    parts = []
    for one in bins:
        narrower = replace(filter, ranges=(*filter.ranges, one.range))
        chosen = [
            segment.select(narrower) if ranges.count else ranges
            for segment, ranges in zip(index.segments, matching, strict=True)
        ]
        if any(ranges.count for ranges in chosen):
            parts.append(Part(one, chosen))
    return parts if len(parts) > 1 else whole


def _ask(request: _Request, questions: Sequence[_Question], watch: Stopwatch) -> list[PartAnswers]:
    """Ask all segments all questions, part by part; a device is timed here, all else later."""
    table = np.stack([one.vector for one in questions]).astype(np.float32, copy=False)
    with watch.time("device") if request.options.device else nullcontext():
        return [
            [
                segment.search(table, ranges, request.k, request.options)
                for segment, ranges in zip(request.index.segments, part.matching, strict=True)
            ]
            for part in request.parts
        ]


def hit_count(k: int, name: str = "k") -> int:
    """Return the number of hits asked for, of whatever integers there are.

    Args:
        k: The number.
        name: The parameter that it was given as, for errors.

    Raises:
        UsageError: It is not a whole number from 1.
    """
    try:
        count = index_of(k)
    except TypeError:
        raise UsageError(
            f"`{name}` is {k!r}", hint="give a whole number of hits", parameter=name
        ) from None
    if count < 1:
        raise UsageError(f"`{name}` is {k}", hint="give at least 1", parameter=name)
    return count


def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _answer_sifted(
    request: _Request,
    question: _Question,
    asked: list[PartAnswers],
    number: int,
    watch: Stopwatch,
) -> Answer:
    """Ask for more chips until as many stay as are wanted, or there are no more."""
    count, sifting = request.k, request.sifting
    while True:
        hits, plans = _answer(replace(request, k=count), question, asked, number, watch)
        kept = sifting.sift(hits)
        if len(kept) >= request.wanted or len(hits) < count:
            break
        count *= _GROWTH
        asked, number = _ask(replace(request, k=count), [question], watch), 0
    kept = kept[: request.wanted]
    if sifting.nearest_to is not None:
        with watch.time("near date"):
            kept = _nearest(request, question, kept)
    return ranked(kept[: request.wanted]), plans


def _nearest(request: _Request, question: _Question, places: list[Hit]) -> list[Hit]:
    def best(rows: list[NDArray[np.int64]], k: int) -> list[Hit]:
        on_cpu = replace(request.options, device=None)
        here = replace(request, k=k, parts=_parts_of(request, rows), options=on_cpu)
        return _answer(here, question, _ask(here, [question], Stopwatch()), 0, Stopwatch())[0]

    found = nearest_in_time(request.index, places, request.filter, request.sifting, best)
    return [hit for hits in found for hit in hits]


def _parts_of(request: _Request, rows: list[NDArray[np.int64]]) -> list[Part]:
    """Return some rows of each segment as parts of the same widths."""
    return [
        Part(
            part.bin,
            [
                RowRanges.of_rows(own if part.bin is None else part.bin.among(segment, own))
                for segment, own in zip(request.index.segments, rows, strict=True)
            ],
        )
        for part in request.parts
    ]


def _answer(
    request: _Request,
    question: _Question,
    asked: list[PartAnswers],
    number: int,
    watch: Stopwatch,
) -> Answer:
    """Return the hits of a question, by its number among those that were asked."""
    segments = request.index.segments
    found: list[Found] = []
    with watch.time("search"):
        for part, answers in zip(request.parts, asked, strict=True):
            penalty = _penalty(question, part)
            for segment, answer in zip(segments, answers, strict=True):
                found.append(Found(segment, answer[number], penalty))
    with watch.time("records"):
        hits = best_hits(found, request.k, request.index.spec.fingerprint)
    return hits, combined_plans([one.answer.how for one in found], len(segments))


def _scale(request: _Request, question: _Question) -> tuple[tuple[float, float] | None, str | None]:
    """Return the widths that a query prefers, or why the scale does not count."""
    if question.preference is None:
        return None, "no widths are preferred"
    if request.parts[0].bin is None:
        return None, "all chips that pass are of about one width"
    return question.preference.range_m, None


def _penalty(question: _Question, part: Part) -> float:
    """Return what chips of a part lose; nothing where all are of about one width."""
    if question.preference is None or part.bin is None:
        return 0.0
    return question.preference.penalty(part.bin.width_m)
