"""Files that the index knows by another name: found by content, and linked without embedding."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from geosearch.index import PublishedScene, SceneRecord
from geosearch.scenes import SceneFile, content_sum, is_gone, without_secrets


class KnownScenes:
    """The published scenes of an index, for finding those whose file is elsewhere now."""

    def __init__(self, scenes: Sequence[PublishedScene], files: Collection[SceneFile]) -> None:
        """Look which published scenes have lost their file.

        Args:
            scenes: Scenes of the index.
            files: What there is to index.
        """
        here = {file.id for file in files}
        self._by_id = {scene.record.id: scene for scene in scenes}
        self._lost: dict[int, list[PublishedScene]] = defaultdict(list)
        for scene in scenes:
            if scene.record.id not in here and is_gone(scene.record.href):
                self._lost[scene.record.size_bytes].append(scene)

    def at_another_place(self, file: SceneFile) -> PublishedScene | None:
        """Return an unchanged scene whose folder was moved: its old file is gone."""
        scene = self._by_id[file.id]
        href = without_secrets(file.href)
        moved = scene.record.href != href and is_gone(scene.record.href)
        return scene if moved else None

    def same_content(self, file: SceneFile, size_bytes: int) -> PublishedScene | None:
        """Return the scene that a new or touched file was, if its content is the same.

        Only a file of the right size is read for it.

        Raises:
            OSError: The file cannot be read.
        """
        candidates = list(self._lost.get(size_bytes, ()))
        named = self._by_id.get(file.id)
        if named is not None and named.record.size_bytes == size_bytes:
            candidates.append(named)
        candidates = [scene for scene in candidates if scene.record.sha256 is not None]
        if not candidates:
            return None
        content = content_sum(file.href)
        return next((one for one in candidates if one.record.sha256 == content), None)


def same_picture(before: SceneRecord, now: SceneRecord) -> bool:
    """Say whether chips of a scene are those of a file with the same content.

    Sidecar files decide too where a raster lies, and a newer release may choose other bands.
    """
    return (
        before.outline.equals_exact(now.outline, 0)
        and (before.width_px, before.height_px) == (now.width_px, now.height_px)
        and (before.bands, before.stretch) == (now.bands, now.stretch)
    )
