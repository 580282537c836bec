"""A question: what is asked, as one vector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder
from geosearch.errors import UsageError
from geosearch.index import Background
from geosearch.search.queries.sentence_weights import weighed
from geosearch.search.queries.wording import Wording, read_wording
from geosearch.vocabulary import sentences

Vector = NDArray[np.float32]

_AVOIDED = 0.5
"""Weight of what is not wanted: 0.25 leaves more of it, 1 loses what is."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked."""

    vector: Vector
    """float32 [dim], unit length."""
    wording: Wording | None = None
    """The text; None for a vector."""
    avoid: tuple[str, ...] = ()
    """What is not wanted."""


def ask_texts(
    texts: Sequence[str],
    encoder: Encoder,
    background: Background | None,
    *,
    avoid: Sequence[str] = (),
    as_written: bool = False,
) -> list[Question]:
    """Return texts as questions.

    A text of several sentences becomes the sum of their vectors, weighed by how far each picks
    something out of the index; what is not wanted is subtracted.

    Args:
        texts: Queries.
        encoder: Of the index.
        background: Of the index; None where none is known: long texts are then embedded as one.
        avoid: Texts of what is not wanted.
        as_written: Mend no typing errors.

    Raises:
        UsageError: A text is not UTF-8, or what is wanted is what is not wanted.
    """
    wordings = [read_wording(text, encoder, as_written=as_written) for text in texts]
    unwanted = [read_wording(text, encoder, as_written=as_written) for text in avoid]
    parts = [(one.read_as,) if background is None else sentences(one.read_as) for one in wordings]
    whole = [one.read_as for one in unwanted]
    vectors = encoder.encode_texts([*(part for text in parts for part in text), *whole])
    subtracted = _unit(vectors[len(vectors) - len(whole) :].mean(axis=0)) if whole else None
    questions, first = [], 0
    for wording, text in zip(wordings, parts, strict=True):
        own = vectors[first : first + len(text)]
        first += len(text)
        vector = own[0] if background is None else weighed(own, background.sample)
        if subtracted is not None:
            vector = _without(vector, subtracted, wording.asked, avoid)
        notes = tuple(note for one in (wording, *unwanted) for note in one.notes)
        read = Wording(wording.asked, wording.read_as, notes)
        questions.append(Question(vector, read, tuple(avoid)))
    return questions


def _without(vector: Vector, unwanted: Vector, text: str, avoid: Sequence[str]) -> Vector:
    left = vector - np.float32(_AVOIDED) * unwanted
    if float(unwanted @ vector) > 1 - 1e-4:
        raise UsageError(
            f'"{text}" is what is not wanted: {", ".join(avoid)}',
            hint="give other words as `avoid`",
            parameter="avoid",
        )
    return _unit(left)


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
