"""The chips of a segment in the order of its rows, and as the columns of its sidecar.

Some hundred bytes per chip are held; outlines and ids, most of what is known of it, wait in files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.packed import Packed, bounds_and_centres
from geosearch.index.arrays.row_order import groups_of, row_order
from geosearch.index.files.mapped import map_array, release_pages
from geosearch.index.folder.layout import COLUMNS
from geosearch.index.records import UNKNOWN_TIME, SceneRecord, time_ms_of

COPIED_ROWS = 1 << 14
"""Rows that are worked on at once, so that memory holds few."""


class SceneChips(Protocol):
    """A scene and its chips, staged or published."""

    @property
    def record(self) -> SceneRecord:
        """The scene."""

    @property
    def chip_count(self) -> int:
        """Number of chips."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers of a `ChipBatch` but the vectors, by name."""

    def outlines(self) -> Iterator[Packed]:
        """Yield the footprints as WKB, some at a time."""

    def ids(self) -> Iterator[Packed] | None:
        """Return the chips' own ids as UTF-8, some at a time; None where they have none."""

    def vectors(self, dim: int, chips: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return the vectors of some chips, float16 [m, dim]."""


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """The chips of a segment."""

    columns: dict[str, NDArray[Any]]
    """In row order: numbers of a `ChipBatch`, ``scene_no``, ``time_ms``, ``bounds``."""
    outlines: Packed
    """Footprints as WKB, as they were staged; mapped."""
    ids: Packed | None
    """Their own ids, as they were staged; mapped; None where no chip has one."""
    order: NDArray[np.int64]
    """[n], which staged chip stands in each row."""


def segment_table(staged: Sequence[SceneChips], folder: Path) -> SegmentTable:
    """Put the chips of scenes, sorted by id, in the order of a segment's rows.

    Args:
        staged: The scenes.
        folder: Made here for what the table maps; to be removed after it.
    """
    folder.mkdir()
    columns = _columns(staged)
    outlines = _stored(folder / "outlines", (part for one in staged for part in one.outlines()))
    columns["bounds"], centres = _bounds_and_centres(outlines)
    group = groups_of(columns["scene_no"], columns["time_ms"], columns["gsd_m"])
    order = row_order(centres, group)
    for name in columns:  # one by one, so that few are there twice
        columns[name] = columns[name][order]
    return SegmentTable(columns, outlines, _own_ids(staged, folder / "ids"), order)


def _columns(staged: Sequence[SceneChips]) -> dict[str, NDArray[Any]]:
    """Return what is known of the chips but outlines, ids and vectors, in the order staged."""
    counts = [one.chip_count for one in staged]
    names = ("windows", "size_m", "valid", "cloud", "gsd_m", "time_ms")
    columns: dict[str, NDArray[Any]] = {}
    for name in names:
        kind, width = COLUMNS[name]
        columns[name] = np.empty((sum(counts), width) if width > 1 else sum(counts), kind)
    first = 0
    for one, count in zip(staged, counts, strict=True):
        known = one.columns()
        known.setdefault("time_ms", np.full(count, time_ms_of(one.record.datetime), np.int64))
        for name in names:
            columns[name][first : first + count] = known[name]
        first += count
    columns["scene_no"] = np.repeat(np.arange(len(staged), dtype=np.int32), counts)
    return columns


def _stored(path: Path, parts: Iterator[Packed]) -> Packed:
    """Store values in a file, and map it."""
    lengths = [np.zeros(1, np.int64)]
    with path.open("wb") as file:
        for part in parts:
            lengths.append(np.diff(part.starts))
            file.write(part.data.tobytes())
    starts = np.cumsum(np.concatenate(lengths))
    return Packed(map_array(path, "u1", (int(starts[-1]),)), starts)


def _bounds_and_centres(outlines: Packed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return them part by part: shapes take much more room than their WKB."""
    bounds, centres = np.empty((len(outlines), 4)), np.empty((len(outlines), 2))
    for first in range(0, len(outlines), COPIED_ROWS):
        rows = np.arange(first, min(first + COPIED_ROWS, len(outlines)))
        bounds[rows], centres[rows] = bounds_and_centres(outlines.take(rows))
        release_pages(outlines.data)
    return bounds, centres


def _own_ids(staged: Sequence[SceneChips], path: Path) -> Packed | None:
    parts = [(one.chip_count, one.ids()) for one in staged]
    if all(ids is None for _, ids in parts):
        return None

    def every() -> Iterator[Packed]:
        for count, ids in parts:
            none = Packed(np.zeros(0, np.uint8), np.zeros(count + 1, np.int64))
            yield from (none,) if ids is None else ids

    return _stored(path, every())


def sidecar_columns(
    table: SegmentTable, scenes: Sequence[SceneRecord], first: int, last: int
) -> dict[str, NDArray[Any]]:
    """Return the sidecar's columns, by name, of the rows from ``first`` up to ``last``.

    Args:
        table: The chips.
        scenes: Their scenes, in the order of their numbers.
        first: A row.
        last: The one after the last row; it may lie behind the end.
    """
    part = {name: column[first:last] for name, column in table.columns.items()}
    taken = table.order[first:last]
    # the time of a chip is said where its scene has none
    dated = np.array([scene.datetime is not None for scene in scenes])[part["scene_no"]]
    own_ids = [b""] * len(taken) if table.ids is None else table.ids.take(taken).values()
    return {
        "row": np.arange(first, first + len(taken)),
        "scene_no": part["scene_no"],
        **_split(part["windows"], "col_px", "row_px", "width_px", "height_px"),
        **_split(part["size_m"], "width_m", "height_m"),
        "valid": part["valid"],
        "cloud": part["cloud"],
        "gsd_m": part["gsd_m"],
        **_split(part["bounds"], "west", "south", "east", "north"),
        "footprint": np.array(table.outlines.take(taken).values(), dtype=object),
        "id": np.array([one.decode() for one in own_ids], dtype=object),
        "time_ms": np.where(dated, UNKNOWN_TIME, part["time_ms"]),
    }


def _split(table: NDArray[Any], *names: str) -> dict[str, NDArray[Any]]:
    return {name: np.ascontiguousarray(table[:, at]) for at, name in enumerate(names)}
