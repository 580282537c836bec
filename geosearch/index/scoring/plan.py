"""Which way a segment is searched: by what each would cost, for a recall that was measured.

Costs are linear in what has to be touched, with constants that are measured on the machine that
builds the segment; the fraction of codes to look at and the number of candidates to score again are
what queries over this very segment needed.
"""

from dataclasses import dataclass, replace

import numpy as np

from geosearch.index.scoring.calibration import Calibration, Costs, Need


@dataclass(frozen=True, slots=True)
class Choice:
    """How a segment is to be searched."""

    tier: str
    """``exact``, ``ivfpq`` or ``skipped`` (nothing matches)."""
    milliseconds: float
    """What that should take, on one thread of the machine that built the segment."""
    fraction: float = 1.0
    """Fraction of the codes that is looked at, for ``ivfpq``."""
    candidates: int = 0
    """Rows that are scored exactly, or for ``ivfpq`` that are taken by their codes."""


def choose(
    calibration: Calibration, rows: int, matching: int, ranges: int, k: int, *, tier: str = "auto"
) -> Choice:
    """Return the cheapest way to search a segment that has the approximate tier.

    Args:
        calibration: What was measured.
        rows: Rows of the segment.
        matching: Rows that pass the filter.
        ranges: Ranges they are in.
        k: Number of hits asked for.
        tier: ``ivfpq`` to take the approximate tier wherever it has something to choose from.
    """
    if not matching:
        return Choice("skipped", 0.0)
    exact = exact_choice(calibration.costs, matching, ranges)
    if tier == "auto" and 1e6 * exact.milliseconds <= calibration.costs.probe:
        return exact  # choosing lists alone takes as long
    need = need_at(calibration, matching / rows)
    # the tenth hit is what was measured; later ones lie further down
    further = max(1.0, (k / 10) ** 0.5)
    candidates = int(need.candidates * further) + k
    if candidates >= matching or (4 * candidates >= matching and tier == "auto"):
        return exact
    fraction = min(1.0, max(need.fraction, 4 * candidates / matching))
    costs = calibration.costs
    spent = costs.probe + costs.code * fraction * rows
    spent += max(costs.candidate - costs.gathered_row, 0.0) * candidates
    spent += costs.gathered_row * min(need.scored * further, candidates)
    if matching < rows:  # to mark a range takes about as long as to turn to it
        spent += costs.mark * rows + costs.run * ranges
    approximate = Choice("ivfpq", spent / 1e6, fraction, candidates)
    if tier == "ivfpq":
        return approximate
    return min(exact, approximate, key=lambda choice: choice.milliseconds)


def exact_choice(costs: Costs, matching: int, ranges: int) -> Choice:
    """Return what it would cost to score every matching row."""
    spent = costs.row * matching + costs.run * ranges
    return Choice("exact", spent / 1e6, candidates=matching)


def need_at(calibration: Calibration, selectivity: float) -> Need:
    """Return what is needed at a selectivity, between what was measured on logarithmic scales.

    Below the minimum that was measured the last slope goes on.
    """
    needs = sorted(calibration.needs, key=lambda need: need.selectivity)
    at = np.log([need.selectivity for need in needs])
    values = np.log([[need.fraction, need.candidates, need.scored] for need in needs])
    wanted = np.log(max(selectivity, 1e-9))
    if wanted < at[0] and len(needs) > 1:
        # fewer rows pass: at least as large a fraction is needed, and no more candidates
        slope = min((values[1, 0] - values[0, 0]) / (at[1] - at[0]), 0.0)
        fraction = np.exp(values[0, 0] + slope * (wanted - at[0]))
        return replace(needs[0], selectivity=selectivity, fraction=min(float(fraction), 1.0))
    fraction, *rows = (float(np.exp(np.interp(wanted, at, column))) for column in values.T)
    return Need(selectivity, min(fraction, 1.0), *map(round, rows))


def recall_at(calibration: Calibration, selectivity: float) -> float | None:
    """Return the recall of the approximate tier that was measured next to a selectivity.

    None where it was not measured; what an exact scan found there says nothing about it.
    """
    measured = [one for one in calibration.recalls if one.tier == "ivfpq"]
    if not measured:
        return None
    wanted = np.log(max(selectivity, 1e-9))
    return min(measured, key=lambda one: abs(float(np.log(one.selectivity)) - wanted)).recall
