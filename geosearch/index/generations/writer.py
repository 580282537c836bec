"""The one writer of an index: scenes are staged one by one, then published together.

Killed at any line, the published generation stays as it was, and what was staged is
found by the next run. The order is: segment whole and on the disk, manifest replaced,
staging cleared; a run that dies between the last two finds its scenes published.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import cannot_write
from geosearch.index.folder.description import read_description
from geosearch.index.folder.fit import require_alike, require_no_stranger
from geosearch.index.folder.hold import hold_index
from geosearch.index.folder.layout import SEGMENTS
from geosearch.index.folder.manifest import (
    Manifest,
    SegmentEntry,
    next_generation,
    now,
)
from geosearch.index.folder.unfinished import Unfinished
from geosearch.index.generations.bank_files import keep_bank
from geosearch.index.generations.memory_budget import memory_budget, rows_within
from geosearch.index.generations.merge_policy import (
    MAX_SEGMENT_ROWS,
    consecutive_groups,
    segments_to_merge,
)
from geosearch.index.generations.published_scenes import PublishedScene, published_scenes
from geosearch.index.generations.remainder import Remainder
from geosearch.index.generations.staging import StagedScene, Staging, UnfinishedScene
from geosearch.index.records import (
    ChipBatch,
    IndexSpec,
    SceneKey,
    SceneRecord,
)
from geosearch.index.scoring.ann.eligibility import AnnChoice, require_ann
from geosearch.index.segment.reader import Segment
from geosearch.index.segment.writer import write_segment

SceneStatus = Literal["new", "changed", "staged", "published"]

_MANY_TIERS = 4
"""Segments with an approximate tier of their own: with more, searching takes noticeably longer."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What is published now."""

    number: int
    segments: int
    chips: int
    """Chips that are searched."""
    mergeable_tiers: int
    """Segments with an approximate tier of their own that a compaction would merge, where they
    are many: each adds to what a search takes. Else 0."""


class IndexWriter:
    """Adds scenes to an index; a context manager that holds the writer's lock."""

    def __init__(
        self,
        folder: Path,
        spec: IndexSpec,
        *,
        ann: AnnChoice = "auto",
        queries: Callable[[], NDArray[np.float32] | None] = lambda: None,
        phrases: Callable[[], NDArray[np.float32] | None] = lambda: None,
        max_rows: int = MAX_SEGMENT_ROWS,
        memory_bytes: int | None = None,
    ) -> None:
        """Take an index, made if it is not there.

        Args:
            folder: The index.
            spec: How the chips to come are cut and embedded.
            ann: ``auto`` gives large segments the approximate tier.
            queries: Gives embedded texts float32 [q, dim] to measure that with.
            phrases: Embeds the bank's phrases, float32 [206, dim], where the index keeps none.
            max_rows: Chips of a new segment, unless one scene has more.
            memory_bytes: What making a segment may take, which decides on the codes of its
                approximate tier; None for the finest.

        Raises:
            UsageError: ``ann`` is something else.
            IndexFolderError: It was built in another way, or cannot be read.
        """
        require_ann(ann)
        self._folder = folder
        self._spec = spec
        self._ann = ann
        self._queries = queries
        self._phrases = phrases
        self._max_rows = max_rows
        self._memory_bytes = memory_bytes
        self._stack = ExitStack()
        self._published: dict[str, SceneKey] = {}
        self._confirmed: set[str] = set()
        self._leaving: set[str] = set()
        self._relinked: set[str] = set()

    def __enter__(self) -> "IndexWriter":
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._hold = self._stack.enter_context(
                hold_index(self._folder, check=require_no_stranger)
            )
            self._manifest = self._open_manifest()
            self._staging = Staging(self._hold, self._spec)
            for entry in self._manifest.segments:
                place = self._folder / SEGMENTS / entry.id
                for scene in read_description(place, entry.checksum).scenes:
                    if scene.id not in entry.removed:
                        self._published[scene.id] = scene
        except BaseException as error:
            self._stack.close()
            if isinstance(error, OSError):
                raise cannot_write(self._folder, error) from error
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _open_manifest(self) -> Manifest:
        manifest = self._hold.published
        if manifest is None:
            created = now()
            return Manifest(
                self._hold.index_id, self._spec, generation=0, created=created, updated=created
            )
        require_alike(self._folder, manifest.spec, self._spec)
        return manifest

    def status(self, scene_id: str, state: str) -> SceneStatus:
        """Say what the index knows of a scene as it is now."""
        key = SceneKey(scene_id, state)
        published = self._published.get(scene_id)
        if published == key:
            return "published"
        if self._staging.holds(key):
            return "staged"
        return "changed" if published else "new"

    def staged(self) -> list[SceneRecord]:
        """Return what an interrupted run had finished and not published, by id."""
        return [one.record for one in self._staging.scenes()]

    def staged_chips(self, scene_id: str) -> int:
        """Return how many chips a scene has that is staged; 0 for another."""
        return self._staging.chip_count(scene_id)

    def stage(self, record: SceneRecord, batch: ChipBatch) -> None:
        """Store a finished scene where it survives a crash.

        Raises:
            IndexFolderError: It cannot be written, or a chip cannot be searched.
        """
        with self._writing(record.id, batch):
            self._staging.put(record, batch)
        self.confirm(record.id)

    def begin(self, record: SceneRecord, windows: int, order: str = "") -> UnfinishedScene:
        """Return what an interrupted run has stored of a scene, for going on after it.

        Args:
            record: The scene, as far as it is known before its pixels are read: with the same
                one, what is stored is taken, otherwise it begins again.
            windows: How many windows it is cut into.
            order: A hash of them: those of a run with other memory come in another order.

        Raises:
            IndexFolderError: It cannot be read.
        """
        with self._hold.writing():
            return self._staging.begin(record, windows, order)

    def add(
        self, unfinished: UnfinishedScene, record: SceneRecord, batch: ChipBatch, windows_done: int
    ) -> None:
        """Store the next chips of a scene that was begun; all it has cover ``windows_done``.

        Raises:
            IndexFolderError: They cannot be written, or one cannot be searched.
        """
        with self._writing(record.id, batch):
            unfinished.add(batch, windows_done)

    def finish(self, unfinished: UnfinishedScene, record: SceneRecord, batch: ChipBatch) -> None:
        """Stage a scene that was begun, with its last chips.

        Raises:
            IndexFolderError: They cannot be written, or one cannot be searched.
        """
        with self._writing(record.id, batch):
            self._staging.finish(unfinished, record, batch)
        self.confirm(record.id)

    @contextmanager
    def _writing(self, scene_id: str, batch: ChipBatch) -> Iterator[None]:
        try:
            batch.require_whole(self._spec.dim)
        except ValueError as error:
            hint = "check the weights, or embed with `precision` float32"
            reason = f"the chips of {scene_id} cannot be indexed: {error}"
            raise IndexFolderError(reason, hint=hint) from error
        with self._hold.writing():
            yield

    def scenes(self) -> list[PublishedScene]:
        """Return the scenes of the published generation, by id."""
        found = [
            scene
            for entry in self._manifest.segments
            for scene in published_scenes(Segment(self._folder, entry, self._spec.dim))
        ]
        return sorted(found, key=lambda scene: scene.record.id)

    def relink(self, scene: PublishedScene, record: SceneRecord) -> None:
        """Stage a published scene as what it is now, with the chips that it has.

        Args:
            scene: What it was; the next generation has not got it any more.
            record: What it is: of the same pixels at the same place.

        Raises:
            IndexFolderError: It cannot be written.
        """
        self.stage(record, scene.batch())
        self._relinked.add(record.id)
        if scene.record.id != record.id:
            self._leaving.add(scene.record.id)

    def remove(self, scene_ids: Set[str]) -> None:
        """Leave published scenes out of the next generation."""
        self._leaving |= scene_ids

    def confirm(self, scene_id: str) -> None:
        """Say that a scene which an earlier run staged is still as it was then."""
        self._confirmed.add(scene_id)

    @property
    def unfinished(self) -> Unfinished | None:
        """How much of a run is published that has not come to its end; None where it has."""
        return self._manifest.unfinished

    def publish(
        self, *, goes_on: bool = False, unfinished: Unfinished | None = None
    ) -> PublishResult:
        """Make staged scenes searchable; changed ones replace the old.

        Scenes that were removed go in the same generation.

        Args:
            goes_on: The run has not come to its end, or will be continued: only scenes that it
                staged or confirmed are published, since others may have been staged for files
                that have gone, and scenes that were begun are kept.
            unfinished: How much of the run is published with this; None for all of it.

        Raises:
            IndexFolderError: It cannot be written; what is staged stays.
        """
        with self._hold.writing():
            staged = [
                one
                for one in self._staging.scenes()
                if (not goes_on or one.record.id in self._confirmed)
                and (
                    one.record.id in self._relinked
                    or self._published.get(one.record.id) != one.record.key
                )
            ]
            leaving = self._leaving & self._published.keys()
            has_ended = not goes_on and self._manifest.unfinished != unfinished
            if staged or leaving or has_ended:
                made = [self._written(some) for some in consecutive_groups(staged, self._max_rows)]
                manifest = self._with(made, leaving | {one.record.id for one in staged})
                manifest = replace(manifest, unfinished=unfinished)
                self._hold.publish(manifest)
                self._manifest = manifest
                self._settle(leaving, [one.record for one in staged])
            keep_bank(self._hold, self._segments(), self._phrases, self._spec.fingerprint)
            if goes_on:
                self._staging.forget(staged)
            else:
                self._staging.clear()
            return self._result()

    def _written(self, scenes: Sequence[StagedScene]) -> SegmentEntry:
        return write_segment(
            self._hold,
            scenes,
            self._spec.dim,
            ann=self._ann,
            queries=self._queries,
            memory_bytes=self._memory_bytes,
        )

    def _settle(self, left: Set[str], added: Sequence[SceneRecord]) -> None:
        """Remember what is published now."""
        for scene_id in left:
            del self._published[scene_id]
        self._published |= {record.id: record.key for record in added}
        self._leaving.clear()
        self._relinked.clear()

    def _with(self, made: list[SegmentEntry], scene_ids: set[str]) -> Manifest:
        """Return the next generation: new segments, and the old ones without some scenes."""
        new = {entry.id for entry in made}
        segments = self._segments()
        left = [
            Remainder(old, None, scene_ids).entry(self._hold)
            for old in segments
            if old.id not in new
        ]
        return next_generation(self._manifest, [*(one for one in left if one is not None), *made])

    def _segments(self) -> list[Segment]:
        entries = self._manifest.segments
        return [Segment(self._folder, entry, self._spec.dim) for entry in entries]

    def _result(self) -> PublishResult:
        segments = self._segments()
        sizes = [segment.alive.count for segment in segments]
        return PublishResult(
            self._manifest.generation, len(segments), sum(sizes), _mergeable_tiers(segments, sizes)
        )


def _mergeable_tiers(segments: Sequence[Segment], sizes: Sequence[int]) -> int:
    merged = segments_to_merge(sizes, rows_within(memory_budget(None)))
    tiers = sum(segments[at].ann is not None for at in merged)
    return tiers if tiers > _MANY_TIERS else 0
