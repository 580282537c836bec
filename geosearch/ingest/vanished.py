"""Scenes that an index has of a folder, and that are not in it any more."""

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from geosearch.index import SceneRecord
from geosearch.scenes import SceneFile, is_gone


def vanished_scenes(
    published: Iterable[SceneRecord],
    files: Collection[SceneFile],
    paths: Sequence[str | Path],
) -> tuple[str, ...]:
    """Return the ids of scenes that were indexed from below some folders and have no file now.

    A path that is no folder, such as a disk that is not mounted, says nothing of what it held;
    nor does a file that is found anew under the same id.

    Args:
        published: Scenes of the index.
        files: What is there now.
        paths: What is being indexed; only folders count.
    """
    folders = [Path(os.path.abspath(path)) for path in paths if os.path.isdir(path)]
    here = {file.id for file in files}
    return tuple(
        scene.id
        for scene in published
        if scene.id not in here
        and any(Path(scene.href).is_relative_to(folder) for folder in folders)
        and is_gone(scene.href)
    )
