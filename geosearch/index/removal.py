"""Chips are taken out of an index: a new generation that does not search them any more.

Nothing is deleted: who reads the generation before goes on. ``compact`` frees the room.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.index.faults import damaged
from geosearch.index.hold import Hold, held_index
from geosearch.index.layout import ROWS
from geosearch.index.manifest import SegmentEntry, next_generation
from geosearch.index.removed_rows import write_removed_rows
from geosearch.index.segment import Segment
from geosearch.index.segment_files import extent, time_span

Mask = NDArray[np.bool_]
Choose = Callable[[Segment], NDArray[np.int64] | None]
"""Says which rows of a segment shall go: int64 [m]; None for all that are searched."""


@dataclass(frozen=True, slots=True)
class SceneRemoval:
    """What goes of one scene."""

    scene: str
    """The scene's id."""
    chips: int
    """Chips that go."""
    left: int
    """Chips that stay; a scene without any is not in the index any more."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What a removal takes out of an index, or would take."""

    scenes: tuple[SceneRemoval, ...]
    """By id."""
    chips_left: int
    """Chips that are searched afterwards."""
    published: bool
    """Whether it was done."""

    @property
    def chips(self) -> int:
        """Chips that go."""
        return sum(scene.chips for scene in self.scenes)

    @property
    def whole_scenes(self) -> int:
        """Scenes of which no chip stays."""
        return sum(not scene.left for scene in self.scenes)


class Cut:
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
        self._keys = segment.description.scenes
        self._before = np.ones(segment.n, bool) if segment.alive is None else segment.alive
        alive = self._before.copy() if rows is None else self._before & ~rows
        alive &= ~np.isin(segment.scene_no, segment.scene_numbers(scene_ids))
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
        numbers, scenes = self._segment.scene_no, len(self._keys)
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
        gone = ~alive & ~np.isin(segment.scene_no, segment.scene_numbers(self.scene_ids))
        return replace(
            segment.entry,
            bounds=extent(segment.bounds[alive]),
            time_ms=time_span(segment.time_ms[alive]),
            removed=tuple(sorted(self.scene_ids)),
            removed_rows=write_removed_rows(hold, gone) if gone.any() else None,
        )


def remove_chips(
    folder: Path,
    choose: Choose,
    *,
    scenes: Set[str] = frozenset(),
    confirm: Callable[[Removal], bool] = lambda _removal: True,
) -> Removal:
    """Publish a generation without some chips.

    Args:
        folder: The index.
        choose: Says which rows of each segment shall go.
        scenes: Ids of scenes that shall go whole, beside what is chosen.
        confirm: Is told what will go, and says whether it may; the writer's lock is held.

    Raises:
        IndexFolderError: The index cannot be read or written.
    """
    with held_index(folder) as (hold, manifest):
        segments = [Segment(folder, entry, manifest.spec.dim) for entry in manifest.segments]
        cuts = [Cut(segment, _mask(segment, choose), scenes) for segment in segments]
        losses = sorted((one for cut in cuts for one in cut.losses()), key=lambda one: one.scene)
        removal = Removal(tuple(losses), sum(cut.chips_left for cut in cuts), published=False)
        if not losses or not confirm(removal):
            return removal
        entries = [cut.entry(hold) for cut in cuts]
        left = [entry for entry in entries if entry is not None]
        hold.publish(next_generation(manifest, left))
    return replace(removal, published=True)


def _mask(segment: Segment, choose: Choose) -> Mask:
    rows = choose(segment)
    if rows is None:
        return np.ones(segment.n, bool)
    mask = np.zeros(segment.n, bool)
    mask[rows] = True
    return mask
