"""What probabilities say in words, and which hits are likely enough. Never a promise."""

from collections.abc import Sequence

import numpy as np

_WORDS = ((0.8, "likely here"), (0.5, "perhaps here"), (0.2, "doubtful"))
NONE_BELOW = 0.2
"""Nothing was recognised where the probability of any right hit is below this."""


def in_words(any_right: float, passed: int) -> str:
    """Return one line on whether what was asked for is there.

    Args:
        any_right: Probability of a right hit, 0..1.
        passed: Number of chips that passed the filter.
    """
    for minimum, words in _WORDS:
        if any_right >= minimum:
            return words
    return f"nothing like that was recognised among {passed:,} chips"


def likely_enough(
    probabilities: Sequence[float], *, minimum: float | None, false: float | None
) -> list[int]:
    """Return which hits to keep, by their places, in their order.

    Args:
        probabilities: Of the hits, 0..1.
        minimum: Probability of each; None for any.
        false: Expected fraction of false ones among those kept; None for any.
    """
    order = sorted(range(len(probabilities)), key=lambda at: -probabilities[at])
    if minimum is not None:
        order = [at for at in order if probabilities[at] >= minimum]
    if false is not None:
        wrong = np.cumsum([1 - probabilities[at] for at in order])
        means = wrong / np.arange(1, len(order) + 1)
        # sorted by probability, the mean only grows
        order = order[: int(np.searchsorted(means, false, "right"))]
    return sorted(order)
