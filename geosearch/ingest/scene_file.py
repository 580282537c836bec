"""What becomes of one file: its scene is kept, taken from before, embedded, or refused."""

from collections.abc import Sequence
from dataclasses import replace

from geosearch.errors import IndexFolderError, Refusal, SceneError
from geosearch.index import PublishedScene, SceneRecord
from geosearch.ingest.embedding import embed_scene
from geosearch.ingest.known import KnownScenes, is_unchanged, same_picture
from geosearch.ingest.report import SceneCount
from geosearch.ingest.run import Part, Run
from geosearch.regular_file import remedy
from geosearch.scenes import (
    Scene,
    SceneFile,
    SceneState,
    content_hash,
    scene_state,
    without_secrets,
)
from geosearch.text import shown


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
        named = known.published(file.id)
        refers_to = () if named is None else named.record.refers_to
        state = scene_state(file, refers_to)
        if named is not None and is_unchanged(named.record, file, state):
            _keep(run, file, named, known)
            return
        if _is_relinked(run, file, refers_to, state, known):
            return
        file = known.identities.with_own_id(file)
        if _is_staged(run, file, known):
            return
        with run.watch.time("open"):
            scene = run.settings.open(file)
        record = _scene_record(run, scene, 0, None)
        unfinished, batch, count = embed_scene(run, scene, record, part)
        with run.watch.time("hash"):
            content = content_hash(file.href, scene.refers_to)
        _require_unchanged(file, scene.refers_to, scene.state)
    except IndexFolderError:  # an OSError too, and not the scene's fault
        raise
    except OSError as error:  # a SceneError is one; anything else is our own fault and ends the run
        run.refused.append(refusal_of(file, error))
        return
    with run.watch.time("stage"):
        record = replace(record, chips_skipped=_chips_skipped(count), sha256=content)
        run.writer.finish(unfinished, record, batch)
    run.indexed.append(count)


def _keep(run: Run, file: SceneFile, scene: PublishedScene, known: KnownScenes) -> None:
    """Keep an unchanged scene, with the place where its file is now."""
    if known.has_moved(file):
        run.writer.relink(scene, replace(scene.record, href=without_secrets(file.href)))
        run.relinked[file.id] = file.id
    else:
        run.unchanged += 1


def _is_relinked(
    run: Run, file: SceneFile, refers_to: Sequence[str], state: SceneState, known: KnownScenes
) -> bool:
    """Keep the chips of a scene whose file has another name or time now; say whether it has."""
    with run.watch.time("hash"):
        before = known.same_content(file, state)
    if before is None or before.record.id in run.relinked:
        return False
    if before.record.id != file.id:
        file = known.identities.with_own_id(file)
    with run.watch.time("open"):
        scene = run.settings.open(file)
    record = _scene_record(run, scene, before.record.chips_skipped, before.record.sha256)
    if not same_picture(before.record, record):
        return False
    _require_unchanged(file, refers_to, state)
    with run.watch.time("stage"):
        run.writer.relink(before, record)
    run.relinked[before.record.id] = file.id
    return True


def _is_staged(run: Run, file: SceneFile, known: KnownScenes) -> bool:
    """Take what an interrupted run had finished, if it is as it was then; say whether it is."""
    staged = known.staged(file.id)
    if staged is None or not is_unchanged(staged, file, scene_state(file, staged.refers_to)):
        return False
    run.writer.confirm(file.id)
    run.resumed += 1
    return True


def _require_unchanged(file: SceneFile, refers_to: Sequence[str], before: SceneState) -> None:
    """Refuse what is not what it was when its reading began.

    Raises:
        SceneError: It has changed.
        OSError: It is not there any more.
    """
    if scene_state(file, refers_to) != before:
        raise SceneError(
            "it changed while it was read", hint="index it again when nothing writes to it"
        )


def refusal_of(file: SceneFile, error: OSError) -> Refusal:
    """Return why a scene is left out."""
    if isinstance(error, SceneError):
        return Refusal(shown(file.id), error.message, error.hint)
    reason = error.strerror or str(error)
    place = str(error.filename or "")
    if place and not place.endswith(file.id):  # an Item's id does not say which file was looked for
        reason = f"{shown(place)}: {reason}"
    hint = remedy(error, "check that the file is there and may be read")
    return Refusal(shown(file.id), reason, hint)


def _chips_skipped(count: SceneCount) -> int:
    return count.mostly_invalid + count.off_earth


def _scene_record(run: Run, scene: Scene, chips_skipped: int, content: str | None) -> SceneRecord:
    return SceneRecord(
        id=scene.id,
        href=without_secrets(scene.href),
        size_bytes=scene.state.size_bytes,
        state=scene.state.text,
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
        refers_to=scene.refers_to,
        item=scene.item,
    )
