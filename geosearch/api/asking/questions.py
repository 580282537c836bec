"""What a caller asks, as questions that have a vector: texts, vectors, images, marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from geosearch.api.texts import require_queries
from geosearch.errors import UsageError
from geosearch.text import readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geosearch.encoders import Encoder
    from geosearch.index import Background, Generation
    from geosearch.search import AnswerOptions, Centres, Examples, Question, Wording
    from geosearch.stopwatch import Stopwatch

    AnyQuery: TypeAlias = str | list[str] | tuple[str, ...] | NDArray[np.floating[Any]] | None
    """A text, several, a vector, several, or nothing beside images and marks."""
    _Read: TypeAlias = tuple[Wording, NDArray[np.float32]]
    """A text as it is read, and its vector."""

_MAX_AVOIDED = 100
_NO_CENTRES = "text and images are added as they are: not enough is known of the index's chips"


@dataclass(frozen=True, slots=True)
class Reading:
    """With what questions are read."""

    index: Generation
    encoder: Callable[[], Encoder]
    """Returns the index's encoder: it is loaded only where a text or an image asks for it."""
    watch: Stopwatch
    """Receives the time of each step."""

    def questions(self, query: AnyQuery, options: AnswerOptions) -> list[Question]:
        """Return what is asked, one question a text or vector.

        Raises:
            UsageError: A text is empty or not UTF-8, a vector is not of the index's encoder, an
                image cannot be read, a chip is not in the index, or nothing is looked for.
            EncoderError: The encoder of the index cannot be loaded here.
        """
        from geosearch.search import Asked, Question, first_term, read_marks

        marks = read_marks({} if options.marks is None else options.marks)
        avoided = _avoided(options.avoid)
        texts = _texts(query)
        if texts is not None:
            require_queries(texts)
        texts_read, avoid = self._encoded(texts or [], avoided, as_written=options.as_written)
        examples = self._examples(options)
        notes = tuple(note for one, _ in avoid for note in one.notes)
        unwanted = tuple(vector for _, vector in avoid)

        def question(
            text: NDArray[np.float32] | None, wording: Wording | None, centres: Centres | None
        ) -> Question:
            said = Asked(
                None if wording is None else wording.asked,
                None if wording is None else wording.read_as,
                tuple(avoided),
                examples.names,
                marks,
            )
            own = () if wording is None else wording.notes
            first = first_term(text, examples.vectors, centres)
            told = None if wording is None else text
            return Question(said, first, told, unwanted, (*own, *notes))

        if texts is not None:
            centres = self._centres() if examples.vectors else None
            if examples.vectors and centres is None:
                notes = (*notes, _NO_CENTRES)
            return [question(vector, wording, centres) for wording, vector in texts_read]
        if query is not None:
            # of vectors it is not known whether they are of texts
            return [question(vector, None, None) for vector in self._vectors(query)]
        return [question(None, None, None)]

    def _examples(self, options: AnswerOptions) -> Examples:
        from geosearch.search import read_examples

        if isinstance(options.like, list | tuple) and not options.like:
            return read_examples((), self.index, self.encoder)
        with self.watch.time("read examples"):
            return read_examples(options.like, self.index, self.encoder)

    def _centres(self) -> Centres | None:
        from geosearch.search import Centres

        background = self._background()
        if background is None:
            return None
        return Centres(background.phrases.mean(axis=0), background.sample.mean(axis=0))

    def _background(self) -> Background | None:
        from geosearch.index import NoBackground

        background = self.index.background
        return None if isinstance(background, NoBackground) else background

    def _vectors(self, query: object) -> NDArray[np.float32]:
        from geosearch.search import unit_queries

        return unit_queries(query, self.index.spec.dim)

    def _encoded(
        self, texts: Sequence[str], avoided: Sequence[str], *, as_written: bool
    ) -> tuple[list[_Read], list[_Read]]:
        """Return texts, and those to avoid, as they are read, each with its vector.

        A text of several sentences becomes the sum of their vectors, weighed by how far each picks
        something out of the index.
        """
        from geosearch.search import read_wording, weighed
        from geosearch.vocabulary import sentences

        if not texts and not avoided:
            return [], []
        with self.watch.time("load encoder"):
            encoder = self.encoder()
        with self.watch.time("background"):
            background = self._background()
        with self.watch.time("encode text"):
            wordings = [
                read_wording(text, encoder, as_written=as_written) for text in (*texts, *avoided)
            ]
            parts = [
                [one.read_as] if background is None else list(sentences(one.read_as))
                for one in wordings
            ]
            vectors = encoder.encode_texts(list(chain.from_iterable(parts)))
            ends = np.cumsum([len(part) for part in parts])
            read = [
                (wording, own[0] if background is None else weighed(own, background.sample))
                for wording, own in zip(wordings, np.split(vectors, ends[:-1]), strict=True)
            ]
        return read[: len(texts)], read[len(texts) :]


def _texts(query: AnyQuery) -> list[str] | None:
    """Return the texts of a query; None where it is something else."""
    if isinstance(query, str):
        return [query]
    if isinstance(query, list | tuple) and all(isinstance(one, str) for one in query):
        return [one for one in query if isinstance(one, str)]
    return None


def _avoided(given: str | Sequence[str]) -> list[str]:
    hint = 'give a text, such as "a town"'
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        raise UsageError("`avoid` is not a text", hint=hint, parameter="avoid")
    if len(texts) > _MAX_AVOIDED:
        raise UsageError(
            f"{len(texts)} texts are to be avoided, more than {_MAX_AVOIDED}",
            hint="give fewer: their mean is what is avoided",
            parameter="avoid",
        )
    for text in texts:
        if not readable(text, "a text in `avoid`", hint="give it in UTF-8").strip():
            raise UsageError("a text in `avoid` is empty", hint=hint, parameter="avoid")
    return list(texts)
