"""What is left of a segment without some of its rows."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Mask
from geosearch.index.arrays.extent import extent, time_span
from geosearch.index.files.faults import damaged
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import ROWS
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.index.folder.removed_rows import write_removed_rows
from geosearch.index.segment.reader import Segment


@dataclass(frozen=True, slots=True)
class SceneRemoval:
    """What goes of one scene."""

    scene: str
    """The scene's id."""
    chips: int
    """Chips that go."""
    left: int
    """Chips that stay; a scene without any is not in the index any more."""


class Remainder:
    """A segment without some of its rows, before that is published."""

    def __init__(self, segment: Segment, rows: Mask | None, scene_ids: Set[str]) -> None:
        """Work out what is left.

        Args:
            segment: The segment.
            rows: Which rows shall go, bool [n]; None for no row by itself.
            scene_ids: Scenes that shall go whole; those that are elsewhere are ignored.

        Raises:
            IndexFolderError: Its rows name scenes that it does not have.
        """
        self._segment = segment
        self._keys = segment.scenes.description.scenes
        self._before = (
            np.ones(segment.n, bool) if segment.alive.mask is None else segment.alive.mask
        )
        alive = self._before.copy() if rows is None else self._before & ~rows
        alive &= ~np.isin(segment.rows.scene_no, segment.scenes.numbers(scene_ids))
        self._counts = self._count(self._before)
        self._left = self._count(alive)
        # a scene that loses its last chip has gone; one that never had a chip is remembered
        emptied = (self._counts > 0) & (self._left == 0)
        self.scene_ids = frozenset(
            key.id
            for number, key in enumerate(self._keys)
            if key.id in segment.entry.removed or key.id in scene_ids or emptied[number]
        )
        """Scenes of the segment that are not searched any more."""
        self._alive = alive

    def _count(self, alive: Mask) -> NDArray[np.int64]:
        """Return the chips of each scene, int64 [scenes]."""
        numbers, scenes = self._segment.rows.scene_no, len(self._keys)
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < scenes):
            raise damaged(self._segment.folder / ROWS / "scene_no")
        return np.bincount(numbers[alive], minlength=scenes)

    @property
    def chips_left(self) -> int:
        """Chips that are searched afterwards."""
        return int(self._left.sum())

    def losses(self) -> Iterator[SceneRemoval]:
        """Yield what each scene loses, scenes that lose nothing left out."""
        before = set(self._segment.entry.removed)
        for key, count, left in zip(self._keys, self._counts, self._left, strict=True):
            if key.id not in before and (count > left or key.id in self.scene_ids):
                yield SceneRemoval(key.id, int(count - left), int(left))

    def entry(self, hold: Hold) -> SegmentEntry | None:
        """Return the segment as the next generation lists it; None if nothing is left of it.

        Args:
            hold: The index, for writing which rows go.
        """
        if len(self.scene_ids) == len(self._keys):
            return None
        segment, alive = self._segment, self._alive
        gone = ~alive & ~np.isin(segment.rows.scene_no, segment.scenes.numbers(self.scene_ids))
        return replace(
            segment.entry,
            bounds=extent(segment.rows.bounds[alive]),
            time_ms=time_span(segment.rows.time_ms[alive]),
            removed=tuple(sorted(self.scene_ids)),
            removed_rows=write_removed_rows(hold, gone) if gone.any() else None,
        )
