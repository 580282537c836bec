"""How true probabilities are, on labelled pictures.

A trial is an archive of a set's pictures without those of one class, but for 0, 1, 3, 10 or all of
them, and a query for the class. Labels are single: classes whose pictures may show the same are
left out; what others show besides counts as wrong, so that false fractions are upper bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.also_shown import ALSO_SHOWN
from geosearch.index import Background
from geosearch.search import likelihood, likely_enough, yardstick

RIGHT = (0, 1, 3, 10, None)
"""Pictures of the class that stay; None for all."""
_HITS = 20
_BINS = 10
_SAMPLE = 2_048
ABSENT = (
    "a ferris wheel", "an oil rig in the sea", "a hot air balloon", "a submarine", "a penguin",
    "a roller coaster", "a space shuttle", "a castle with a moat", "a lava lake", "an igloo",
    "a herd of elephants", "a suspension bridge in fog", "a whale", "an erupting volcano",
    "a waterfall in a jungle", "a pyramid", "a rocket on its launch pad", "a ski jump",
    "a minaret", "a lighthouse on a rock", "an aircraft carrier", "a tornado", "a kitchen",
    "a portrait of a man", "a page of handwriting", "a cat on a sofa", "a plate of pasta",
    "a violin", "a wedding cake", "a bicycle against a wall",
)  # fmt: skip
"""What no picture of the sets shows."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """How true probabilities are on one set of pictures."""

    pictures: int
    hit_error: float
    """Expected calibration error of hits: mean distance of claim and truth, by tenths."""
    false_at_5: float
    """Fraction of false hits where 5 % are claimed."""
    false_at_20: float
    kept_at_20: float
    """Fraction of the right hits that are kept there."""
    absent_called_present: float
    """Fraction of phrases of what no picture shows with a probability of 0.5 and more."""
    three_found: float
    """Fraction of classes with three right pictures that are called present."""
    bins: tuple[tuple[float, float, int], ...]
    """Mean claim, true fraction, and count, by tenths of the claim."""


def trusted(
    pictures: NDArray[np.float32],
    classes: Sequence[str],
    queries: dict[str, NDArray[np.float32]],
    phrases: NDArray[np.float32],
    absent: NDArray[np.float32],
) -> Trusted:
    """Measure the probabilities of all trials on a set.

    Args:
        pictures: float32 [n, dim].
        classes: [n].
        queries: A vector for each class, float32 [dim].
        phrases: The bank's, float32 [206, dim].
        absent: Of what no picture shows, float32 [a, dim].
    """
    labels, rng = np.array(classes), np.random.default_rng(0)
    claims: list[float] = []
    truths: list[bool] = []
    found_three = []
    for name, query in queries.items():
        own = np.flatnonzero(labels == name)
        others = np.flatnonzero([one != name and one not in _also(name) for one in classes])
        for count in RIGHT:
            kept = rng.permutation(own)[: len(own) if count is None else count]
            rows = np.concatenate([others, kept])
            best, any_right, probabilities = _asked(query, pictures[rows], phrases, rng)
            claims += probabilities
            truths += (labels[rows][best] == name).tolist()
            if count == 3:
                found_three.append(any_right >= 0.5)
    called = [_asked(query, pictures, phrases, rng)[1] >= 0.5 for query in absent]
    claimed, true = np.array(claims), np.array(truths)
    return Trusted(
        len(pictures),
        *_calibration(claimed, true),
        absent_called_present=float(np.mean(called)),
        three_found=float(np.mean(found_three)),
        bins=_bins(claimed, true),
    )


def _also(name: str) -> frozenset[str]:
    return ALSO_SHOWN.get(name.lower().replace(" ", ""), frozenset())


def _asked(
    query: NDArray[np.float32],
    pictures: NDArray[np.float32],
    phrases: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], float, list[float]]:
    best = np.argsort(-(pictures @ query), kind="stable")[:_HITS]
    sample = pictures[rng.permutation(len(pictures))[:_SAMPLE]]
    reached = pictures[(pictures @ phrases.T).argmax(axis=0)]
    found = likelihood(query, pictures[best], yardstick(Background(phrases, sample, reached)))
    return best, found.any, found.hits.tolist()


def _calibration(
    claimed: NDArray[np.float64], true: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    error = sum(abs(claim - right) * count for claim, right, count in _bins(claimed, true))
    at_5, at_20 = (
        np.array(likely_enough(claimed.tolist(), least=None, false=false), np.int64)
        for false in (0.05, 0.2)
    )
    return (
        error / len(claimed),
        float(np.mean(~true[at_5])) if len(at_5) else 0.0,
        float(np.mean(~true[at_20])) if len(at_20) else 0.0,
        float(true[at_20].sum() / max(true.sum(), 1)),
    )


def _bins(
    claimed: NDArray[np.float64], true: NDArray[np.bool_]
) -> tuple[tuple[float, float, int], ...]:
    number = np.minimum((claimed * _BINS).astype(int), _BINS - 1)
    return tuple(
        (float(claimed[number == at].mean()), float(true[number == at].mean()), int(count))
        for at in range(_BINS)
        if (count := np.count_nonzero(number == at))
    )
