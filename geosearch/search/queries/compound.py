"""A question of several parts as one vector, so that it is ranked as a text is.

A text and images are centred before they are added: texts lie apart from images in the space that
they share, and the step between the two says nothing about what was asked (Liang et al., Mind the
Gap, 2022, arXiv:2203.02053). The weights were measured; `docs/explanation/searching.md` has
the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError

AVOIDED = 0.5
"""Weight of what is not wanted: 0.25 leaves more of it, 1 gains nothing."""
_LEAST = 1e-6
"""Shorter sums of unit vectors have no direction that means anything."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """Where an encoder's texts and an archive's chips lie in the space that they share."""

    texts: Floats
    """Mean of the vectors of many texts, [dim]."""
    chips: Floats
    """Mean of the vectors of many chips, [dim]."""


def first_term(
    text: Floats | None, images: Sequence[Floats], centres: Centres | None
) -> NDArray[np.float64] | None:
    """Return what is looked for, before anything is avoided or marked.

    Args:
        text: Unit vector of the text, [dim]; None without one.
        images: Unit vectors of the images that it should look like, each [dim].
        centres: What text and images are measured from; None for the origin.

    Returns:
        Unit vector float64 [dim]: the text, the images' mean, or where there are both
        u(t - t0) + u(mean v - v0); None where there is neither.

    Raises:
        UsageError: They cancel each other out.
    """
    if not len(images):
        return None if text is None else unit(text)
    mean = _mean(images)
    if text is None:
        return unit(mean)
    if centres is None:
        return unit(unit(text) + unit(mean))
    return unit(unit(text - centres.texts) + unit(mean - centres.chips))


def compound(
    first: Floats | None,
    *,
    avoid: Sequence[Floats] = (),
    right: Sequence[Floats] = (),
    wrong: Sequence[Floats] = (),
) -> NDArray[np.float32]:
    """Return a question as one vector.

    Marks are a step of relevance feedback (Rocchio, 1971), with means of unit length.

    Args:
        first: What is looked for, as `first_term` gives it; None where marks alone say it.
        avoid: Unit vectors of texts that are not wanted, each [dim].
        right: Those of chips that were marked as right.
        wrong: Those of chips that were marked as wrong.

    Returns:
        float32 [dim], of unit length: first - 0.5 u(mean avoid) + u(mean right) - 0.5 u(mean
        wrong).

    Raises:
        UsageError: Nothing is looked for, or the parts cancel each other out.
    """
    wanted = [] if first is None else [np.asarray(first, np.float64)]
    wanted += [unit(_mean(right))] if len(right) else []
    if not wanted:
        only = len(avoid) or len(wrong)
        raise UsageError(
            "nothing is looked for" + (": there is only what is not wanted" if only else ""),
            hint="give a text, images in `like`, or marks of what is right",
            parameter="query",
        )
    unwanted = [unit(_mean(vectors)) for vectors in (avoid, wrong) if len(vectors)]
    total = np.sum(wanted, axis=0)
    for vector in unwanted:
        total -= AVOIDED * vector
    return unit(total).astype(np.float32)


def unit(vector: Floats) -> NDArray[np.float64]:
    """Return a vector float64 [dim] at unit length.

    Raises:
        UsageError: It is next to zero.
    """
    wide = np.asarray(vector, np.float64)
    length = float(np.linalg.norm(wide))
    if not length > _LEAST:
        raise UsageError(
            "the parts of the question cancel each other out",
            hint="leave out what is wanted and unwanted at once",
        )
    return np.asarray(wide / length)


def _mean(vectors: Sequence[Floats]) -> NDArray[np.float64]:
    return np.asarray(np.mean(np.asarray(vectors, np.float64), axis=0))
