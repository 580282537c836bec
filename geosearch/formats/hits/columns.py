"""Hits as columns: the properties of all formats, each with one type of value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.properties import hit_properties
from geosearch.text import is_readable, shown

Kind = Literal["text", "whole", "number", "moment", "wholes", "numbers", "ranges", "shape"]
"""What the values of a column are; ``ranges`` are lists of two numbers, a ``moment`` is RFC 3339
text, and a ``shape`` is of shapely."""

_KINDS: dict[str, Kind] = {
    "query": "text",
    "id": "text",
    "rank": "whole",
    "score": "number",
    "geosearch:likely": "number",
    "geosearch:rank_score": "number",
    "scene": "text",
    "href": "text",
    "window": "wholes",
    "size_m": "numbers",
    "gsd_m": "number",
    "datetime": "moment",
    "geosearch:kind": "text",
    "encoder": "text",
    "bands": "wholes",
    "stretch": "ranges",
    "geosearch:place": "whole",
    "geosearch:where": "shape",
}
_SOMETIMES = ("query", "geosearch:place", "geosearch:where")
"""Only where they were asked for."""


@dataclass(frozen=True, slots=True)
class Column:
    """One property of all hits."""

    name: str
    """As in GeoJSON."""
    kind: Kind
    """What its values are."""
    values: tuple[Any, ...]
    """One a hit; None where a hit has none."""


def columns(answers: Answers) -> list[Column]:
    """Return what is told of hits, their footprints left out.

    Columns are the same whatever the hits are, even without any; but for what was not asked for.
    """
    hits = answers.hits
    rows = [hit_properties(hit) for hit in hits]
    for row, hit in zip(rows, hits, strict=True):
        if hit.where is not None:
            row["geosearch:where"] = hit.where.outline
    for row, query in zip(rows, answers.queries or (), strict=False):
        row["query"] = query
    asked = {name for row in rows for name in row}
    if answers.several:
        asked.add("query")
    if unknown := asked - set(_KINDS):
        raise KeyError(f"no column for {', '.join(sorted(unknown))}")
    return [
        Column(name, kind, tuple(_plain(row.get(name)) for row in rows))
        for name, kind in _KINDS.items()
        if name not in _SOMETIMES or name in asked
    ]


def footprints(answers: Answers) -> NDArray[np.object_]:
    """Return where hits lie, object [n], EPSG:4326, cut at 180 degrees."""
    return objects(hit.footprint for hit in answers.hits)


def objects(values: Iterable[Any]) -> NDArray[np.object_]:
    """Return values as an array of objects [n], whatever they are."""
    held = list(values)
    array = np.empty(len(held), dtype=object)
    array[:] = held
    return array


def _plain(value: Any) -> Any:
    """Return a text as one that can be written as UTF-8."""
    return shown(value) if isinstance(value, str) and not is_readable(value) else value
