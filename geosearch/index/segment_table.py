"""The chips of a segment in the order of its rows, and as the columns of its sidecar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geosearch.index.curve import groups_of, row_order
from geosearch.index.packed import Packed, bounds_and_centres
from geosearch.index.records import UNKNOWN_TIME, SceneRecord, time_ms_of

COPIED_ROWS = 1 << 16
"""Rows that are worked on at once, so that memory holds few."""


class SceneChips(Protocol):
    """A scene and its chips, staged or published."""

    @property
    def record(self) -> SceneRecord:
        """The scene."""

    @property
    def chip_count(self) -> int:
        """How many chips it has."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers of a `ChipBatch` but the vectors, by name."""

    def outlines(self) -> Packed:
        """Return the footprints as WKB."""

    def ids(self) -> Packed | None:
        """Return the chips' own ids as UTF-8; None where they have none."""

    def vectors(self, dim: int) -> NDArray[np.float16]:
        """Return the vectors float16 [n, dim]."""


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """The chips of a segment."""

    columns: dict[str, NDArray[Any]]
    """In row order: numbers of a `ChipBatch`, ``scene_no``, ``time_ms``, ``bounds``."""
    outlines: Packed
    """Footprints as WKB, as they were staged."""
    ids: Packed | None
    """Their own ids, as they were staged; None where no chip has one."""
    order: NDArray[np.int64]
    """[n], which staged chip stands in each row."""


def segment_table(staged: Sequence[SceneChips]) -> SegmentTable:
    """Put the chips of scenes, sorted by id, in the order of a segment's rows."""
    parts = [one.columns() for one in staged]
    columns = {
        name: np.concatenate([part[name] for part in parts])
        for name in ("windows", "size_m", "valid", "cloud", "gsd_m")
    }
    counts = [len(part["valid"]) for part in parts]
    columns["scene_no"] = np.repeat(np.arange(len(staged), dtype=np.int32), counts)
    columns["time_ms"] = np.concatenate(
        [_times(one, part) for one, part in zip(staged, parts, strict=True)]
    )
    outlines = Packed.joined([one.outlines() for one in staged])
    columns["bounds"], centres = _bounds_and_centres(outlines)
    group = groups_of(columns["scene_no"], columns["time_ms"])
    order = row_order(centres, group)
    columns = {name: column[order] for name, column in columns.items()}
    return SegmentTable(columns, outlines, _joined_ids(staged, counts), order)


def _times(one: SceneChips, columns: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    known = time_ms_of(one.record.datetime)
    return columns.get("time_ms", np.full(len(columns["valid"]), known, np.int64))


def _bounds_and_centres(outlines: Packed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return them part by part: shapes take much more room than their WKB."""
    bounds, centres = np.empty((len(outlines), 4)), np.empty((len(outlines), 2))
    for first in range(0, len(outlines), COPIED_ROWS):
        rows = np.arange(first, min(first + COPIED_ROWS, len(outlines)))
        bounds[rows], centres[rows] = bounds_and_centres(outlines.take(rows))
    return bounds, centres


def _joined_ids(staged: Sequence[SceneChips], counts: Sequence[int]) -> Packed | None:
    parts = [one.ids() for one in staged]
    if all(part is None for part in parts):
        return None
    empty = (Packed(np.zeros(0, np.uint8), np.zeros(count + 1, np.int64)) for count in counts)
    return Packed.joined(
        [none if part is None else part for part, none in zip(parts, empty, strict=True)]
    )


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
