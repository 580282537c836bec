"""How soon the first right answer comes, by its rank in each of several answers."""

from collections.abc import Sequence

import numpy as np


def success_at(k: int, ranks: Sequence[float]) -> float:
    """Return the fraction of answers, 0..1, whose first right one is among the first ``k``.

    Args:
        k: Number of places looked at.
        ranks: Of the first right one of each, from 1; infinite where there is none.
    """
    return float(np.mean([rank <= k for rank in ranks]))


def mean_reciprocal_rank(ranks: Sequence[float]) -> float:
    """Return the mean of 1 / rank of the first right one, 0..1 (Voorhees, TREC-8, 1999).

    Args:
        ranks: Of the first right one of each, from 1; infinite where there is none.
    """
    return float(np.mean([1 / rank for rank in ranks]))
