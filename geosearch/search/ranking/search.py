"""Query vectors and a filter → the best rows of each segment → hits.

What may be ranked and how each segment is searched is the index's; here the answers of segments
become one, for one query or for several under the same filter.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache
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
    Segment,
    SegmentAnswer,
    SegmentAnswers,
    SegmentPlan,
    Tier,
)
from geosearch.message import Message, named
from geosearch.search.filters.notes import notes_on
from geosearch.search.hits.explanation import Explanation
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.sifting import Sifting, ranked
from geosearch.search.queries.unit_vectors import wrong_shape
from geosearch.search.ranking.best_hits import Found, best_hits
from geosearch.search.ranking.nearest_in_time import nearest_in_time
from geosearch.search.ranking.plans import combined_plan
from geosearch.search.ranking.scale import Preference, WidthBin, width_bins
from geosearch.search.ranking.scaled import Widths, first_depth, with_scale
from geosearch.stopwatch import Stopwatch

_GROWTH = 4
_NO_SIFTING = Sifting()

Answer = tuple[list[Hit], tuple[SegmentPlan, ...]]


@dataclass(frozen=True, slots=True)
class _Request:
    """What is the same for all queries of a search."""

    index: Generation
    matching: list[RowRanges]
    """What passes the filter, one per segment."""
    widths: Widths | None
    """The widths of chips; None where all are of about one, or no query prefers any."""
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
    options = SearchOptions(tier, threads, device)
    widths = _widths(index, filter) if any(tastes) else None
    request = _Request(
        index, matching, widths, k + len(sifting.left_out), options, filter, k, sifting
    )
    questions = [_Question(*pair) for pair in zip(queries, tastes, strict=True)]
    asked = _ask(request, questions, watch)

    def answer(question: _Question, asked: _Asked) -> tuple[list[Hit], Explanation]:
        own = Stopwatch(dict(watch.seconds))
        hits, plans = (_answer if sifting.keeps_all else _answer_sifted)(
            request, question, asked, own
        )
        took = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        return hits, Explanation(plans, took, notes, *_scale(request, question))

    if len(queries) < 2:
        return [answer(*pair) for pair in zip(questions, asked, strict=True)]
    with ThreadPoolExecutor(min(_cores(), len(queries))) as pool:
        return list(pool.map(answer, questions, asked))


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A query, and in which chips it is usually recognised."""

    vector: NDArray[np.float32]
    preference: Preference | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What segments answer to a question."""

    answers: list[SegmentAnswers]
    """One per segment, each to several questions."""
    number: int
    """Of this question among them."""

    def of(self, segment: int) -> SegmentAnswer:
        """Return the answer of a segment, by its number."""
        return self.answers[segment][self.number]


def _widths(index: Generation, filter: Filter) -> Widths | None:
    """Return the widths of an index's chips, under a filter; None where all are of about one."""
    size_px = index.spec.chips.size_px
    bins = width_bins(index.segments, size_px)

    @cache
    def of(segment: Segment, one: WidthBin) -> RowRanges:
        return segment.select(replace(filter, ranges=(*filter.ranges, one.range)))

    return Widths(bins, size_px, of) if len(bins) > 1 else None


def _ask(request: _Request, questions: Sequence[_Question], watch: Stopwatch) -> list[_Asked]:
    """Ask all segments all questions; a device is timed here, all else later."""
    asked: dict[int, _Asked] = {}
    for scaled in (False, True):
        numbers = [at for at, one in enumerate(questions) if _is_scaled(request, one) == scaled]
        if not numbers:
            continue
        depth = first_depth(request.k) if scaled else request.k
        table = np.array([questions[at].vector for at in numbers], np.float32)
        with watch.time("device") if request.options.device else nullcontext():
            answers = [
                segment.search(table, ranges, depth, request.options)
                for segment, ranges in zip(request.index.segments, request.matching, strict=True)
            ]
        asked |= {number: _Asked(answers, at) for at, number in enumerate(numbers)}
    return [asked[number] for number in range(len(questions))]


def _is_scaled(request: _Request, question: _Question) -> bool:
    return request.widths is not None and question.preference is not None


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
            Message("{} is {}", named(name), repr(k)),
            hint="give a whole number of hits",
            parameter=name,
        ) from None
    if count < 1:
        raise UsageError(
            Message("{} is {}", named(name), k), hint="give at least 1", parameter=name
        )
    return count


def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _answer_sifted(
    request: _Request, question: _Question, asked: _Asked, watch: Stopwatch
) -> Answer:
    """Ask for more chips until as many stay as are wanted, or there are no more."""
    count, sifting = request.k, request.sifting
    while True:
        deeper = replace(request, k=count)
        hits, plans = _answer(deeper, question, asked, watch)
        kept = sifting.sift(hits)
        if len(kept) >= request.wanted or len(hits) < count:
            break
        count *= _GROWTH
        (asked,) = _ask(replace(request, k=count), [question], watch)
    kept = kept[: request.wanted]
    if sifting.nearest_to is not None:
        with watch.time("near date"):
            kept = _nearest(request, question, kept)
    return ranked(kept[: request.wanted]), plans


def _nearest(request: _Request, question: _Question, places: list[Hit]) -> list[Hit]:
    def best(rows: list[NDArray[np.int64]], k: int) -> list[Hit]:
        here = _among(request, rows, k)
        (asked,) = _ask(here, [question], Stopwatch())
        return _answer(here, question, asked, Stopwatch())[0]

    found = nearest_in_time(request.index, places, request.filter, request.sifting, best)
    return [hit for hits in found for hit in hits]


def _among(request: _Request, rows: list[NDArray[np.int64]], k: int) -> _Request:
    """Return the same request of the CPU for the best ``k`` of some rows of each segment."""
    own = dict(zip(request.index.segments, rows, strict=True))
    widths = request.widths
    if widths is not None:

        def of(segment: Segment, one: WidthBin) -> RowRanges:
            return RowRanges.of_rows(one.among(segment, own[segment]))

        widths = replace(widths, of=of)
    on_cpu = replace(request.options, device=None)
    matching = [RowRanges.of_rows(part) for part in rows]
    return replace(request, matching=matching, widths=widths, k=k, options=on_cpu)


def _answer(request: _Request, question: _Question, asked: _Asked, watch: Stopwatch) -> Answer:
    """Return the hits of a question."""
    with watch.time("search"):
        found = [
            Found(segment, asked.of(number))
            for number, segment in enumerate(request.index.segments)
        ]
        parts = _scaled(request, question, found)
    with watch.time("records"):
        every = [one for part in parts for one in part]
        hits = best_hits(every, request.k, request.index.spec.fingerprint)
    return hits, tuple(combined_plan([one.answer.how for one in part]) for part in parts)


def _scaled(request: _Request, question: _Question, found: Sequence[Found]) -> list[list[Found]]:
    """Return what was found of each segment, and more where the widths of chips count."""
    if request.widths is None or question.preference is None:
        return [[one] for one in found]

    def search(segment: Segment, ranges: RowRanges) -> SegmentAnswer:
        return segment.search(question.vector[None], ranges, request.k, request.options)[0]

    return with_scale(
        found, request.matching, request.k, question.preference, request.widths, search
    )


def _scale(request: _Request, question: _Question) -> tuple[tuple[float, float] | None, str | None]:
    """Return the widths that a query prefers, or why the scale does not count."""
    if question.preference is None:
        return None, "no widths are preferred"
    if request.widths is None:
        return None, "all chips are about equally wide"
    return question.preference.range_m, None
