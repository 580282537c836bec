"""The answer to a query: hits, and how they were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from geosearch.api.written_hits import WrittenHits
from geosearch.errors import UsageError
from geosearch.message import Message
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.api.asking.again import AskingAgain
    from geosearch.search import Asked, Explanation, Hit, Marks, Place


class Hits(WrittenHits):
    """Ranked hits, best first, and how they were found."""

    def __init__(
        self,
        hits: Sequence[Hit],
        explanation: Explanation,
        asked: Asked | None = None,
        *,
        any: float | None = None,
        says: str | None = None,
        again: AskingAgain | None = None,
    ) -> None:
        from geosearch.search import Asked

        self._hits = tuple(hits)
        self.asked = Asked() if asked is None else asked
        """What they answer, part by part."""
        self.any = any
        """Probability that what was asked for is there at all, 0..1; None where it cannot be
        told, as of a vector."""
        self.says = says
        """The same in words; None likewise."""
        self.explanation = explanation
        """The plan of each segment and the milliseconds of each step."""
        self._again = again
        self._crs: dict[str, str] | None = None

    @property
    def query(self) -> str | None:
        """The text that they answer, as it was written; None for a vector."""
        return self.asked.text

    @property
    def read_as(self) -> str | None:
        """The text that was embedded: `query` with its typing errors mended."""
        return self.asked.read_as

    @property
    def marks(self) -> Marks:
        """Chips that were marked before these hits were found."""
        return self.asked.marks

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Hits: ...
    def __getitem__(self, index: int | slice) -> Hit | Hits:
        if not isinstance(index, slice):
            return self._hits[index]
        how = self.explanation
        if len(how.comparisons) == len(self._hits):  # one a hit
            how = replace(how, comparisons=how.comparisons[index])
        return self._changed(self._hits[index], how, self._again)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hits) and self._hits == other._hits

    __hash__ = None  # type: ignore[assignment]

    def with_hits(self, hits: Sequence[Hit], notes: tuple[str, ...] = ()) -> Hits:
        """Return the same answer with other hits, and more to be said of it."""
        how = replace(self.explanation, notes=(*self.explanation.notes, *notes))
        return self._changed(hits, how, self._again)

    def with_times(self, milliseconds: dict[str, float]) -> Hits:
        """Return the same answer with the time of more steps, which came before."""
        took = milliseconds | self.explanation.milliseconds
        how = replace(self.explanation, milliseconds=took)
        return self._changed(self._hits, how, self._again)

    def asked_again_by(self, again: AskingAgain) -> Hits:
        """Return the same answer, with what asks its question again."""
        return self._changed(self._hits, self.explanation, again)

    def _changed(self, hits: Sequence[Hit], how: Explanation, again: AskingAgain | None) -> Hits:
        return Hits(hits, how, self.asked, any=self.any, says=self.says, again=again)

    def __len__(self) -> int:
        return len(self._hits)

    def __repr__(self) -> str:
        number = len(self._hits)
        parts = [f"{number:,} hit{'' if number == 1 else 's'}"]
        if (asked := self.asked.named()) is not None:
            parts[0] += f' for "{shown(asked)}"'
        if self._hits:
            best = max(self._hits, key=lambda hit: hit.score)
            parts.append(f"best score {best.score:.3f}")
        if self.says is not None:
            parts.append(self.says)
        return f"<{', '.join(parts)}>"

    def scene_crs(self, scene: str) -> str | None:
        """Return the CRS of a scene as the index has it; None where that is not known."""
        if self._crs is None:
            scenes = () if self._again is None else self._again.index.generation.scenes
            self._crs = {one.id: one.crs for one in scenes}
        return self._crs.get(scene)

    def mark(self, right: Iterable[int | str] = (), wrong: Iterable[int | str] = ()) -> Hits:
        """Ask again with some hits marked, over what is not marked yet.

        The question, the filter and the number of hits stay as they were, and so do the marks
        before these.

        Args:
            right: Hits that answer the question: their ranks here, or ids of chips of the index.
            wrong: Hits that do not.

        Returns:
            The next hits.

        Raises:
            UsageError: There is no such rank or chip, or a chip is marked as right and as wrong.
        """
        if self._again is None:
            raise UsageError(
                "these hits cannot be refined: they were made without an index",
                hint="mark hits that `Index.search` returned",
            )
        marks = self.marks.with_more(self._ids(right, "right"), self._ids(wrong, "wrong"))
        return self._again.with_marks(marks)

    def _ids(self, given: Iterable[int | str], parameter: str) -> list[str]:
        """Return the ids of hits that are named by rank or id."""
        by_rank = {hit.rank: hit.id for hit in self._hits}
        ids = []
        for one in [given] if isinstance(given, int | str) else given:
            if isinstance(one, str):
                ids.append(one)
            elif isinstance(one, bool) or one not in by_rank:
                ranks = f"{min(by_rank)} to {max(by_rank)}" if by_rank else "none"
                raise UsageError(
                    f"no hit has rank {one!r}",
                    hint=f"give ranks of these hits ({ranks}), or ids of chips",
                    parameter=parameter,
                )
            else:
                ids.append(by_rank[one])
        return ids

    def places(self, *, false: float | None = None) -> tuple[Place, ...]:
        """Return the places that the hits show, best first.

        A hit that overlaps a better one by more than a fifth shows the same place, whatever
        scenes they are of.

        Args:
            false: Expected fraction of false places among those that are kept, 0 to 1: as many
                as it allows, perhaps none. None keeps all.

        Raises:
            UsageError: It is no fraction, or nothing tells how likely the hits are.
        """
        from geosearch.search import likely_enough, places_of, require_fraction

        require_fraction("false", false)
        found = places_of(self._hits)
        if false is None or not found:
            return found
        known = [place.likely for place in found if place.likely is not None]
        if len(known) < len(found):
            raise UsageError(
                "these hits have no probability, so it is not known which of them are false",
                hint=Message("ask with a text, of an index whose hits have one, or omit `false`"),
                parameter="false",
            )
        return tuple(found[at] for at in likely_enough(known, minimum=None, false=false))

    def place_count(self) -> float | None:
        """Return how many places show what was asked for, among the marked chips and these hits.

        Returns:
            Places that were marked as right, and the number to be expected of the others; None
            where there are fewer than 20 marks, where all are right or all are wrong, and without
            a text. More hits (`k`) make it complete.
        """
        return None if self._again is None else self._again.place_count(self)
