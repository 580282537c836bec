"""Folder of scenes → published index: find, cut, read, encode, stage, publish.

A scene is the unit of work: it is published when all of its chips are encoded, and
one that fails is refused whole while the rest goes on. Chips of a large scene are
stored in parts, so that an interrupted run continues after the last one. What is
finished is published now and then.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Literal

import numpy as np

from geosearch.encoders import Encoder
from geosearch.errors import IndexFolderError, Interrupted, Refusal, SceneError, UsageError
from geosearch.index import (
    ChipBatch,
    Generation,
    IndexSpec,
    IndexWriter,
    SceneRecord,
    UnfinishedScene,
)
from geosearch.ingest.collected import CollectedChips, outlines_of
from geosearch.ingest.interruption import Interruption, stopping_on_request
from geosearch.ingest.intervals import INTERVALS, Intervals, PublishClock
from geosearch.ingest.memory import MEMORY, RunMemory, give_back_freed
from geosearch.ingest.moved import KnownScenes, same_picture
from geosearch.ingest.prefetch import prefetch
from geosearch.ingest.report import BuildReport, SceneCount
from geosearch.ingest.vanished import vanished_scenes
from geosearch.progress import Advance, Note, Stopwatch, silent, track
from geosearch.scenes import (
    ChipBlock,
    Cut,
    Found,
    Scene,
    SceneFile,
    content_sum,
    cut_levels,
    file_state,
    find_scenes,
    level_gsds,
    open_scene,
    read_chips,
    reading_within,
    require_crs,
    windows_with_data,
    without_secrets,
)

MIN_VALID = 0.25
"""Least share of valid pixels in a chip, unless another is asked for."""

LEAST_GSD_M, MOST_GSD_M = 0.001, 1_000_000.0
MOST_SCALE = 1024
_AS_FINE = 1.05
"""A scene whose pixels are larger than was asked by less than this is as fine."""

AnnKind = Literal["auto", "flat", "ivfpq"]


@dataclass(frozen=True, slots=True)
class ChipSettings:
    """How scenes are cut into chips."""

    size_px: int
    """Chip edge, pixels of the scene."""
    stride_px: int
    """Step between chips, pixels."""
    min_valid: float = MIN_VALID
    """Least share of valid pixels for a chip to be kept, 0..1."""
    bands: tuple[int, int, int] | None = None
    """Bands shown as red, green, blue, from 1; None to choose for each scene."""
    gsd_m: float | None = None
    """Metres a pixel of the finest chips; None for each scene's own."""
    scales: tuple[int, ...] = (1,)
    """Multiples of it that chips are cut at."""
    assume_crs: str | None = None
    """CRS of scenes that have an affine and no CRS; None to refuse them. It says something of
    those files and not of the index, which does not record it: only their places do."""

    def __post_init__(self) -> None:
        if self.size_px < 1:
            raise UsageError(f"--size is {self.size_px} px", hint="use a size of at least 1 pixel")
        if not 1 <= self.stride_px <= self.size_px:
            raise UsageError(
                f"--stride {self.stride_px} px leaves gaps between {self.size_px} px chips",
                hint=f"use a stride from 1 to {self.size_px}",
            )
        if not 0 <= self.min_valid <= 1:
            raise UsageError(f"--min-valid is {self.min_valid}", hint="use a share from 0 to 1")
        if self.gsd_m is not None and not LEAST_GSD_M <= self.gsd_m <= MOST_GSD_M:
            raise UsageError(
                f"--gsd is {self.gsd_m:g} m",
                hint=f"use metres a pixel, from {LEAST_GSD_M:g} to {MOST_GSD_M:,.0f}",
            )
        if not self.scales or len(set(self.scales)) < len(self.scales):
            raise UsageError(
                f"--scales are {','.join(map(str, self.scales)) or 'none'}",
                hint="name each scale once: 1,2,4",
            )
        if not all(1 <= scale <= MOST_SCALE for scale in self.scales):
            raise UsageError(
                f"--scales are {','.join(map(str, self.scales))}",
                hint=f"use whole numbers from 1 to {MOST_SCALE}",
            )
        if self.assume_crs is not None:
            require_crs(self.assume_crs)

    def cut(self, scene: Scene) -> Cut:
        """Return where the chips of a scene lie, those too that hold no pixel.

        Raises:
            SceneError: There would be too many.
        """
        return cut_levels(
            scene.width_px,
            scene.height_px,
            level_gsds(scene.gsd_m, self.gsd_m, self.scales),
            pixel_m=self.pixel_m(scene) or (scene.gsd_m, scene.gsd_m),
            size_px=self.size_px,
            stride_px=self.stride_px,
        )

    def is_finer_than(self, scene: Scene) -> bool:
        """Whether finer chips are asked for than a scene has pixels for."""
        if self.gsd_m is None:
            return False
        return scene.gsd_m > self.gsd_m * min(self.scales) * _AS_FINE

    def pixel_m(self, scene: Scene) -> tuple[float, float] | None:
        """Return the sides of a scene's pixel that make chips square on the ground, metres.

        None where no ground resolution is asked for: a chip is then square in pixels.
        """
        return None if self.gsd_m is None else scene.pixel_m


@dataclass
class _Run:
    """What a run works with, and what it has done so far."""

    encoder: Encoder
    settings: ChipSettings
    watch: Stopwatch
    intervals: Intervals
    interruption: Interruption
    clock: PublishClock
    indexed: list[SceneCount] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    relinked: dict[str, str] = field(default_factory=dict)
    """Id before to id now."""
    resumed: int = 0
    unchanged: int = 0

    @property
    def kept(self) -> int:
        """Scenes that are done."""
        return len(self.indexed) + len(self.relinked) + self.resumed + self.unchanged


class _Part:
    """How much of one scene is done, for the bar that counts scenes."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._done = 0.0

    def reach(self, share: float) -> None:
        """Say how much is done, from 0 to 1."""
        self._advance(share - self._done)
        self._done = share

    def finish(self) -> None:
        """Count the whole scene, however little of it was read."""
        self.reach(1)


@dataclass(frozen=True, slots=True)
class _Work:
    """A scene that is being embedded."""

    scene: Scene
    record: SceneRecord
    """As far as it is known before its pixels are read."""
    cut: Cut
    """Where its chips lie."""
    unfinished: UnfinishedScene
    """What is stored."""
    collected: CollectedChips
    """What is embedded and not stored."""


class _StoppedError(Exception):
    """A scene is left unfinished, since the run was asked to stop."""


def look_for_scenes(paths: Sequence[str | Path]) -> Found:
    """Find what there is to index, before anything is loaded or fetched for it.

    Raises:
        UsageError: There is nothing.
        SceneError: There is nothing that can be looked at.
    """
    found = find_scenes(paths)
    if found.files:
        return found
    if found.refused:
        raise _nothing_usable(found.refused)
    raise UsageError(
        f"no scene found in {without_secrets(', '.join(map(str, paths)))}",
        hint="give a folder that holds GeoTIFFs or other GDAL rasters, or name a file",
    )


def ingest(
    found: Found,
    folder: Path,
    encoder: Encoder,
    settings: ChipSettings,
    *,
    ann: AnnKind = "auto",
    weights: str | None = None,
    folders: Sequence[str | Path] = (),
    prune: bool = False,
    intervals: Intervals = INTERVALS,
    memory: RunMemory = MEMORY,
    progress: bool = False,
    note: Note = silent,
) -> BuildReport:
    """Index scenes.

    Args:
        found: What there is to index, as `look_for_scenes` gives it.
        folder: The index, made if it is not there; added to if it is.
        encoder: What embeds the chips.
        settings: How scenes are cut.
        ann: ``auto`` builds IVF-PQ for large segments; the others force one way.
        weights: Path the encoder's weights were given by, recorded for later queries.
        folders: What was looked through; scenes of theirs whose files are gone are reported.
        prune: Remove those.
        intervals: How often what is done is stored and published.
        memory: What the run may hold, beside the encoder.
        progress: Show a bar on stderr.
        note: Is told that a request to stop was heard.

    Raises:
        SceneError: Not a single scene could be used.
        IndexFolderError: The index cannot be written, or was built in another way.
        Interrupted: Ctrl-C or SIGTERM; what was finished is published before.
    """
    watch = Stopwatch()
    reading = reading_within(memory.reading)
    with watch.time("total"), reading, stopping_on_request(note) as interruption:
        clock = PublishClock(intervals)
        run = _Run(encoder, settings, watch, intervals, interruption, clock)
        run.refused += found.refused
        spec = _index_spec(encoder, settings, weights)
        with IndexWriter(folder, spec, ann=ann, most_rows=memory.segment_rows) as writer:
            published = writer.scenes()
            _ingest_files(run, found, writer, KnownScenes(published, found.files), progress)
            if not run.kept:
                raise _nothing_usable(run.refused)
            left = [one.record for one in published if one.record.id not in run.relinked]
            vanished = vanished_scenes(left, found.files, folders)
            writer.remove(set(vanished) if prune else set())
            with track("publishing", None, "", shown=progress):
                generation = _publish(run, writer)
    return BuildReport(
        indexed=tuple(run.indexed),
        resumed=run.resumed,
        unchanged=run.unchanged,
        refused=tuple(run.refused),
        relinked=tuple(run.relinked.values()),
        vanished=vanished,
        pruned=prune,
        chips_total=generation.chips,
        seconds=run.watch.seconds,
    )


def _ingest_files(
    run: _Run, found: Found, writer: IndexWriter, known: KnownScenes, progress: bool
) -> None:
    """Stage all scenes, and publish now and then.

    Raises:
        Interrupted: Not all of them, since the run was asked to stop.
    """
    with track("indexing", len(found.files), "scenes", shown=progress) as advance:
        try:
            for file in found.files:
                if run.interruption.requested:
                    raise _StoppedError
                part = _Part(advance)
                _ingest_file(run, file, writer, known, part)
                part.finish()
                _publish_if_due(run, writer)
            return
        except _StoppedError:
            _publish(run, writer, goes_on=True)
    raise Interrupted(
        f"{run.kept:,} of {len(found.files):,} scenes are done and published; "
        "run the same command again to continue"
    )


def _publish_if_due(run: _Run, writer: IndexWriter) -> None:
    if run.clock.is_due():
        _publish(run, writer, goes_on=True)
        run.clock.published()


def _publish(run: _Run, writer: IndexWriter, *, goes_on: bool = False) -> Generation:
    with run.watch.time("publish"):
        give_back_freed()  # a segment takes as much again as the reading did
        return writer.publish(goes_on=goes_on)


def _index_spec(encoder: Encoder, settings: ChipSettings, weights: str | None) -> IndexSpec:
    return IndexSpec(
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        dim=encoder.dim,
        precision=encoder.precision,
        weights=weights,
        size_px=settings.size_px,
        stride_px=settings.stride_px,
        min_valid=settings.min_valid,
        bands=settings.bands,
        gsd_m=settings.gsd_m,
        scales=settings.scales,
    )


def _nothing_usable(refused: Sequence[Refusal]) -> SceneError:
    reasons = "\n".join(f"  {refusal.input}: {refusal.reason}" for refusal in refused)
    return SceneError(
        f"none of the {len(refused)} inputs could be used:\n{reasons}", hint=refused[0].hint
    )


def _ingest_file(
    run: _Run, file: SceneFile, writer: IndexWriter, known: KnownScenes, part: _Part
) -> None:
    try:
        state = file_state(file.href)
        status = writer.status(file.id, state.size_bytes, state.mtime_ns)
        if status == "published":
            _keep(run, file, writer, known)
            return
        if _relinked(run, file, state.size_bytes, writer, known):
            return
        if status == "staged":
            writer.confirm(file.id)
            run.resumed += 1
            return
        with run.watch.time("open"):
            scene = _open(file, run.settings)
        record = _scene_record(run, scene, 0, None)
        unfinished, batch, count = _embed_scene(run, scene, record, writer, part)
        with run.watch.time("hash"):
            content = content_sum(file.href)
    except IndexFolderError:  # an OSError too, and not the scene's fault
        raise
    except OSError as error:  # a SceneError is one; anything else is our own fault and ends the run
        run.refused.append(refusal_of(file, error))
        return
    with run.watch.time("stage"):
        record = replace(record, chips_skipped=_chips_skipped(count), sha256=content)
        writer.finish(unfinished, record, batch)
    run.indexed.append(count)


def _keep(run: _Run, file: SceneFile, writer: IndexWriter, known: KnownScenes) -> None:
    """Keep an unchanged scene, with the place where its file is now."""
    scene = known.at_another_place(file)
    if scene is None:
        run.unchanged += 1
        return
    writer.relink(scene, replace(scene.record, href=without_secrets(file.href)))
    run.relinked[file.id] = file.id


def _relinked(
    run: _Run, file: SceneFile, size_bytes: int, writer: IndexWriter, known: KnownScenes
) -> bool:
    """Keep the chips of a scene whose file has another name or time now; say whether it has."""
    with run.watch.time("hash"):
        before = known.same_content(file, size_bytes)
    if before is None or before.record.id in run.relinked:
        return False
    with run.watch.time("open"):
        scene = _open(file, run.settings)
    record = _scene_record(run, scene, before.record.chips_skipped, before.record.sha256)
    if not same_picture(before.record, record):
        return False
    with run.watch.time("stage"):
        writer.relink(before, record)
    run.relinked[before.record.id] = file.id
    return True


def _open(file: SceneFile, settings: ChipSettings) -> Scene:
    return open_scene(file, bands=settings.bands, assume_crs=settings.assume_crs)


def refusal_of(file: SceneFile, error: OSError) -> Refusal:
    """Return why a scene is left out."""
    if isinstance(error, SceneError):
        return Refusal(file.id, error.message, error.hint)
    reason = error.strerror or str(error)
    return Refusal(file.id, reason, "check that the file is there and may be read")


def _embed_scene(
    run: _Run, scene: Scene, record: SceneRecord, writer: IndexWriter, part: _Part
) -> tuple[UnfinishedScene, ChipBatch, SceneCount]:
    """Embed a scene, after what an interrupted run had done of it.

    Returns:
        What is stored already, the last chips, which are not, and the count of all.
    """
    settings = run.settings
    cut = settings.cut(scene)
    count = len(cut)
    # a sparse file says where it holds nothing: those chips need no place and no reading
    cut = cut.only(windows_with_data(scene, cut.windows))
    empty = count - len(cut)
    with run.watch.time("place"):
        outlines = outlines_of(scene, cut.windows)
        placed = np.array([outline is not None for outline in outlines], dtype=bool)
    cut, outlines = cut.only(placed), outlines[placed]
    unfinished = writer.begin(record, len(cut), sha256(cut.windows.tobytes()).hexdigest())
    resumed = unfinished.chip_count
    collected = CollectedChips(scene, cut, outlines, run.encoder.dim)
    _embed_windows(run, _Work(scene, record, cut, unfinished, collected), writer, part)
    kept = unfinished.chip_count + collected.count
    if not kept:
        raise SceneError(
            f"none of its {count:,} chips has {settings.min_valid:.0%} valid pixels",
            hint="lower --min-valid, or leave the scene out",
        )
    off_earth = int((~placed).sum())
    empty += len(cut) - kept
    with run.watch.time("place"):
        batch = collected.take()
    coarser = settings.is_finer_than(scene)
    return unfinished, batch, SceneCount(scene.id, kept, empty, off_earth, resumed, coarser)


def _timed(
    blocks: Generator[ChipBlock, None, None], watch: Stopwatch
) -> Generator[ChipBlock, None, None]:
    with closing(blocks):
        while True:
            with watch.time("read"):
                block = next(blocks, None)
            if block is None:
                return
            yield block


def _embed_windows(run: _Run, work: _Work, writer: IndexWriter, part: _Part) -> None:
    """Embed the windows that are not stored, and store all but the last of them.

    Raises:
        _StoppedError: Those so far are stored, and the run was asked to stop.
    """
    done, count = work.unfinished.windows_done, len(work.cut)
    stored = monotonic()
    chips = read_chips(
        work.scene,
        work.cut.windows[done:],
        size_px=run.settings.size_px,
        gsd_m=work.cut.gsd_m[done:],
        pixel_m=run.settings.pixel_m(work.scene),
    )
    with closing(prefetch(_timed(chips, run.watch))) as blocks:
        for block in blocks:
            _encode(run, done + block.first, block, work.collected)
            reached = done + block.first + len(block.valid)
            part.reach(reached / count)
            if reached == count or not _is_part_due(run, work.collected, monotonic() - stored):
                continue
            with run.watch.time("stage"):
                writer.add(work.unfinished, work.record, work.collected.take(), reached)
            stored = monotonic()
            if run.interruption.requested:
                raise _StoppedError
            _publish_if_due(run, writer)


def _is_part_due(run: _Run, collected: CollectedChips, seconds: float) -> bool:
    return (
        run.interruption.requested
        or collected.count >= run.intervals.part_chips
        or seconds >= run.intervals.part_s
    )


def _encode(run: _Run, first: int, block: ChipBlock, collected: CollectedChips) -> None:
    """Encode the chips of a block that have enough valid pixels, and collect them."""
    # a chip without a single valid pixel is no picture, whatever the threshold
    enough = (block.valid >= run.settings.min_valid) & (block.valid > 0)
    if enough.any():
        with run.watch.time("encode"):
            vectors = run.encoder.encode_images(block.pixels[enough])
        collected.add(first, block, enough, vectors)


def _chips_skipped(count: SceneCount) -> int:
    return count.mostly_invalid + count.off_earth


def _scene_record(run: _Run, scene: Scene, chips_skipped: int, content: str | None) -> SceneRecord:
    return SceneRecord(
        id=scene.id,
        href=without_secrets(scene.href),
        size_bytes=scene.state.size_bytes,
        mtime_ns=scene.state.mtime_ns,
        width_px=scene.width_px,
        height_px=scene.height_px,
        crs=scene.crs,
        gsd_m=scene.gsd_m,
        datetime=scene.datetime,
        datetime_source=scene.datetime_source,
        bands=scene.bands,
        stretch=scene.stretch,
        outline=scene.outline,
        chips_skipped=chips_skipped,
        sha256=content,
        pixel_m=run.settings.pixel_m(scene),
        band_reason=scene.band_reason,
        placement_note=scene.placement_note,
    )
