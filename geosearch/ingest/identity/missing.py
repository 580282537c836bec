"""Scenes of an index that the folders which are indexed hold no more: gone, or left out now."""

import os
from collections.abc import Iterable, Sequence, Set
from pathlib import Path

from geosearch.index import SceneRecord
from geosearch.scenes import Exclusion, FileKeys, band_files, files_are_missing


def missing_scenes(
    published: Iterable[SceneRecord],
    found: Set[str],
    paths: Sequence[str | Path],
    exclusion: Exclusion,
) -> tuple[str, ...]:
    """Return the ids of scenes that were indexed from below some folders and are not listed now.

    Their files are gone, or left out by patterns.

    A path that is not a folder, such as a disk that is not mounted, tells nothing of what it held.

    Args:
        published: Scenes of the index.
        found: Ids of those whose files are there.
        paths: What is indexed; only folders count, links followed.
        exclusion: What is left out there.
    """
    keys = FileKeys()
    named = [Path(os.path.abspath(path)) for path in paths if os.path.isdir(path)]
    folders = [Path(os.path.realpath(folder)) for folder in named]
    return tuple(
        scene.id
        for scene in published
        if scene.id not in found
        and any(_is_below(scene, folder, keys) for folder in folders)
        and (files_are_missing(scene.href) or _is_left_out(scene, named, exclusion))
    )


def _is_left_out(scene: SceneRecord, folders: Sequence[Path], exclusion: Exclusion) -> bool:
    """Return whether all folders that a scene is below leave out one of its files."""
    files = [Path(file) for file in band_files(scene.href)]
    if not all(map(os.path.exists, files)):  # nor where nobody may look
        return False
    around = [folder for folder in folders if all(file.is_relative_to(folder) for file in files)]
    return bool(around) and all(
        any(exclusion.leaves_out_below(folder, file) for file in files) for folder in around
    )


def _is_below(scene: SceneRecord, folder: Path, keys: FileKeys) -> bool:
    return all(Path(file).is_relative_to(folder) for file in keys.key(scene.href))
