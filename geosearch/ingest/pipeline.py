"""Folder of scenes → published index: find, cut, read, encode, stage, publish.

A scene is the unit of work: it is published when all of its chips are encoded, and
one that fails is refused whole while the rest goes on. Chips of a large scene are
stored in parts, so that an interrupted run continues after the last one. What is
finished is published now and then.
"""

from collections.abc import Sequence
from pathlib import Path

from geosearch.errors import Interrupted, Refusal, SceneError, UsageError
from geosearch.index import IndexWriter
from geosearch.ingest.interruption import stopping_on_request
from geosearch.ingest.intervals import PublishClock
from geosearch.ingest.known import KnownScenes
from geosearch.ingest.questions import embedded_questions
from geosearch.ingest.report import BuildReport
from geosearch.ingest.run import Part, Run, StoppedError
from geosearch.ingest.scene_file import ingest_file
from geosearch.ingest.settings import RunSettings
from geosearch.ingest.vanished import vanished_scenes
from geosearch.ingest.work import scene_works
from geosearch.reporting import LOG, Reporter
from geosearch.scenes import Discovery, find_scenes, reading_within, without_secrets
from geosearch.stopwatch import Stopwatch


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


def ingest(settings: RunSettings, reporter: Reporter = LOG) -> BuildReport:
    """Index scenes.

    Args:
        settings: Which scenes go into which index, and how.
        reporter: Receives the progress, and that a request to stop was heard.

    Raises:
        SceneError: Not a single scene could be used.
        IndexFolderError: The index cannot be written, or was built in another way.
        Interrupted: Ctrl-C or SIGTERM; what was finished is published before.
    """
    watch = Stopwatch()
    found, memory = settings.found, settings.memory
    reading = reading_within(memory.reading)
    with watch.time("total"), reading, stopping_on_request(reporter) as interruption:
        clock = PublishClock(settings.intervals)
        with IndexWriter(
            settings.folder,
            settings.spec,
            ann=settings.ann,
            queries=lambda: embedded_questions(settings.encoder),
            most_rows=memory.segment_rows,
            memory_bytes=memory.total_bytes,
        ) as writer:
            published = writer.scenes()
            known = KnownScenes(published, writer.staged(), found.files)
            count = len(known.identities.files)
            run = Run(count, settings, writer, watch, interruption, clock)
            run.refused += found.refused
            _ingest_files(run, known, reporter)
            if not run.kept:
                raise _nothing_usable(run.refused)
            left = [one.record for one in published if one.record.id not in run.relinked]
            vanished = vanished_scenes(left, known.identities.found, settings.paths)
            writer.remove(set(vanished) if settings.prune else set())
            with reporter.track("publishing", None, ""):
                generation = run.publish()
    return BuildReport(
        indexed=tuple(run.indexed),
        resumed=run.resumed,
        unchanged=run.unchanged,
        refused=tuple(run.refused),
        relinked=tuple(run.relinked.values()),
        vanished=vanished,
        pruned=settings.prune,
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
