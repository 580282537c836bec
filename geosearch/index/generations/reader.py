"""An open index: one published generation, as long as whoever opened it likes."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import SupersededError
from geosearch.index.folder.manifest import Manifest, read_manifest
from geosearch.index.folder.unfinished import Unfinished
from geosearch.index.generations.background import (
    Background,
    NoBackground,
    read_background,
)
from geosearch.index.records import (
    UNKNOWN_TIME,
    IndexSpec,
    SceneRecord,
    moment_of,
)
from geosearch.index.scoring.calibration import Calibration
from geosearch.index.segment.reader import Segment
from geosearch.vocabulary import BANK_VERSION

_TRIES = 20
"""How often an index is opened again that is compacted meanwhile."""


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """A segment, for ``geosearch info``."""

    id: str
    chips: int
    removed_chips: int
    ann: str
    """``flat`` or ``ivfpq``, if it has the approximate tier."""
    bytes: int
    calibration: Calibration | None
    """What was measured when its approximate tier was built; None without one."""
    texts_asked: int
    """With how many texts; 0 where vectors were drawn instead, or nothing was asked."""
    code_bytes: int | None
    """Bytes of a chip's code in the approximate tier; None without one."""


@dataclass(frozen=True, slots=True)
class BankInfo:
    """What hits of texts are judged by, for ``geosearch info``."""

    version: int
    """Of the bank of phrases."""
    phrases: int
    """Phrases whose best chips are known; 0 where hits have no probability."""
    sample: int
    """Chips that stand for all; 0 likewise."""
    missing: str | None
    """Why hits have no probability, with what to do about it; None where they have one."""


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds, for ``geosearch info``."""

    folder: str
    encoder: str
    fingerprint: str
    dim: int
    precision: str
    chip_px: int
    stride_px: int
    gsd_m: float | None
    """Metres per pixel of the finest chips that was asked for; None for each scene's own."""
    scales: tuple[int, ...]
    """Multiples of it that chips were cut at."""
    generation: int
    created: str
    updated: str
    scenes: int
    chips: int
    kinds: dict[str, int]
    """Scenes of each kind."""
    undated_scenes: int
    """Scenes of which no chip has a known time."""
    skipped_chips: int
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north of all chips; -180 and 180 where some cross that meridian."""
    first_date: str | None
    last_date: str | None
    bytes: int
    segments: tuple[SegmentInfo, ...]
    unfinished: Unfinished | None
    """How much of a run is in it that has not come to its end; None where it has."""
    bank: BankInfo
    """What hits are judged by."""


class Generation:
    """One generation of an index."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.spec: IndexSpec = manifest.spec
        self.number = manifest.generation
        self._manifest = manifest
        self.segments = tuple(
            Segment(folder, entry, manifest.spec.dim) for entry in manifest.segments
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Open what is published where it is unpickled: what is mapped is not copied."""
        return open_index, (self.folder.absolute(),)

    @cached_property
    def scenes(self) -> tuple[SceneRecord, ...]:
        """All scenes, by id."""
        found = [scene for segment in self.segments for scene in segment.scenes.records()]
        return tuple(sorted(found, key=lambda scene: scene.id))

    @property
    def scene_count(self) -> int:
        """Scenes that are searched."""
        return sum(
            len(segment.scenes.description.scenes) - len(segment.entry.removed)
            for segment in self.segments
        )

    @property
    def scene_ids(self) -> frozenset[str]:
        """Ids of the scenes that are searched."""
        return frozenset(key.id for segment in self.segments for key in segment.scenes.keys)

    @property
    def chip_count(self) -> int:
        """Chips that are searched."""
        return sum(segment.alive.count for segment in self.segments)

    @cached_property
    def background(self) -> Background | NoBackground:
        """What its chips are like, by phrases; or why that is not known, in words."""
        return read_background(self.folder, self.segments, self.spec.fingerprint)

    def describe(self) -> IndexInfo:
        """Return what the index holds."""
        spec, manifest = self.spec, self._manifest
        # not from the scenes: chips may have times of their own
        spans = [entry.time_ms for entry in manifest.segments if entry.time_ms]
        boxes = [entry.bounds for entry in manifest.segments if entry.bounds]
        segments = tuple(_segment_info(segment) for segment in self.segments)
        return IndexInfo(
            folder=str(self.folder),
            encoder=spec.encoder,
            fingerprint=spec.fingerprint,
            dim=spec.dim,
            precision=spec.precision,
            chip_px=spec.chips.size_px,
            stride_px=spec.chips.stride_px,
            gsd_m=spec.chips.gsd_m,
            scales=spec.chips.scales,
            generation=manifest.generation,
            created=manifest.created,
            updated=manifest.updated,
            scenes=self.scene_count,
            chips=self.chip_count,
            kinds=dict(sorted(Counter(scene.kind for scene in self.scenes).items())),
            undated_scenes=sum(_undated_scenes(segment) for segment in self.segments),
            skipped_chips=sum(scene.chips_skipped for scene in self.scenes),
            bounds=_around(boxes) if boxes else None,
            first_date=moment_of(min(first for first, _ in spans)) if spans else None,
            last_date=moment_of(max(last for _, last in spans)) if spans else None,
            bytes=sum(segment.bytes for segment in segments),
            segments=segments,
            unfinished=manifest.unfinished,
            bank=_bank_info(self.background),
        )


def read_unfinished(folder: Path) -> Unfinished | None:
    """Return how much of a run an index holds that has not come to its end; None where it has.

    So it is of a folder that is not an index, or is damaged: opening it says that.
    """
    try:
        return read_manifest(folder).unfinished
    except IndexFolderError:
        return None


def open_index(folder: Path) -> Generation:
    """Open the published generation of an index.

    Nothing but the manifest is read; segments are mapped, and the sizes of their files checked.

    Raises:
        IndexFolderError: There is no index, it is of a newer format, it is damaged, or this process
            has as many files open as it may.
    """
    for _ in range(_TRIES):
        try:
            return Generation(folder, read_manifest(folder))
        except SupersededError:  # between the two, another process has compacted it
            continue
    return Generation(folder, read_manifest(folder))


def _bank_info(background: Background | NoBackground) -> BankInfo:
    if isinstance(background, NoBackground):
        return BankInfo(BANK_VERSION, 0, 0, background.reason)
    return BankInfo(BANK_VERSION, len(background.phrases), len(background.sample), None)


def _segment_info(segment: Segment) -> SegmentInfo:
    ann = segment.ann
    calibration = None if ann is None else ann.calibration
    asked = None
    if ann is not None and ann.calibration.queries == "texts":
        asked = ann.queries
    return SegmentInfo(
        id=segment.id,
        chips=segment.alive.count,
        removed_chips=segment.n - segment.alive.count,
        ann=segment.entry.ann,
        bytes=sum(segment.entry.files.values()),
        calibration=calibration,
        texts_asked=0 if asked is None else len(asked),
        code_bytes=None if ann is None else ann.code_bytes,
    )


def _undated_scenes(segment: Segment) -> int:
    """Return how many scenes have no time, and no chip that has one of its own."""
    undated = {number for number, scene in segment.scenes.numbered() if scene.datetime is None}
    if not undated:
        return 0
    known = segment.rows.time_ms != UNKNOWN_TIME
    if segment.alive.mask is not None:
        known &= segment.alive.mask
    chips = np.bincount(segment.rows.scene_no[known], minlength=max(undated) + 1)
    return sum(not chips[number] for number in undated)


def _around(
    boxes: list[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
