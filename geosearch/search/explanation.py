"""How a search was done: what `--explain` tells."""

from dataclasses import dataclass, field


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
    """Chips whose exact score was computed; by the CPU, for ``device``."""
    probed: float
    """Share of the segment's codes that was looked at; 0 without the approximate tier."""
    recall: float | None
    """Share of the true answer to expect, as it was measured when the segment was built; 1 for
    an exact scan; None where it was not measured."""
    expected_ms: float | None
    """What it should take on the machine that built the segment, one thread; None for ``device``,
    which is not measured."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a search did, for ``--explain``."""

    plans: tuple[SegmentPlan, ...]
    """One a segment, in the manifest's order."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Step to wall-clock milliseconds."""
    notes: tuple[str, ...] = ()
    """What is to be said of how the filter was read, and of where the index lies if nothing
    matches it, a line each."""
