"""Whether an index is as it was written: sizes and checksums, then whether its files agree."""

from collections.abc import Iterator
from pathlib import Path

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import DamagedError
from geosearch.index.folder.description import read_description
from geosearch.index.folder.layout import MANIFEST, SEGMENTS
from geosearch.index.folder.manifest import Manifest, read_manifest
from geosearch.index.integrity.bank_checks import bank_problems
from geosearch.index.integrity.problems import Problem, problems_of
from geosearch.index.integrity.segment_checks import find_faults
from geosearch.message import Message
from geosearch.text import shown

_TRIES = 10
"""How often a check begins again of an index that is published meanwhile."""


def verify(folder: Path) -> list[Problem]:
    """Read every file of the published generation, and compare it with what it should be.

    Raises:
        IndexFolderError: There is no index, its manifest cannot be read, or another process has a
            file of it open for writing.
    """
    for _ in range(_TRIES):
        manifest = read_manifest(folder)
        problems = list(_problems(folder, manifest))
        # what was compacted meanwhile is not damage
        if not problems or read_manifest(folder) == manifest:
            return problems
    raise IndexFolderError(
        f"{shown(folder)} is published repeatedly while it is being checked",
        hint="check it while no process is writing to it",
    )


def _problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    for entry in manifest.segments:
        yield from problems_of(folder, entry, find_faults(folder, entry, manifest.spec.dim))
    yield from scenes_found_twice(folder, manifest)
    yield from bank_problems(folder, manifest)


def scenes_found_twice(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield segments that have a scene which is searched in one before as well."""
    seen: set[str] = set()
    for entry in manifest.segments:
        try:
            scenes = read_description(folder / SEGMENTS / entry.id, entry.checksum).scenes
        except DamagedError:
            continue  # named already
        ids = {scene.id for scene in scenes} - set(entry.removed)
        if twins := sorted(ids & seen):
            yield Problem(
                path=str(folder / MANIFEST),
                reason=f"{len(twins)} scenes are searched in two segments: {', '.join(twins[:3])}",
                segment=entry.id,
                lost="nothing, but hits list their chips twice",
                remedy=Message('`geosearch.remove(scenes="ID")`, then index the scenes again'),
                repairable=False,
            )
        seen |= ids
