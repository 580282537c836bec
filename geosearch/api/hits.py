"""The answer to a query: hits, and how they were found."""

from __future__ import annotations

from collections.abc import Sequence
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
    ) -> None:
        self._hits = tuple(hits)
        self.query = query
        """The text that they answer, as it was written; None for a vector."""
        self.read_as = query if read_as is None else read_as
        """The text that was embedded: `query` with its typing errors mended."""
        self.explanation = explanation
        """The plan of each segment and the milliseconds of each step."""

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self._hits[index]

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

        return answer_line(self.query, self._hits, self.explanation, read_as=self.read_as)

    def to_contact_sheet(self, path: str | Path, title: str = "") -> tuple[Refusal, ...]:
        """Write a PNG that shows the hits' pixels, read again from their scenes.

        Returns:
            Scenes that can no longer be read, and why; their frames show it.

        Raises:
            UsageError: The file cannot be written, or does not end in ``.png``.
        """
        from geosearch.formats import write_contact_sheet

        return write_contact_sheet(path, self._hits, title)
