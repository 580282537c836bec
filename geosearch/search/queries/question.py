"""A question: what is asked, in words and as a vector."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index import Generation
from geosearch.search.hits.find_chip import find_chip
from geosearch.search.likely.judging import MarkedChips
from geosearch.search.queries.compound import compound
from geosearch.search.queries.marks import Marks


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question says."""

    text: str | None = None
    """As it was written; None for a vector, and for images or marks alone."""
    read_as: str | None = None
    """What was embedded of it: with its typing errors mended."""
    avoid: tuple[str, ...] = ()
    """What is not wanted, as it was written."""
    like: tuple[str, ...] = ()
    """Names of images, and ids of chips, that hits should look like."""
    marks: Marks = field(default_factory=Marks)
    """Chips that were marked."""

    def named(self, otherwise: str | None = None) -> str | None:
        """Return all of it in one line: ``storage tanks, like tank.png, not "a town"``.

        Args:
            otherwise: What to call what stands where the text would.
        """
        head = otherwise if self.text is None else self.text
        parts = [] if head is None else [head]
        parts += [f"like {one}" for one in self.like]
        parts += [f'not "{one}"' for one in self.avoid]
        if self.marks.right:
            parts.append(f"{len(self.marks.right)} marked as right")
        if self.marks.wrong:
            parts.append(f"{len(self.marks.wrong)} marked as wrong")
        return ", ".join(parts) if parts else None

    def to_plain(self) -> dict[str, Any]:
        """Return it by name, ready for JSON: the text, and what else there is."""
        marks = {"right": list(self.marks.right), "wrong": list(self.marks.wrong)}
        beside = {
            "avoid": list(self.avoid),
            "like": list(self.like),
            "marks": marks if len(self.marks) else None,
        }
        told = {name: value for name, value in beside.items() if value}
        return {"text": self.text, "read_as": self.read_as, **told}


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question that can be asked again with other marks; it holds few numbers."""

    asked: Asked
    """What it says."""
    first: NDArray[np.float64] | None
    """What is looked for, [dim], as `first_term` gives it; None where marks alone say it."""
    text: NDArray[np.float32] | None = None
    """Vector of its text alone, [dim]; None without one."""
    avoid: tuple[NDArray[np.float32], ...] = ()
    """Vectors of what is not wanted, each [dim]."""
    notes: tuple[str, ...] = ()
    """What is to be said of how it was read, one line each."""

    def vector(self, marked: MarkedChips | None) -> NDArray[np.float32]:
        """Return it as one vector, float32 [dim], unit length.

        Args:
            marked: What `marked` gives of the index that is asked.

        Raises:
            UsageError: Nothing is looked for, or the parts cancel each other out.
        """
        if marked is None:
            if not self.avoid and self.first is not None:
                return self.first.astype(np.float32)
            return compound(self.first, avoid=self.avoid)
        right, wrong = (list(marked.vectors[one]) for one in (marked.right, ~marked.right))
        return compound(self.first, avoid=self.avoid, right=right, wrong=wrong)

    def marked(self, index: Generation) -> MarkedChips | None:
        """Return the chips of an index that are marked; None where none is.

        Raises:
            UsageError: One is not in the index.
        """
        marks = self.asked.marks
        if not len(marks):
            return None
        chips = [find_chip(index, one, parameter="marks") for one in (*marks.right, *marks.wrong)]
        vectors = [chip.stored.read() for chip in chips]
        right = np.arange(len(vectors)) < len(marks.right)
        return MarkedChips(np.array(vectors, np.float32), right)

    @property
    def words(self) -> NDArray[np.float32] | None:
        """What its texts say, as one vector [dim]; None without a text that is looked for.

        Images and marks are not in it: how likely a hit is, and how large what is looked for is, is
        told by texts.
        """
        return None if self.text is None else compound(self.text, avoid=self.avoid)

    def with_marks(self, marks: Marks) -> Question:
        """Return the same question with other marks."""
        return replace(self, asked=replace(self.asked, marks=marks))
