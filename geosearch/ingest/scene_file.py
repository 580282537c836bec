"""What becomes of one file: its scene is kept, taken from before, embedded, or refused."""

from dataclasses import replace

from geosearch.errors import IndexFolderError, Refusal, SceneError
from geosearch.index import SceneRecord
from geosearch.ingest.embedding import embed_scene
from geosearch.ingest.moved import KnownScenes, same_picture
from geosearch.ingest.report import SceneCount
from geosearch.ingest.run import Part, Run
from geosearch.scenes import (
    Scene,
    SceneFile,
    content_sum,
    file_state,
    without_secrets,
)


def ingest_file(run: Run, file: SceneFile, known: KnownScenes, part: Part) -> None:
    """Bring one scene into the index, or note why it is left out.

    Args:
        run: Counts what became of it.
        file: The scene.
        known: What the index has already.
        part: Is told how much of it is done.

    Raises:
        IndexFolderError: The index cannot be written.
        StoppedError: The run was asked to stop; what is done of the scene is stored.
    """
    try:
        state = file_state(file.href)
        status = run.writer.status(file.id, state.size_bytes, state.mtime_ns)
        if status == "published":
            _keep(run, file, known)
            return
        if _relinked(run, file, state.size_bytes, known):
            return
        if status == "staged":
            run.writer.confirm(file.id)
            run.resumed += 1
            return
        with run.watch.time("open"):
            scene = run.settings.open(file)
        record = _scene_record(run, scene, 0, None)
        unfinished, batch, count = embed_scene(run, scene, record, part)
        with run.watch.time("hash"):
            content = content_sum(file.href)
    except IndexFolderError:  # an OSError too, and not the scene's fault
        raise
    except OSError as error:  # a SceneError is one; anything else is our own fault and ends the run
        run.refused.append(refusal_of(file, error))
        return
    with run.watch.time("stage"):
        record = replace(record, chips_skipped=_chips_skipped(count), sha256=content)
        run.writer.finish(unfinished, record, batch)
    run.indexed.append(count)


def _keep(run: Run, file: SceneFile, known: KnownScenes) -> None:
    """Keep an unchanged scene, with the place where its file is now."""
    scene = known.at_another_place(file)
    if scene is None:
        run.unchanged += 1
        return
    run.writer.relink(scene, replace(scene.record, href=without_secrets(file.href)))
    run.relinked[file.id] = file.id


def _relinked(run: Run, file: SceneFile, size_bytes: int, known: KnownScenes) -> bool:
    """Keep the chips of a scene whose file has another name or time now; say whether it has."""
    with run.watch.time("hash"):
        before = known.same_content(file, size_bytes)
    if before is None or before.record.id in run.relinked:
        return False
    with run.watch.time("open"):
        scene = run.settings.open(file)
    record = _scene_record(run, scene, before.record.chips_skipped, before.record.sha256)
    if not same_picture(before.record, record):
        return False
    with run.watch.time("stage"):
        run.writer.relink(before, record)
    run.relinked[before.record.id] = file.id
    return True


def refusal_of(file: SceneFile, error: OSError) -> Refusal:
    """Return why a scene is left out."""
    if isinstance(error, SceneError):
        return Refusal(file.id, error.message, error.hint)
    reason = error.strerror or str(error)
    return Refusal(file.id, reason, "check that the file is there and may be read")


def _chips_skipped(count: SceneCount) -> int:
    return count.mostly_invalid + count.off_earth


def _scene_record(run: Run, scene: Scene, chips_skipped: int, content: str | None) -> SceneRecord:
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
