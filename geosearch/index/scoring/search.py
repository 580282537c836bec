"""The best rows of one segment for a query: which way is taken, and what came of it.

On the CPU, either all rows that may be ranked are scored, or candidates by their codes, which are
scored again: whatever costs less. A device scores all rows, for several queries at once. The
answers of all three are exact scores.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.eligibility import AUTO_ROWS
from geosearch.index.scoring.ann.rescoring import best_by_codes
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.calibration import UNMEASURED, Calibration
from geosearch.index.scoring.cuda_scan import DeviceScan
from geosearch.index.scoring.exact import tied_rows
from geosearch.index.scoring.plan import Choice, choose, exact_choice, recall_at

Tier = Literal["auto", "exact", "ivfpq"]


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How segments are to be searched."""

    tier: Tier = "auto"
    """``exact`` scores every row that may be ranked, ``ivfpq`` takes the approximate tier wherever
    there is one; ``auto`` takes what is cheaper."""
    threads: int = 1
    """Maximum number of threads for one query."""
    device: DeviceScan | None = None
    """Where segments may be scanned that fit; not for ``ivfpq``."""


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """How one segment was searched."""

    segment: str
    """The segment's id."""
    rows: int
    """Chips in it."""
    matching: int
    """Chips that passed the filter."""
    ranges: int
    """Ranges of rows that they are in."""
    tier: str
    """``exact``, ``device`` (exact, by a GPU), ``ivfpq`` or ``skipped`` (nothing matches)."""
    candidates: int
    """Chips whose exact score was computed, by the CPU, for ``device``."""
    probed: float
    """Fraction of the segment's codes that was looked at; 0 without the approximate tier."""
    recall: float | None
    """Fraction of the true answer to expect, as it was measured when the segment was built; 1 for
    an exact scan; None where it was not measured."""
    expected_ms: float | None
    """What it should take on the machine that built the segment, one thread; None for ``device``,
    which is not measured."""


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """Scored rows of one segment, best first: those asked for, and all that tie with the last."""

    rows: Rows
    """int64 [m]."""
    scores: Floats
    """[m]."""
    how: SegmentPlan
    """How they were found."""


class SegmentAnswers:
    """The answers of a segment to several queries, by the queries' numbers.

    What a device has found is here; all else is searched when it is asked for, by the thread that
    asks.
    """

    def __init__(
        self,
        found: Sequence[SegmentAnswer | None],
        search_one: Callable[[int], SegmentAnswer],
    ) -> None:
        """Hold what is known.

        Args:
            found: What a device has found, one per query; None where it has not searched.
            search_one: Answers a query, by its number.
        """
        self._found = found
        self._search_one = search_one

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, number: int) -> SegmentAnswer:
        return self._found[number] or self._search_one(number)


class Searchable(Protocol):
    """What a search asks of a segment."""

    id: str
    n: int
    """Number of rows."""
    vectors: Halves
    """float16 [n, dim]."""

    @property
    def ann(self) -> "SearchableAnn | None":
        """Its approximate tier; None without one."""


class SearchableAnn(Protocol):
    """What a search asks of a segment's approximate tier."""

    @property
    def calibration(self) -> Calibration:
        """What was measured when that was built."""

    @property
    def tier(self) -> ApproximateTier:
        """The approximate tier."""


def search(
    segment: Searchable, queries: Floats, ranges: RowRanges, k: int, options: SearchOptions
) -> SegmentAnswers:
    """Return the best rows for queries: a device's, if it is worth its while, or the CPU's.

    Args:
        segment: Where to search.
        queries: float32 [q, dim].
        ranges: Rows to choose from.
        k: How many; with all that tie with the last of them.
        options: How to search.

    Raises:
        EncoderError: The device is not there, or has failed.
        IndexFolderError: A file of the segment is damaged.
    """
    choice = _choice(segment, ranges.count, len(ranges), k, options.tier)

    def search_one(number: int) -> SegmentAnswer:
        return _on_cpu(segment, queries[number], ranges, k, choice, options.threads)

    found = _on_device(segment, queries, ranges, k, choice, options)
    return SegmentAnswers(found, search_one)


def _on_cpu(
    segment: Searchable, query: Floats, ranges: RowRanges, k: int, choice: Choice, threads: int
) -> SegmentAnswer:
    matching = ranges.count
    if choice.tier == "ivfpq" and (ann := segment.ann) is not None:
        calibration = ann.calibration
        found = best_by_codes(
            ann.tier, segment.vectors, query, ranges, k, choice,
            errors=calibration.errors, threads=threads,
        )  # fmt: skip
        if len(found.rows) >= min(k, matching):  # never fewer hits than there are
            plan = _plan(segment, ranges, replace(choice, fraction=found.fraction))
            return SegmentAnswer(found.rows, found.scores, replace(plan, candidates=found.scored))
        choice = exact_choice(calibration.costs, matching, len(ranges))
    rows, scores = tied_rows(segment.vectors, query, ranges, k, threads=threads)
    return SegmentAnswer(rows, scores, _plan(segment, ranges, choice))


def _on_device(
    segment: Searchable,
    queries: Floats,
    ranges: RowRanges,
    k: int,
    choice: Choice,
    options: SearchOptions,
) -> Sequence[SegmentAnswer | None]:
    """Return what a device finds, one per query; None where the CPU has to search."""
    nothing: list[SegmentAnswer | None] = [None] * len(queries)
    device, spent = options.device, choice.milliseconds * len(queries)
    if device is None or options.tier == "ivfpq":
        return nothing
    if not (spent > 0 and device.should_use(segment.id, segment.vectors, spent)):
        return nothing
    plan = replace(_plan(segment, ranges, Choice("device", 0.0)), expected_ms=None)
    return [
        None
        if one is None
        else SegmentAnswer(one.rows, one.scores, replace(plan, candidates=one.scored))
        for one in device.best_rows(segment.id, segment.vectors, queries, ranges, k)
    ]


def _choice(segment: Searchable, matching: int, ranges: int, k: int, tier: Tier) -> Choice:
    if not matching:
        return Choice("skipped", 0.0)
    ann = segment.ann
    if ann is None or tier == "exact":
        costs = (UNMEASURED if ann is None else ann.calibration).costs
        return exact_choice(costs, matching, ranges)
    # an index that was forced to have the approximate tier while small is meant to use it
    wanted = "ivfpq" if segment.n < AUTO_ROWS else tier
    return choose(ann.calibration, segment.n, matching, ranges, k, tier=wanted)


def _plan(segment: Searchable, ranges: RowRanges, choice: Choice) -> SegmentPlan:
    matching = ranges.count
    recall: float | None = 1.0
    probed = 0.0
    if choice.tier == "ivfpq" and segment.ann is not None:
        recall = recall_at(segment.ann.calibration, matching / segment.n)
        probed = choice.fraction
    return SegmentPlan(
        segment=segment.id,
        rows=segment.n,
        matching=matching,
        ranges=len(ranges),
        tier=choice.tier,
        candidates=matching,
        probed=probed,
        recall=recall,
        expected_ms=choice.milliseconds,
    )
