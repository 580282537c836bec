"""What an index has already: by name, and by content where a file has another name now."""

from collections import defaultdict
from collections.abc import Sequence

from geosearch.index import PublishedScene, SceneRecord
from geosearch.ingest.identity import Identities
from geosearch.scenes import (
    SceneFile,
    SceneState,
    content_hash,
    files_are_missing,
    without_secrets,
)


class KnownScenes:
    """The scenes of an index, and those that an interrupted run has finished."""

    def __init__(
        self,
        published: Sequence[PublishedScene],
        staged: Sequence[SceneRecord],
        files: Sequence[SceneFile],
    ) -> None:
        """Look which of them have which file, and which have lost theirs.

        Args:
            published: Scenes of the index.
            staged: Scenes that wait to be published.
            files: What there is to index.
        """
        self._published = {scene.record.id: scene for scene in published}
        self._staged = {record.id: record for record in staged}
        self.identities = Identities(files, [*(one.record for one in published), *staged])
        """The files with their ids."""
        self._lost: dict[int, list[PublishedScene]] = defaultdict(list)
        for scene in published:
            if scene.record.id in self.identities.lost:
                self._lost[scene.record.size_bytes].append(scene)

    def published(self, scene_id: str) -> PublishedScene | None:
        """Return a scene of the index."""
        return self._published.get(scene_id)

    def staged(self, scene_id: str) -> SceneRecord | None:
        """Return a scene that waits to be published."""
        return self._staged.get(scene_id)

    def has_moved(self, file: SceneFile) -> bool:
        """Return whether an unchanged scene's file is not where the index has it any more."""
        before = self._published[file.id].record.href
        return before != without_secrets(file.href) and files_are_missing(before)

    def same_content(self, file: SceneFile, state: SceneState) -> PublishedScene | None:
        """Return the scene that a new or touched file was, if its content is the same.

        Only a file of the right size is read for it, and none of which only the Item changed.

        Raises:
            OSError: The file cannot be read.
        """
        named = self._published.get(file.id)
        if named is not None and self._is_untouched(named.record, file, state):
            return named
        candidates = list(self._lost.get(state.size_bytes, ()))
        if named is not None and named.record.size_bytes == state.size_bytes:
            candidates.append(named)
        sums: dict[tuple[str, ...], str | None] = {}
        for scene in candidates:
            before = scene.record
            if before.sha256 is None:
                continue
            if before.refers_to not in sums:
                sums[before.refers_to] = content_hash(file.href, before.refers_to)
            if sums[before.refers_to] == before.sha256:
                return scene
        return None

    def _is_untouched(self, before: SceneRecord, file: SceneFile, state: SceneState) -> bool:
        same_place = self.identities.are_same(before.href, file.href)
        return same_place and state.has_files_of(before.state)


def is_unchanged(before: SceneRecord, file: SceneFile, state: SceneState) -> bool:
    """Say whether a scene is what it was when it was read.

    A file that is met by itself keeps what its STAC Item said of it.

    Args:
        before: What it was.
        file: The scene.
        state: Its state now, with the files that it referred to.
    """
    if file.item is None and before.item is not None:
        return state.has_files_of(before.state)
    return before.state == state.text


def same_picture(before: SceneRecord, now: SceneRecord) -> bool:
    """Say whether chips of a scene are those of a file with the same content.

    Sidecar files decide too where a raster lies, and a newer release may choose other bands.
    """
    return (
        before.outline.equals_exact(now.outline, 0)
        and (before.width_px, before.height_px) == (now.width_px, now.height_px)
        and (before.bands, before.stretch) == (now.bands, now.stretch)
    )
