"""Scenes of an index whose files are gone from the folders that are indexed."""

import os
from collections.abc import Iterable, Sequence, Set
from pathlib import Path

from geosearch.index import SceneRecord
from geosearch.scenes import FileKeys, files_are_missing


def missing_scenes(
    published: Iterable[SceneRecord],
    found: Set[str],
    paths: Sequence[str | Path],
) -> tuple[str, ...]:
    """Return the ids of scenes that were indexed from below some folders and have no file now.

    A path that is not a folder, such as a disk that is not mounted, tells nothing of what it held.

    Args:
        published: Scenes of the index.
        found: Ids of those whose files are there.
        paths: What is indexed; only folders count, links followed.
    """
    keys = FileKeys()
    folders = [Path(os.path.realpath(path)) for path in paths if os.path.isdir(path)]
    return tuple(
        scene.id
        for scene in published
        if scene.id not in found
        and any(_is_below(scene, folder, keys) for folder in folders)
        and files_are_missing(scene.href)
    )


def _is_below(scene: SceneRecord, folder: Path, keys: FileKeys) -> bool:
    return all(Path(file).is_relative_to(folder) for file in keys.key(scene.href))
