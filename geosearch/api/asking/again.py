"""A question with all that was asked beside it, so that hits can ask it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geosearch.api.hits import Hits
    from geosearch.api.index import Index
    from geosearch.index import Filter
    from geosearch.search import AnswerOptions, Hit, Marks, Question


class AskingAgain:
    """A question to an index, its filter, and how its answer is made.

    It holds few numbers. Where it is unpickled, the index is opened when it is asked, not before.
    """

    def __init__(
        self, index: Index, question: Question, k: int, filter: Filter, options: AnswerOptions
    ) -> None:
        self._index: Index | None = index
        self._reopening: tuple[Any, ...] = ()
        self.question = question
        self._k = k
        self._filter = filter
        # what is in the question; images may be large
        self._options = replace(options, avoid=(), like=(), marks=None)

    def __getstate__(self) -> dict[str, Any]:
        reopening = self._reopening if self._index is None else self._index.__reduce__()
        return {**vars(self), "_index": None, "_reopening": reopening}

    @property
    def index(self) -> Index:
        """The index, opened where it is not open."""
        if self._index is None:
            opened, arguments = self._reopening
            self._index = opened(*arguments)
        return self._index

    def place_count(self, hits: Sequence[Hit]) -> float | None:
        """Return how many places answer the question, as `Hits.place_count` describes it."""
        import numpy as np

        from geosearch.search import place_count, read_chip

        marks, words = self.question.asked.marks, self.question.words
        generation = self.index.generation
        marked = self.question.marked(generation)
        if marked is None or words is None:
            return None
        chips = [read_chip(generation, one) for one in (*marks.right, *marks.wrong)]
        vectors = np.array([hit.vector for hit in hits], np.float32).reshape(len(hits), len(words))
        return place_count(
            words,
            marked,
            [chip.footprint for chip in chips],
            vectors,
            [hit.footprint for hit in hits],
        )

    def with_marks(self, marks: Marks) -> Hits:
        """Ask the same question with other marks."""
        question = self.question.with_marks(marks)
        (hits,) = self.index.answer([question], self._k, self._filter, self._options)
        return hits
