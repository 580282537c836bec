"""How a search was done: what ``explain`` shows."""

from dataclasses import dataclass, field

from geosearch.index import SegmentPlan


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a search was done."""

    plans: tuple[SegmentPlan, ...]
    """One per segment, in the manifest's order."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Step to wall-clock milliseconds."""
    notes: tuple[str, ...] = ()
    """How the filter was read where that is worth a remark, and where the index lies if nothing
    matches it; one line each."""
