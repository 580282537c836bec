"""What is written: the answers to one question, or to several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from geosearch.search import Asked, Explanation, Hit


class Answer(Protocol):
    """The hits of one query, as `geosearch.Hits` has them."""

    asked: Asked
    any: float | None
    says: str | None
    explanation: Explanation

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> Hit: ...

    def scene_crs(self, scene: str) -> str | None:
        """Return the CRS of a scene, as the index has it; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to some questions."""

    names: tuple[str | None, ...]
    """What was asked, one a question: texts, or names of vectors."""
    each: tuple[Answer, ...]
    """Likewise, the hits."""
    several: bool = False
    """Whether a list was asked, even one of one question: then every hit names its own."""

    @classmethod
    def of(cls, answer: Answer) -> "Answers":
        """Return the answer to one question."""
        return cls((answer.asked.named(),), (answer,))

    @property
    def hits(self) -> list[Hit]:
        """All hits, one answer after the other."""
        return [hit for answer in self.each for hit in hits_of(answer)]

    @property
    def queries(self) -> list[str | None] | None:
        """What each of `hits` answers; None where all answer one question."""
        if not self.several:
            return None
        pairs = zip(self.names, self.each, strict=True)
        return [name for name, answer in pairs for _ in range(len(answer))]


def hits_of(answer: Answer) -> Sequence[Hit]:
    """Return the hits of an answer, best first."""
    return [answer[at] for at in range(len(answer))]
