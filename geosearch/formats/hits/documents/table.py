"""Hits as a table for a terminal, one line per hit."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from rich.cells import cell_len

from geosearch.formats.hits.answers import Answers, hits_of
from geosearch.formats.hits.elided import elided
from geosearch.search import Hit
from geosearch.text import shown

_GAP = "  "
_SCENE = "scene"
_MIN_SCENE = 16
"""Columns of a terminal that a scene's name needs, to tell it from others."""
_LEFT_OUT = (("window",), ("size",), ("date",), ("longitude", "latitude"), ("score",))
"""Columns that a narrow terminal leaves out, in this order."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table; only scenes' names are ever shortened."""

    heading: str
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        """Width of its widest cell, in columns of the terminal."""
        return max(cell_len(cell) for cell in (self.heading, *self.cells))


def hits_table(hits: Sequence[Hit], width: int | None = None, mark: str = "…") -> str:
    """Return a heading and one line per hit: how sure, where, how large, when, which scene.

    Args:
        hits: Best first.
        width: Columns of the terminal; on a narrow one columns are left out, and scenes' names are
            shortened in the middle. None for lines of any length.
        mark: Stands for the part of a name that is left out.
    """
    columns = _columns(hits)
    if width is not None:
        columns = _fitting(columns, width, mark)
    lines = zip(*((column.heading, *column.cells) for column in columns), strict=True)
    return "".join(f"{_line(cells, columns)}\n" for cells in lines)


def table_lines(
    answers: Answers, width: int | None = None, mark: str = "…"
) -> list[tuple[str, bool]]:
    """Return the lines of the tables of all answers, and whether each is a heading.

    Args:
        answers: What is written; of several each has its query above it.
        width: As `hits_table` takes it.
        mark: Likewise.
    """
    lines: list[tuple[str, bool]] = []
    for number, (query, answer) in enumerate(zip(answers.names, answers.each, strict=True)):
        if answers.several:
            lines += [("", False)] * (number > 0) + [(shown(query or ""), True)]
        heading, *rows = hits_table(hits_of(answer), width, mark).splitlines()
        lines += [(heading, True), *((row, False) for row in rows)]
    return lines


def _columns(hits: Sequence[Hit]) -> list[_Column]:
    headings = (
        "rank",
        "likely",
        "score",
        "longitude",
        "latitude",
        "size",
        "date",
        _SCENE,
        "window",
    )
    rows = [_row(hit) for hit in hits]
    columns = [_Column(name, tuple(row[at] for row in rows)) for at, name in enumerate(headings)]
    known = any(hit.likely is not None for hit in hits)
    return [column for column in columns if known or column.heading != "likely"]


def _row(hit: Hit) -> tuple[str, ...]:
    # not the centroid: that of a footprint cut at 180 degrees lies on the far side
    place = shapely.point_on_surface(hit.footprint)
    return (
        str(hit.rank),
        "-" if hit.likely is None else f"{hit.likely:.2f}",
        f"{hit.score:.3f}",
        f"{place.x:.5f}",
        f"{place.y:.5f}",
        _ground_size(hit.size_m),
        (hit.datetime or "-")[:10],
        shown(hit.scene),
        ",".join(map(str, hit.window)),
    )


def _fitting(columns: list[_Column], width: int, mark: str) -> list[_Column]:
    """Return the columns that a terminal has room for, with what is left for the scene."""
    scene = next(column for column in columns if column.heading == _SCENE)
    wanted = min(scene.width, _MIN_SCENE)
    left_out = list(_LEFT_OUT)
    while left_out and _room(columns, width) < wanted:
        without = left_out.pop(0)
        columns = [column for column in columns if column.heading not in without]
    room = max(_room(columns, width), len(_SCENE))
    cells = tuple(elided(cell, lambda part: cell_len(part) <= room, mark) for cell in scene.cells)
    return [_Column(_SCENE, cells) if one is scene else one for one in columns]


def _room(columns: Sequence[_Column], width: int) -> int:
    """Return how many of a terminal's columns are left for the scene."""
    others = [column.width for column in columns if column.heading != _SCENE]
    return width - sum(others) - len(_GAP) * len(others)


def _line(cells: Sequence[str], columns: Sequence[_Column]) -> str:
    parts = []
    for cell, column in zip(cells, columns, strict=True):
        blanks = " " * (column.width - cell_len(cell))
        words = column.heading in (_SCENE, "window")
        parts.append(cell + blanks if words else blanks + cell)
    return _GAP.join(parts).rstrip()


def _ground_size(size_m: tuple[float, float]) -> str:
    scale, unit = (1000, "km") if max(size_m) >= 10_000 else (1, "m")
    return "x".join(f"{side / scale:.0f}" for side in size_m) + f" {unit}"
