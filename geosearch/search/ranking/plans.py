"""One plan per segment, where chips of some widths were searched apart."""

from collections.abc import Sequence
from dataclasses import replace

from geosearch.index import SegmentPlan


def combined_plan(plans: Sequence[SegmentPlan]) -> SegmentPlan:
    """Return one plan for a segment.

    Args:
        plans: That of all chips which pass the filter, then those of some of them.
    """
    searched = [plan for plan in plans if plan.tier != "skipped"] or list(plans[:1])
    if len(searched) == 1:
        return searched[0]
    recalls = [plan.recall for plan in searched if plan.recall is not None]
    times = [plan.expected_ms for plan in searched if plan.expected_ms is not None]
    return replace(
        searched[0],
        tier="+".join(sorted({plan.tier for plan in searched})),
        candidates=sum(plan.candidates for plan in searched),
        probed=max(plan.probed for plan in searched),
        recall=min(recalls) if len(recalls) == len(searched) else None,
        expected_ms=sum(times) if times else None,
    )
