"""Scenes of a published segment, as they go into another one: copied, not embedded again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.packed import Packed
from geosearch.index.records import UNKNOWN_TIME, ChipBatch, SceneRecord
from geosearch.index.segment.reader import Segment

_PART_ROWS = 1 << 14
_WORTHWHILE_ROWS = 256


class _RowsByScene:
    """The searched rows of a segment, by scene; nothing is sorted before a row is asked for."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def rows(self, number: int) -> NDArray[np.int64]:
        """Return the rows of the scene with a number, int64 [n], ascending."""
        numbers, rows = self._by_scene
        first, last = np.searchsorted(numbers, [number, number + 1])
        return rows[first:last]

    @cached_property
    def _by_scene(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        alive = self._segment.alive.rows
        numbers = np.asarray(self._segment.rows.scene_no)
        numbers = numbers if alive is None else numbers[alive]
        order = np.argsort(numbers, kind="stable")
        return numbers[order], order if alive is None else alive[order]


@dataclass(frozen=True, slots=True)
class PublishedScene:
    """The chips of one scene that are searched."""

    record: SceneRecord
    segment: Segment
    """Where they are."""
    number: int
    """What ``scene_no`` has for the scene there."""
    _sorted: _RowsByScene

    @property
    def rows(self) -> NDArray[np.int64]:
        """The chips' rows in the segment, int64 [n], ascending."""
        return self._sorted.rows(self.number)

    @property
    def chip_count(self) -> int:
        """Number of chips."""
        return len(self.rows)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the numbers of a `ChipBatch` but the vectors, by name."""
        rows = self.rows
        columns = {name: column[rows] for name, column in self.segment.rows.window_columns.items()}
        columns |= {
            "valid": np.asarray(self.segment.rows.valid[rows]),
            "cloud": np.asarray(self.segment.rows.cloud[rows]),
        }
        times = np.asarray(self.segment.rows.time_ms[rows])
        if self.record.datetime is None and (times != UNKNOWN_TIME).any():
            columns["time_ms"] = times  # the chips' own
        self._release_pages(len(rows))
        return columns

    def outlines(self) -> Iterator[Packed]:
        """Yield the footprints as WKB, some at a time."""
        return (self.segment.rows.outlines(rows) for rows in self._parts())

    def ids(self) -> Iterator[Packed] | None:
        """Return the chips' own ids as UTF-8, some at a time; None where they have none."""
        packed = self.segment.rows.packed_ids
        return None if packed is None else (packed.take(rows) for rows in self._parts())

    def _parts(self) -> Iterator[NDArray[np.int64]]:
        rows = self.rows
        for first in range(0, len(rows), _PART_ROWS):
            yield rows[first : first + _PART_ROWS]
            self._release_pages(len(rows))

    def batch(self) -> ChipBatch:
        """Return the chips as they are staged."""
        ids = self.ids()
        own = None if ids is None else [one.decode() for part in ids for one in part.values()]
        return ChipBatch(
            **self.columns(),
            footprints=self.segment.rows.footprints(self.rows),
            ids=None if own is None else np.array(own, object),
            vectors=self.segment.vectors[self.rows].astype(np.float32),
        )

    def vectors(self, dim: int, chips: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return the vectors of some chips, float16 [m, dim], bit for bit as they are stored."""
        taken = np.asarray(self.segment.vectors[self.rows[chips]]).reshape(-1, dim)
        self._release_pages(len(chips))
        return taken

    def _release_pages(self, rows: int) -> None:
        # of a few rows it costs more than it is worth
        if rows >= _WORTHWHILE_ROWS:
            self.segment.release_pages()


def published_scenes(segment: Segment) -> Iterator[PublishedScene]:
    """Yield the scenes of a segment that are searched, by id."""
    by_scene = _RowsByScene(segment)
    for number, record in segment.scenes.numbered():
        yield PublishedScene(record, segment, number, by_scene)
