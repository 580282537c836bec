"""Chips are taken out of an index: a new generation that does not search them any more.

Nothing is deleted: who reads the generation before goes on. ``compact`` frees the room.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from geosearch.index.arrays.aliases import Mask
from geosearch.index.filtering.filter import Filter
from geosearch.index.folder.hold import held_index
from geosearch.index.folder.manifest import next_generation
from geosearch.index.generations.bank_files import keep_bank
from geosearch.index.generations.remainder import Remainder, SceneRemoval
from geosearch.index.segment.reader import Segment


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


def remove_chips(
    folder: Path,
    filter: Filter,
    *,
    scenes: Set[str] = frozenset(),
    confirm: Callable[[Removal], bool] = lambda _removal: True,
) -> Removal:
    """Publish a generation without some chips.

    Args:
        folder: The index.
        filter: What chips satisfy that shall go.
        scenes: Ids of scenes that shall go whole, beside what passes the filter.
        confirm: Called with what will go, returns whether it may; the writer's lock is held.

    Raises:
        IndexFolderError: The index cannot be read or written.
    """
    with held_index(folder) as (hold, manifest):
        segments = [Segment(folder, entry, manifest.spec.dim) for entry in manifest.segments]
        remainders = [Remainder(segment, _mask(segment, filter), scenes) for segment in segments]
        losses = sorted(
            (one for rest in remainders for one in rest.losses()), key=lambda one: one.scene
        )
        removal = Removal(
            tuple(losses), sum(rest.chips_left for rest in remainders), published=False
        )
        if not losses or not confirm(removal):
            return removal
        entries = [rest.entry(hold) for rest in remainders]
        left = [entry for entry in entries if entry is not None]
        after = next_generation(manifest, left)
        hold.publish(after)
        kept = [Segment(folder, entry, after.spec.dim) for entry in after.segments]
        keep_bank(hold, kept, lambda: None, after.spec.fingerprint)
    return replace(removal, published=True)


def _mask(segment: Segment, filter: Filter) -> Mask:
    ranges = segment.select(filter)
    mask = np.full(segment.n, ranges.count == segment.n)
    if ranges.count < segment.n:
        mask[ranges.rows()] = True
    return mask
