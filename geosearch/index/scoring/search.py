"""The best rows of one segment for a query: which way is taken, and what came of it.

On the CPU, either all rows that may be ranked are scored, or candidates by their codes, which are
scored again: whatever costs less. A device scores all rows, for several queries at once. The
answers of all three are exact scores.
"""

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


class Searchable(Protocol):
    """What a search asks of a segment."""

    id: str
    n: int
    """Number of rows."""
    vectors: Halves
    """float16 [n, dim]."""
    has_ann: bool
    """Whether it has the approximate tier."""

    @property
    def calibration(self) -> Calibration:
        """What was measured when that was built."""

    @property
    def tier(self) -> ApproximateTier:
        """The approximate tier."""


def search(
    segment: Searchable, query: Floats, ranges: RowRanges, k: int, options: SearchOptions
) -> SegmentAnswer:
    """Return the best rows for a query, as the CPU finds them.

    Args:
        segment: Where to search.
        query: float32 [dim].
        ranges: Rows to choose from.
        k: How many; with all that tie with the last of them.
        options: How to search.

    Raises:
        IndexFolderError: A file of the segment is damaged.
    """
    matching = ranges.count
    choice = _choice(segment, matching, len(ranges), k, options.tier)
    if choice.tier == "ivfpq":
        found = best_by_codes(
            segment.tier, segment.vectors, query, ranges, k, choice,
            errors=segment.calibration.errors, threads=options.threads,
        )  # fmt: skip
        if len(found.rows) >= min(k, matching):  # never fewer hits than there are
            plan = _plan(segment, ranges, matching, replace(choice, share=found.share))
            return SegmentAnswer(found.rows, found.scores, replace(plan, candidates=found.scored))
        choice = exact_choice(segment.calibration.costs, matching, len(ranges))
    rows, scores = tied_rows(segment.vectors, query, ranges, k, threads=options.threads)
    return SegmentAnswer(rows, scores, _plan(segment, ranges, matching, choice))


def search_on_device(
    segment: Searchable, queries: Floats, ranges: RowRanges, k: int, options: SearchOptions
) -> list[SegmentAnswer | None]:
    """Return the best rows for several queries, as a device finds them, if it is worth its while.

    Args:
        segment: Where to search.
        queries: float32 [q, dim].
        ranges: Rows to choose from.
        k: How many; with all that tie with the last of them.
        options: How to search.

    Returns:
        One per query; None where the CPU has to search.

    Raises:
        EncoderError: The device is not there, or has failed.
    """
    nothing: list[SegmentAnswer | None] = [None] * len(queries)
    device, matching = options.device, ranges.count
    if device is None or options.tier == "ivfpq" or not len(queries):
        return nothing
    choice = _choice(segment, matching, len(ranges), k, options.tier)
    spent = choice.milliseconds * len(queries)
    if not (spent > 0 and device.should_use(segment.id, segment.vectors, spent)):
        return nothing
    found = device.best_rows(segment.id, segment.vectors, queries, ranges, k)
    plan = _plan(segment, ranges, matching, Choice("device", 0.0))
    plan = replace(plan, expected_ms=None)
    return [
        None
        if one is None
        else SegmentAnswer(one.rows, one.scores, replace(plan, candidates=one.scored))
        for one in found
    ]


def _choice(segment: Searchable, matching: int, ranges: int, k: int, tier: Tier) -> Choice:
    if not matching:
        return Choice("skipped", 0.0)
    if not segment.has_ann or tier == "exact":
        costs = segment.calibration.costs if segment.has_ann else UNMEASURED.costs
        return exact_choice(costs, matching, ranges)
    # an index that was forced to have the approximate tier while small is meant to use it
    wanted = "ivfpq" if segment.n < AUTO_ROWS else tier
    return choose(segment.calibration, segment.n, matching, ranges, k, tier=wanted)


def _plan(segment: Searchable, ranges: RowRanges, matching: int, choice: Choice) -> SegmentPlan:
    approximate = choice.tier == "ivfpq"
    recall = recall_at(segment.calibration, matching / segment.n) if approximate else 1.0
    return SegmentPlan(
        segment=segment.id,
        rows=segment.n,
        matching=matching,
        ranges=len(ranges),
        tier=choice.tier,
        candidates=matching,
        probed=choice.share if approximate else 0.0,
        recall=recall,
        expected_ms=choice.milliseconds,
    )
