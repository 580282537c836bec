"""What becomes of one file: its scene is kept, taken from an earlier run, embedded, or refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from geosearch.errors import IndexFolderError, Refusal, SceneError
from geosearch.ingest.embedding.embed_scene import embed_scene
from geosearch.ingest.identity.comparison import require_unchanged
from geosearch.ingest.identity.identify import Identifier, Identity
from geosearch.ingest.identity.scene_record import scene_record
from geosearch.ingest.run.progress import Part, Run
from geosearch.regular_file import remedy
from geosearch.scenes import SceneFile, content_hash, without_secrets
from geosearch.text import shown


def ingest_file(run: Run, file: SceneFile, identifier: Identifier, part: Part) -> None:
    """Bring one scene into the index, or note why it is left out.

    Args:
        run: Counts what became of it.
        file: The scene.
        identifier: Says which scene of the index it is.
        part: Receives how much of it is done.

    Raises:
        IndexFolderError: The index cannot be written.
        StoppedError: The run was asked to stop; what is done of the scene is stored.
    """
    identity = None
    with _refused(run, file):
        identity = identifier.identify(file)
    if identity is None:
        return
    with _refused(run, identity.file):
        if identity.kind in ("new", "replaced"):
            _embed(run, identity, part)
        else:
            _keep(run, identity)


def _keep(run: Run, identity: Identity) -> None:
    """Keep the chips that a scene has."""
    if identity.kind == "unchanged":
        run.unchanged += 1
    elif identity.kind == "staged":
        run.writer.confirm(identity.file.id)
        run.resumed += 1
    else:
        assert identity.before is not None
        assert identity.now is not None
        with run.watch.time("stage"):
            run.writer.relink(run.published[identity.before.id], identity.now)
        run.relocated[identity.before.id] = identity.now.id


def _embed(run: Run, identity: Identity, part: Part) -> None:
    """Embed a scene, and stage it.

    Raises:
        SceneError: It cannot be used, or it changed while it was read.
    """
    file, scene = identity.file, identity.scene
    if scene is None:
        with run.watch.time("open"):
            scene = run.settings.open(file)
    record = scene_record(run.settings, scene)
    unfinished, batch, count = embed_scene(run, scene, record, part)
    with run.watch.time("hash"):
        sha256 = content_hash(file.href, scene.refers_to)
    require_unchanged(file, scene.refers_to, scene.state)
    with run.watch.time("stage"):
        skipped = count.mostly_invalid + count.off_earth
        record = replace(record, chips_skipped=skipped, sha256=sha256)
        run.writer.finish(unfinished, record, batch)
    run.indexed.append(count)


@contextmanager
def _refused(run: Run, file: SceneFile) -> Iterator[None]:
    """Note why a scene is left out if it is the scene's fault; all else ends the run."""
    try:
        yield
    except IndexFolderError:  # an OSError too, and not the scene's fault
        raise
    except OSError as error:  # a SceneError is one
        run.refuse(refusal_of(file, error))


def refusal_of(file: SceneFile, error: OSError) -> Refusal:
    """Return why a scene is left out."""
    path = shown(without_secrets(file.href))
    if isinstance(error, SceneError):
        return Refusal(shown(file.id), error.message, error.hint, path)
    reason = error.strerror or str(error)
    place = str(error.filename or "")
    if place and not place.endswith(file.id):  # an Item's id does not say which file was looked for
        reason = f"{shown(place)}: {reason}"
    hint = remedy(error, "check that the file is there and may be read")
    return Refusal(shown(file.id), reason, hint, path)
