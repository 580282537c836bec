"""Scenes of a published segment, as they go into another one: copied, not embedded again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.records import ChipBatch, SceneRecord
from geosearch.index.segment import Segment


class _Sorted:
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
        alive = self._segment.alive_rows
        numbers = np.asarray(self._segment.scene_no)
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
    _sorted: _Sorted

    @property
    def rows(self) -> NDArray[np.int64]:
        """The chips' rows in the segment, int64 [n], ascending."""
        return self._sorted.rows(self.number)

    @property
    def chip_count(self) -> int:
        """How many chips there are."""
        return len(self.rows)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns of a `ChipBatch` but the vectors, and footprints as WKB: `wkb`."""
        return {
            **{name: column[self.rows] for name, column in self.segment.cuts.items()},
            "valid": np.asarray(self.segment.valid[self.rows]),
            "cloud": np.asarray(self.segment.cloud[self.rows]),
            "wkb": self.segment.wkb(self.rows),
        }

    def batch(self) -> ChipBatch:
        """Return the chips as they are staged."""
        vectors = self.segment.vectors[self.rows].astype(np.float32)
        columns = self.columns()
        del columns["wkb"]
        return ChipBatch(**columns, footprints=self.segment.footprints(self.rows), vectors=vectors)

    def vectors(self, dim: int) -> NDArray[np.float16]:
        """Return the vectors float16 [n, dim], bit for bit as they are stored."""
        return np.asarray(self.segment.vectors[self.rows]).reshape(-1, dim)


def published_scenes(segment: Segment) -> Iterator[PublishedScene]:
    """Yield the scenes of a segment that are searched, by id."""
    by_scene = _Sorted(segment)
    for number, record in segment.numbered_scenes():
        yield PublishedScene(record, segment, number, by_scene)
