"""Whether a scene is what it was: its files' state, their content, and the picture they show."""

from collections.abc import Iterable, Sequence

from geosearch.errors import SceneError
from geosearch.index import SceneRecord
from geosearch.scenes import SceneFile, SceneState, content_hash, scene_state


def is_unchanged(before: SceneRecord, file: SceneFile, state: SceneState) -> bool:
    """Return whether a scene is what it was when it was read.

    A file that is met by itself keeps what its STAC Item said of it.

    Args:
        before: What it was.
        file: The scene.
        state: Its state now, with the files that it referred to.
    """
    if file.item is None and before.item is not None:
        return state.has_files_of(before.state)
    return before.state == state.text


def require_unchanged(file: SceneFile, refers_to: Sequence[str], before: SceneState) -> None:
    """Refuse a scene that is not what it was when its reading began.

    Raises:
        SceneError: It has changed.
        OSError: It is not there any more.
    """
    if scene_state(file, refers_to) != before:
        raise SceneError(
            "it changed while it was read", hint="index it again when nothing writes to it"
        )


def same_content(file: SceneFile, candidates: Iterable[SceneRecord]) -> SceneRecord | None:
    """Return the first of some scenes that had the content of a file, byte for byte.

    Raises:
        OSError: The file cannot be read.
    """
    hashes: dict[tuple[str, ...], str | None] = {}
    for before in candidates:
        if before.sha256 is None:
            continue
        if before.refers_to not in hashes:
            hashes[before.refers_to] = content_hash(file.href, before.refers_to)
        if hashes[before.refers_to] == before.sha256:
            return before
    return None


def same_picture(before: SceneRecord, now: SceneRecord) -> bool:
    """Return whether chips of a scene are those of a file with the same content.

    Sidecar files decide too where a raster lies, and a newer release may choose other bands.
    """
    return (
        before.outline.equals_exact(now.outline, 0)
        and (before.width_px, before.height_px) == (now.width_px, now.height_px)
        and (before.bands, before.stretch, before.collar) == (now.bands, now.stretch, now.collar)
    )
