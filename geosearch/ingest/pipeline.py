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
from geosearch.ingest.calibration_texts import embedded_calibration_texts, embedded_phrases
from geosearch.ingest.identity.identify import Identifier
from geosearch.ingest.identity.missing import missing_scenes
from geosearch.ingest.run.interruption import stopping_on_request
from geosearch.ingest.run.intervals import PublishClock
from geosearch.ingest.run.progress import Part, Run, StoppedError
from geosearch.ingest.run.report import BuildReport
from geosearch.ingest.run.settings import RunSettings
from geosearch.ingest.run.work import scene_work
from geosearch.ingest.scene_file import ingest_file
from geosearch.message import Message
from geosearch.reporting import LOG, Reporter, warn_missing, warn_refused
from geosearch.scenes import Discovery, find_scenes, reading_within, without_secrets
from geosearch.stopwatch import Stopwatch


def look_for_scenes(paths: Sequence[str | Path], exclude: str | Sequence[str] = ()) -> Discovery:
    """Find what there is to index, before anything is loaded or fetched for it.

    Args:
        paths: Where to look.
        exclude: Patterns of what is left out, as `find_scenes` takes them.

    Raises:
        UsageError: There is nothing, or a pattern is none.
        SceneError: There is nothing that can be looked at.
    """
    found = find_scenes(paths, exclude)
    if found.files:
        warn_refused(__name__, found.refused)
        return found
    if found.refused:
        raise _nothing_usable(found.refused)
    if found.passed_over:
        raise UsageError("no scene found", hint=found.passed_over, parameter="paths")
    if found.exclusion.note:
        raise UsageError(
            f"no scene found; {found.exclusion.note}",
            hint=Message("compare `exclude`, and the files .geosearchignore, with what is there"),
            parameter="exclude",
        )
    raise UsageError(
        f"no scene found in {without_secrets(', '.join(map(str, paths)))}",
        hint="give a folder that holds GeoTIFFs or other GDAL rasters, or name a file",
        parameter="paths",
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
    found, memory = settings.found, settings.options.memory
    reading = reading_within(memory.reading)
    with watch.time("total"), reading, stopping_on_request(reporter) as interruption:
        clock = PublishClock(settings.intervals)
        with IndexWriter(
            settings.folder,
            settings.spec,
            ann=settings.options.ann,
            queries=lambda: embedded_calibration_texts(settings.encoder),
            phrases=lambda: embedded_phrases(settings.encoder),
            max_rows=memory.segment_rows,
            memory_bytes=memory.total_bytes,
        ) as writer:
            published = writer.scenes()
            records = [scene.record for scene in published]
            identifier = Identifier(settings, records, writer.staged(), watch)
            run = Run(
                scenes=len(identifier.ids.files),
                settings=settings,
                published={scene.record.id: scene for scene in published},
                writer=writer,
                watch=watch,
                interruption=interruption,
                clock=clock,
            )
            run.refused += found.refused
            _ingest_files(run, identifier, reporter)
            if not run.kept:
                raise _nothing_usable(run.refused)
            left = [record for record in records if record.id not in run.relocated]
            missing = missing_scenes(left, identifier.ids.found, settings.paths, found.exclusion)
            warn_missing(__name__, [(r.id, r.href) for r in left if r.id in missing])
            writer.remove(set(missing) if settings.options.prune else set())
            with reporter.step("publishing", None, ""):
                generation = run.publish()
    return BuildReport(
        indexed=tuple(run.indexed),
        resumed=run.resumed,
        unchanged=run.unchanged,
        refused=tuple(run.refused),
        relocated=tuple(run.relocated.values()),
        missing=missing,
        pruned=settings.options.prune,
        chips_total=generation.chips,
        seconds=run.watch.seconds,
        mergeable_tiers=generation.mergeable_tiers,
    )


def _ingest_files(run: Run, identifier: Identifier, reporter: Reporter) -> None:
    """Stage all scenes, and publish now and then.

    Raises:
        Interrupted: Not all of them, since the run was asked to stop.
    """
    files = identifier.ids.files
    works = scene_work(files)
    with reporter.step("indexing", len(works), "scenes", work=sum(works)) as course:
        try:
            for file, work in zip(files, works, strict=True):
                if run.interruption.requested:
                    raise StoppedError
                part = Part(course, work)
                ingest_file(run, file, identifier, part)
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
        f"none of the {len(refused)} inputs could be used:"
        if len(refused) > 1
        else "the input could not be used:",
        hint=refused[0].hint,
        details=[Message("{}: {}", refusal.input, refusal.reason) for refusal in refused],
    )
