"""The answer to a query: hits, and how they were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

from geosearch.errors import Refusal
from geosearch.outputs import GEOJSON, require_output, write_text

if TYPE_CHECKING:
    from geosearch.search import Explanation, Hit


class Hits(Sequence["Hit"]):
    """Ranked hits, best first, and how they were found."""

    def __init__(
        self,
        hits: Sequence[Hit],
        explanation: Explanation,
        query: str | None = None,
        read_as: str | None = None,
        *,
        any: float | None = None,
        says: str | None = None,
    ) -> None:
        self._hits = tuple(hits)
        self.query = query
        """The text that they answer, as it was written; None for a vector."""
        self.read_as = query if read_as is None else read_as
        """The text that was embedded: `query` with its typing errors mended."""
        self.any = any
        """Probability that what was asked for is there at all, 0..1; None where it cannot be
        told, as of a vector."""
        self.says = says
        """The same in words; None likewise."""
        self.explanation = explanation
        """The plan of each segment and the milliseconds of each step."""

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Hits: ...
    def __getitem__(self, index: int | slice) -> Hit | Hits:
        if isinstance(index, slice):
            return self.with_hits(self._hits[index])
        return self._hits[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hits) and self._hits == other._hits

    __hash__ = None  # type: ignore[assignment]

    def with_hits(self, hits: Sequence[Hit], notes: tuple[str, ...] = ()) -> Hits:
        """Return the same answer with other hits, and more to be said of it."""
        how = replace(self.explanation, notes=(*self.explanation.notes, *notes))
        return Hits(hits, how, self.query, self.read_as, any=self.any, says=self.says)

    def with_times(self, milliseconds: dict[str, float]) -> Hits:
        """Return the same answer with the time of more steps, which came before."""
        took = milliseconds | self.explanation.milliseconds
        how = replace(self.explanation, milliseconds=took)
        return Hits(self._hits, how, self.query, self.read_as, any=self.any, says=self.says)

    def __len__(self) -> int:
        return len(self._hits)

    def __repr__(self) -> str:
        best = f", best {self._hits[0].score:.3f}" if self._hits else ""
        return f"<{len(self._hits)} hits{best}>"

    def to_geojson(self, path: str | Path | None = None) -> str:
        """Return the hits as RFC 7946 GeoJSON text, and write it to a file if one is given.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.geojson`` or ``.json``.
        """
        from geosearch.formats import geojson_text

        if path is not None:
            require_output(path, GEOJSON)
        text = geojson_text(self._hits)
        if path is not None:
            write_text(path, text)
        return text

    def to_json(self) -> str:
        """Return query, hits and explanation as a line of JSON."""
        from geosearch.formats import answer_line

        return answer_line(self.query, self)

    def to_contact_sheet(self, path: str | Path, title: str = "") -> tuple[Refusal, ...]:
        """Write a PNG that shows the hits' pixels, read again from their scenes.

        Returns:
            Scenes that can no longer be read, and why; their frames show it.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.png``.
        """
        from geosearch.formats import write_contact_sheet

        return write_contact_sheet(path, self._hits, title)
