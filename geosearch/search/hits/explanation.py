"""How a search was done: what ``explain`` shows."""

from dataclasses import dataclass, field

from geosearch.index import SegmentPlan


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a hit compares with phrases that have nothing to do with the query."""

    contrast: float
    """By how much the query fits it better than the best other phrase; 0 is what phrases usually
    reach in this index, and 1 is as far above it as the lowest sixth lies below."""
    standing: float
    """By how much it stands out of all phrases, on the same scale."""
    nearest: str
    """The best other phrase."""
    lead: float
    """How much lower that scores."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a search was done."""

    plans: tuple[SegmentPlan, ...]
    """One per segment, in the manifest's order."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Step to wall-clock milliseconds."""
    notes: tuple[str, ...] = ()
    """How the query and the filter were read where that is worth a remark, and where the index
    lies if nothing matches; one line each."""
    scale_m: tuple[float, float] | None = None
    """Narrowest and widest chip on the ground in which things like this are usually recognised,
    metres; None where the scale did not count."""
    scale_off: str | None = None
    """Why the scale did not count; None where it did."""
    comparisons: tuple[Comparison, ...] = ()
    """What the probability of each hit comes from; empty where there is none."""
    phrases_aside: int = 0
    """Phrases of the bank that mean the same as the query in this index, and say nothing."""
