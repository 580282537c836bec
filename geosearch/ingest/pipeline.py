"""Folder of scenes → published index: find, cut, read, encode, stage, publish.

A scene is the unit of work: it is published when all of its chips are encoded, and
one that fails is refused whole while the rest goes on. Chips of a large scene are
stored in parts, so that an interrupted run continues after the last one. What is
finished is published now and then.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from geosearch.encoders import Encoder
from geosearch.errors import Interrupted, Refusal, SceneError, UsageError
from geosearch.index import IndexWriter
from geosearch.ingest.interruption import stopping_on_request
from geosearch.ingest.intervals import INTERVALS, Intervals, PublishClock
from geosearch.ingest.known import KnownScenes
from geosearch.ingest.memory import MEMORY, RunMemory
from geosearch.ingest.questions import embedded_questions
from geosearch.ingest.report import BuildReport
from geosearch.ingest.run import Part, Run, StoppedError
from geosearch.ingest.scene_file import ingest_file
from geosearch.ingest.settings import ChipSettings, index_spec
from geosearch.ingest.vanished import vanished_scenes
from geosearch.ingest.work import scene_works
from geosearch.reporting import LOG, Reporter
from geosearch.scenes import Discovery, find_scenes, reading_within, without_secrets
from geosearch.stopwatch import Stopwatch

AnnKind = Literal["auto", "flat", "ivfpq"]


def look_for_scenes(paths: Sequence[str | Path]) -> Discovery:
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
    if found.passed_over:
        raise UsageError("no scene found", hint=found.passed_over)
    raise UsageError(
        f"no scene found in {without_secrets(', '.join(map(str, paths)))}",
        hint="give a folder that holds GeoTIFFs or other GDAL rasters, or name a file",
    )


def ingest(
    found: Discovery,
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
    reporter: Reporter = LOG,
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
        reporter: Is told that a request to stop was heard.

    Raises:
        SceneError: Not a single scene could be used.
        IndexFolderError: The index cannot be written, or was built in another way.
        Interrupted: Ctrl-C or SIGTERM; what was finished is published before.
    """
    watch = Stopwatch()
    reading = reading_within(memory.reading)
    with watch.time("total"), reading, stopping_on_request(reporter) as interruption:
        clock = PublishClock(intervals)
        spec = index_spec(encoder, settings, weights)
        with IndexWriter(
            folder,
            spec,
            ann=ann,
            queries=lambda: embedded_questions(encoder),
            max_rows=memory.segment_rows,
            memory_bytes=memory.total_bytes,
        ) as writer:
            published = writer.scenes()
            known = KnownScenes(published, writer.staged(), found.files)
            run = Run(
                len(known.identities.files), encoder, settings, writer, watch, intervals,
                interruption, clock,
            )  # fmt: skip
            run.refused += found.refused
            _ingest_files(run, known, reporter)
            if not run.kept:
                raise _nothing_usable(run.refused)
            left = [one.record for one in published if one.record.id not in run.relinked]
            vanished = vanished_scenes(left, known.identities.found, folders)
            writer.remove(set(vanished) if prune else set())
            with reporter.track("publishing", None, ""):
                generation = run.publish()
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
        mergeable_tiers=generation.mergeable_tiers,
    )


def _ingest_files(run: Run, known: KnownScenes, reporter: Reporter) -> None:
    """Stage all scenes, and publish now and then.

    Raises:
        Interrupted: Not all of them, since the run was asked to stop.
    """
    files = known.identities.files
    works = scene_works(files)
    with reporter.track("indexing", len(works), "scenes", work=sum(works)) as course:
        try:
            for file, work in zip(files, works, strict=True):
                if run.interruption.requested:
                    raise StoppedError
                part = Part(course, work)
                ingest_file(run, file, known, part)
                part.finish()
                run.publish_if_due()
            return
        except StoppedError:
            run.publish(goes_on=True)
    raise Interrupted(
        f"{run.kept:,} of {len(files):,} scenes are done and published; "
        "run the same command again to continue"
    )


def _nothing_usable(refused: Sequence[Refusal]) -> SceneError:
    return SceneError(
        f"none of the {len(refused)} inputs could be used:",
        hint=refused[0].hint,
        details=[f"{refusal.input}: {refusal.reason}" for refusal in refused],
    )
