"""Query vector → candidates → exact scores → hits.

Per segment the filter gives the rows, a plan chooses the tier, and candidates
are always scored again from the stored 16-bit vectors. Segments are merged by
score; ties go to the smaller chip id, so that two runs agree.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError
from geosearch.index import ChipRecord, Index, Segment
from geosearch.progress import Stopwatch
from geosearch.search.distinct import distinct_places
from geosearch.search.filters import Filter
from geosearch.search.hit import Hit
from geosearch.search.selection import Rows, matching_rows

EXACT_ROWS = 50_000
"""Up to so many matching rows an exact scan is quicker than the approximate tier."""

_CANDIDATES = (1_000, 10_000)
_CANDIDATES_PER_ROOT_ROW = 3.0
_DISTINCT_GROWTH = 4


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """How one segment was searched."""

    segment: str
    """The segment's id."""
    rows: int
    """Chips in it."""
    matching: int
    """Chips that passed the filter."""
    tier: str
    """``exact``, ``ivfpq`` or ``skipped`` (nothing matches)."""
    candidates: int
    """Chips whose exact score was computed."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a search did, for ``--explain``."""

    plans: tuple[SegmentPlan, ...]
    """One a segment, in the manifest's order."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Step to wall-clock milliseconds."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Scored rows of one segment, best first."""

    segment: Segment
    rows: Rows
    scores: NDArray[np.float32]


def search(
    index: Index,
    query: NDArray[np.float32],
    *,
    wanted: Filter | None = None,
    k: int = 10,
    exact: bool = False,
    distinct: bool = False,
) -> tuple[list[Hit], Explanation]:
    """Return the ``k`` best chips among those that pass a filter.

    Args:
        index: An open index.
        query: float32 [dim], unit length, of the encoder the index was built with.
        wanted: What a chip must satisfy; None for no condition.
        k: How many hits at most; fewer come only where fewer chips match.
        exact: Score every matching chip, whatever its number.
        distinct: Leave out chips that overlap a better one.

    Raises:
        UsageError: ``k`` is below 1, or the vector has another dimension.
    """
    if k < 1:
        raise UsageError(f"-k is {k}", hint="ask for at least one hit")
    if query.shape != (index.spec.dim,):
        raise UsageError(
            f"the query vector has shape {query.shape}, chips have {index.spec.dim} numbers",
            hint="embed the query with the encoder that `geosearch info` names",
        )
    watch = Stopwatch()
    with watch.time("filter"):
        matching = [matching_rows(segment, wanted or Filter()) for segment in index.segments]
    count = k
    while True:
        hits, plans = _search_rows(index, query, matching, count, exact, watch)
        if not distinct:
            break
        kept = distinct_places(hits)
        if len(kept) >= k or len(hits) < count:
            hits = [replace(hit, rank=rank) for rank, hit in enumerate(kept[:k], start=1)]
            break
        count *= _DISTINCT_GROWTH
    milliseconds = {step: 1000 * seconds for step, seconds in watch.seconds.items()}
    return hits, Explanation(plans, milliseconds)


def _search_rows(
    index: Index,
    query: NDArray[np.float32],
    matching: list[Rows | None],
    k: int,
    exact: bool,
    watch: Stopwatch,
) -> tuple[list[Hit], tuple[SegmentPlan, ...]]:
    with watch.time("search"):
        searched = [
            _rank_segment(segment, query, rows, k, exact)
            for segment, rows in zip(index.segments, matching, strict=True)
        ]
    with watch.time("records"):
        hits = _best_hits([ranked for ranked, _ in searched], k, index.spec.fingerprint)
    return hits, tuple(plan for _, plan in searched)


def _rank_segment(
    segment: Segment, query: NDArray[np.float32], rows: Rows | None, k: int, exact: bool
) -> tuple[_Ranked, SegmentPlan]:
    matching = segment.n if rows is None else len(rows)
    if matching == 0:
        nothing = _Ranked(segment, np.zeros(0, np.int64), np.zeros(0, np.float32))
        return nothing, SegmentPlan(segment.id, segment.n, 0, "skipped", 0)
    count = max(k, _candidate_count(matching))
    use_ann = (
        segment.has_ann and not exact and count < matching and not _scans_faster(segment, matching)
    )
    if use_ann:
        rows = np.sort(segment.candidates(query, rows, count))
    best, scores = _scan_with_ties(segment, query, rows, k)
    scored = segment.n if rows is None else len(rows)
    tier = "ivfpq" if use_ann else "exact"
    return _Ranked(segment, best, scores), SegmentPlan(
        segment.id, segment.n, matching, tier, scored
    )


def _scans_faster(segment: Segment, matching: int) -> bool:
    # an index that was forced to have the approximate tier while small is meant to use it
    return matching <= EXACT_ROWS and segment.n > EXACT_ROWS


def _candidate_count(matching: int) -> int:
    # enough for the codes to have the true best among them; more only cost re-scoring
    low, high = _CANDIDATES
    return int(min(max(_CANDIDATES_PER_ROOT_ROW * matching**0.5, low), high))


def _scan_with_ties(
    segment: Segment, query: NDArray[np.float32], rows: Rows | None, k: int
) -> tuple[Rows, NDArray[np.float32]]:
    """Scan for ``k`` rows and for all that tie with the last of them."""
    available = segment.n if rows is None else len(rows)
    asked = min(k + 1, available)
    while True:
        best, scores = segment.scan(query, rows, asked)
        if asked == available or scores[-1] < scores[min(k, asked) - 1]:
            return best, scores
        asked = min(2 * asked, available)


def _best_hits(ranked: list[_Ranked], k: int, fingerprint: str) -> list[Hit]:
    scores = np.concatenate([part.scores for part in ranked] or [np.zeros(0, np.float32)])
    if len(scores) == 0:
        return []
    worst = np.sort(scores)[::-1][min(k, len(scores)) - 1]
    found = []
    for part in ranked:
        rows = part.rows[part.scores >= worst]
        kept = part.scores[part.scores >= worst]
        chips = part.segment.chips(rows)
        found += list(zip(kept, chips, part.segment.footprints(rows), strict=True))
    found.sort(key=lambda entry: (-entry[0], entry[1].id))
    return [
        _hit(rank, float(score), chip, footprint, fingerprint)
        for rank, (score, chip, footprint) in enumerate(found[:k], start=1)
    ]


def _hit(rank: int, score: float, chip: ChipRecord, footprint: object, fingerprint: str) -> Hit:
    return Hit(
        id=chip.id,
        rank=rank,
        score=score,
        scene=chip.scene,
        href=chip.href,
        window=chip.window,
        size_m=chip.size_m,
        gsd_m=chip.gsd_m,
        datetime=chip.datetime,
        encoder=fingerprint,
        footprint=footprint,
        bands=chip.bands,
        stretch=chip.stretch,
        pixel_m=chip.pixel_m,
    )
