"""Queries whose truth is known: archives with and without pictures of what is asked.

A trial is an archive of a set's pictures without those of one class, but for 0, 1, 3, 10 or all of
them, and a query for the class; or the whole set, and a query for what no picture shows. Labels
are single: classes whose pictures may show the same are left out; what others show besides counts
as wrong, so that false fractions are upper bounds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking.likely.also_shown import ALSO_SHOWN
from benchmarks.asking.pictures import Labelled
from geosearch.index import Background
from geosearch.search import likelihood, yardstick

RIGHT = (0, 1, 3, 10, None)
"""Pictures of the class that stay; None for all."""
_HITS = 20
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


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one query found, what was said of it, and what is true."""

    contrast: NDArray[np.float64]
    """[h], best hit first; as `Likelihood.contrast`."""
    standing: NDArray[np.float64]
    """[h]; as `Likelihood.standing`."""
    claimed: NDArray[np.float64]
    """[h], 0..1: the probabilities that geosearch gave."""
    claimed_any: float
    """That anything right is there, as geosearch gave it."""
    right: NDArray[np.bool_]
    """[h]."""
    present: int
    """Right pictures in the archive."""
    nowhere: bool = False
    """What is asked is in no picture of the set."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The texts of a benchmark, embedded."""

    classes: dict[str, NDArray[np.float32]]
    """Of each class its wordings, float32 [w, dim]."""
    phrases: NDArray[np.float32]
    """The bank's, float32 [206, dim]."""
    absent: NDArray[np.float32]
    """Of what no picture shows, float32 [a, dim]."""


def trials(
    pictures: Labelled, asked: Asked, *, sizes: Sequence[int | None] = (None,), seed: int = 0
) -> list[Trial]:
    """Ask all queries of archives of a set; of ``sizes`` drawn pictures, or all where None."""
    rng = np.random.default_rng(seed)
    found = []
    for size in sizes:
        rows = np.sort(rng.permutation(len(pictures.classes))[:size])
        archive = pictures.taken(rows)
        found += list(_of_classes(archive, asked, rng))
        found += list(_of_nothing(archive, asked, rng))
    return found


def _of_classes(pictures: Labelled, asked: Asked, rng: np.random.Generator) -> Iterator[Trial]:
    labels = np.array(pictures.classes)
    for name in sorted(set(pictures.classes)):
        own = np.flatnonzero(labels == name)
        also = ALSO_SHOWN.get(name, frozenset())
        others = np.flatnonzero([one != name and one not in also for one in pictures.classes])
        for query in asked.classes[name]:
            for count in RIGHT:
                kept = rng.permutation(own)[: len(own) if count is None else count]
                rows = np.concatenate([others, kept])
                yield _trial(query, pictures.vectors[rows], labels[rows] == name, asked, rng)


def _of_nothing(pictures: Labelled, asked: Asked, rng: np.random.Generator) -> Iterator[Trial]:
    wrong = np.zeros(len(pictures.vectors), bool)
    for query in asked.absent:
        yield _trial(query, pictures.vectors, wrong, asked, rng, nowhere=True)


def _trial(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    right: NDArray[np.bool_],
    asked: Asked,
    rng: np.random.Generator,
    *,
    nowhere: bool = False,
) -> Trial:
    best = np.argsort(-(vectors @ query), kind="stable")[:_HITS]
    sample = vectors[rng.permutation(len(vectors))[:_SAMPLE]]
    reached = vectors[(vectors @ asked.phrases.T).argmax(axis=0)]
    level = yardstick(Background(asked.phrases, sample, reached))
    said = likelihood(query, vectors[best], level)
    return Trial(
        said.contrast,
        said.standing,
        said.hits,
        said.any,
        right[best],
        int(np.count_nonzero(right)),
        nowhere,
    )
