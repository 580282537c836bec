"""Scenes of a published segment, as they go into another one: copied, not embedded again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.records import ChipBatch, SceneRecord
from geosearch.index.segment import Segment


@dataclass(frozen=True, slots=True)
class PublishedScene:
    """The chips of one scene that are searched."""

    record: SceneRecord
    segment: Segment
    """Where they are."""
    rows: NDArray[np.int64]
    """Their rows there, int64 [n], ascending."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns of a `ChipBatch` but the vectors."""
        return {
            **{name: column[self.rows] for name, column in self.segment.cuts.items()},
            "valid": np.asarray(self.segment.valid[self.rows]),
            "cloud": np.asarray(self.segment.cloud[self.rows]),
            "footprints": self.segment.footprints(self.rows),
        }

    def batch(self) -> ChipBatch:
        """Return the chips as they are staged."""
        vectors = self.segment.vectors[self.rows].astype(np.float32)
        return ChipBatch(**self.columns(), vectors=vectors)

    def vectors(self, dim: int) -> NDArray[np.float16]:
        """Return the vectors float16 [n, dim], bit for bit as they are stored."""
        return np.asarray(self.segment.vectors[self.rows]).reshape(-1, dim)


def published_scenes(segment: Segment) -> Iterator[PublishedScene]:
    """Yield the scenes of a segment that are searched, by id."""
    alive = np.arange(segment.n) if segment.alive_rows is None else segment.alive_rows
    numbers = segment.scene_no[alive]
    by_scene = np.argsort(numbers, kind="stable")
    for number, record in segment.numbered_scenes():
        first, last = np.searchsorted(numbers[by_scene], [number, number + 1])
        yield PublishedScene(record, segment, alive[by_scene[first:last]])
