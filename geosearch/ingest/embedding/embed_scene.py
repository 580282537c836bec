"""The chips of one scene: read, embedded, and stored in parts while that goes on."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

import numpy as np

from geosearch.errors import SceneError
from geosearch.index import ChipBatch, SceneRecord, UnfinishedScene
from geosearch.ingest.embedding.batches import ReadChips, batches
from geosearch.ingest.embedding.chip_buffer import ChipBuffer, outlines_of
from geosearch.ingest.embedding.prefetch import prefetch
from geosearch.ingest.run.progress import Part, Run, StoppedError
from geosearch.ingest.run.report import SceneCount
from geosearch.message import Message
from geosearch.scenes import ChipLayout, Scene, read_chips, windows_with_data
from geosearch.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class _Embedding:
    """A scene that is being embedded."""

    scene: Scene
    record: SceneRecord
    """As far as it is known before its pixels are read."""
    cut: ChipLayout
    """Where its chips lie."""
    unfinished: UnfinishedScene
    """What is stored."""
    buffer: ChipBuffer
    """What is embedded and not stored."""


def embed_scene(
    run: Run, scene: Scene, record: SceneRecord, part: Part
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
    unfinished = run.writer.begin(record, len(cut), sha256(cut.windows.tobytes()).hexdigest())
    resumed = unfinished.chip_count
    buffer = ChipBuffer(scene, cut, outlines, run.settings.encoder.dim)
    _embed_windows(run, _Embedding(scene, record, cut, unfinished, buffer), part)
    kept = unfinished.chip_count + buffer.count
    if not kept:
        raise SceneError(
            f"none of its {count:,} chips has {settings.chips.min_valid:.0%} valid pixels",
            hint=Message("lower `min_valid`, or omit the scene"),
        )
    off_earth = int((~placed).sum())
    empty += len(cut) - kept
    with run.watch.time("place"):
        batch = buffer.take()
    coarser = settings.is_finer_than(scene)
    return unfinished, batch, SceneCount(scene.id, kept, empty, off_earth, resumed, coarser)


def _timed(
    read: Generator[ReadChips, None, None], watch: Stopwatch
) -> Generator[ReadChips, None, None]:
    with closing(read):
        while True:
            with watch.time("read"):
                chips = next(read, None)
            if chips is None:
                return
            yield chips


def _embed_windows(run: Run, work: _Embedding, part: Part) -> None:
    """Embed the windows that are not stored, and store all but the last of them.

    Raises:
        StoppedError: Those so far are stored, and the run was asked to stop.
    """
    done, count = work.unfinished.windows_done, len(work.cut)
    if done == count:
        return
    stored = monotonic()
    blocks = read_chips(
        work.scene,
        work.cut.windows[done:],
        size_px=run.settings.chips.size_px,
        gsd_m=work.cut.gsd_m[done:],
        pixel_m=run.settings.pixel_m(work.scene),
    )
    read = batches(blocks, run.settings.chips.min_valid, run.settings.chips.size_px)
    with closing(prefetch(_timed(read, run.watch))) as ahead:
        for chips in ahead:
            if len(chips.pixels):
                with run.watch.time("encode"):
                    vectors = run.settings.encoder.encode_images(chips.pixels)
                work.buffer.add(done, chips, vectors)
            reached = done + chips.reached
            part.reach(reached / count)
            if reached == count or not _is_part_due(run, work.buffer, monotonic() - stored):
                continue
            with run.watch.time("stage"):
                run.writer.add(work.unfinished, work.record, work.buffer.take(), reached)
            stored = monotonic()
            if run.interruption.requested:
                raise StoppedError
            run.publish_if_due()


def _is_part_due(run: Run, buffer: ChipBuffer, seconds: float) -> bool:
    return (
        run.interruption.requested
        or buffer.count >= run.settings.intervals.part_chips
        or seconds >= run.settings.intervals.part_s
    )
