"""Few segments without removed rows, and nothing on the disk that no generation needs.

Vectors are copied as they are stored and nothing is embedded: the segment is the one that
indexing the same scenes at once would have made. Killed before the manifest is replaced, the
old generation stays; killed after, the next run deletes what is left over.

Segments are merged as large as memory allows, by size (`merging`); what has removed rows is
always written again, since compacting is what takes them off the disk. After a compaction, the
next one finds nothing to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

import numpy as np
from numpy.typing import NDArray

from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.folder.description import changed_files
from geosearch.index.folder.hold import Hold, held_index
from geosearch.index.folder.layout import REMOVED, SEGMENTS
from geosearch.index.folder.manifest import Manifest, next_generation
from geosearch.index.folder.ownership import (
    is_file_part,
    is_our_segment,
    is_part,
    is_removed_rows,
    remove_part,
    remove_segment,
)
from geosearch.index.generations.bank_files import keep_bank, sweep_bank
from geosearch.index.generations.memory_budget import memory_budget, rows_within
from geosearch.index.generations.merge_policy import first_fit_groups, segments_to_merge
from geosearch.index.generations.published_scenes import PublishedScene, published_scenes
from geosearch.index.generations.staging import Staging
from geosearch.index.scoring.ann.eligibility import ann_of
from geosearch.index.segment.reader import Segment, open_segments
from geosearch.index.segment.writer import write_segment


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did."""

    generation: int
    """The generation that is published now."""
    segments_before: int
    segments: int
    chips: int
    """Chips that are searched."""
    freed_bytes: int
    """Size of the files that were deleted."""
    held_segments: int
    """Superseded segments that stay until the next compaction: this process has them open."""
    waiting_scenes: int
    """Finished scenes of an interrupted run, which the next run publishes."""


def compact(
    folder: Path,
    *,
    max_memory: str | int | None = None,
    max_rows: int | None = None,
    phrases: Callable[[], NDArray[np.float32] | None] = lambda: None,
) -> Compaction:
    """Merge segments, leave removed rows out, then delete what is superseded.

    Nothing goes that was not made for this index: see docs/explanation/index-on-disk.md. Files that
    this process has open are left. Other processes go on with what they have mapped,
    where the system keeps deleted files for whoever has them open, as POSIX does; what they have
    not opened by then is an error that says so.

    Args:
        folder: The index.
        max_memory: What it may take, in bytes or such as ``8GB``: it says how large a segment
            becomes. None for half of the machine's memory.
        max_rows: Chips of a new segment, unless one scene has more; None for what fits into the
            memory.
        phrases: Embeds the phrases of the bank, float32 [206, dim]; is called only if the index
            keeps none of its encoder.

    Raises:
        UsageError: ``max_memory`` is not a size, or too little.
        IndexFolderError: The index cannot be read or written, or a file to copy is damaged.
    """
    budget = memory_budget(max_memory)
    with held_index(folder) as (hold, before):
        staging = Staging(hold, before.spec)
        maximum = rows_within(budget) if max_rows is None else max_rows
        after = _rewritten(hold, before, maximum, budget)
        if after is not before:
            hold.publish(after)
        hold.require_same()  # before anything is deleted
        segments = [Segment(folder, entry, after.spec.dim) for entry in after.segments]
        keep_bank(hold, segments, phrases, after.spec.fingerprint)
        chips = sum(segment.alive.count for segment in segments)
        published = {key for segment in segments for key in segment.scenes.keys}
        waiting = staging.sweep(published)
        freed, held = _sweep(hold, after)
    return Compaction(
        after.generation, len(before.segments), len(segments), chips, freed, held, waiting
    )


def _rewritten(hold: Hold, manifest: Manifest, max_rows: int, budget: int) -> Manifest:
    """Return the manifest of the next generation, its segments written; the same if none is."""
    segments = [Segment(hold.folder, entry, manifest.spec.dim) for entry in manifest.segments]
    kept, made = _planned(segments, max_rows)
    sources = [one for one in segments if one not in kept]
    if len(made) >= len(sources) and not any(map(_is_due, sources)):
        return manifest
    for source in sources:
        _require_whole(source)
    tier = _ann_wanted(sources)
    written = [
        write_segment(
            hold,
            group,
            manifest.spec.dim,
            ann=tier,
            queries=lambda: _queries_of(segments),
            memory_bytes=budget,
        )
        for group in made
    ]
    return next_generation(manifest, [*(one.entry for one in kept), *written])


def _planned(
    segments: Sequence[Segment], max_rows: int
) -> tuple[list[Segment], list[list[PublishedScene]]]:
    """Return the segments that stay, and the scenes of each new one.

    What a merge makes may be merged with yet another segment: that is done at once, and not by
    the next compaction.
    """
    kept = [one for one in segments if not _is_due(one)]
    scenes = [scene for one in segments if one not in kept for scene in published_scenes(one)]
    while True:
        scenes.sort(key=lambda scene: scene.record.id)
        made = first_fit_groups(scenes, max_rows)
        sizes = [one.n for one in kept] + [sum(s.chip_count for s in group) for group in made]
        chosen = segments_to_merge(sizes, max_rows)
        joining = [one for at, one in enumerate(kept) if at in chosen]
        if not joining:
            return kept, made
        kept = [one for one in kept if one not in joining]
        scenes += [scene for one in joining for scene in published_scenes(one)]


def _is_due(segment: Segment) -> bool:
    """Whether a segment is written again by itself: of removed rows."""
    return bool(segment.entry.removed) or segment.entry.removed_rows is not None


def _require_whole(segment: Segment) -> None:
    # a damaged file must not be copied: its copy would have a checksum that agrees
    for error in changed_files(segment.folder, segment.scenes.description):
        raise error


def _queries_of(segments: Sequence[Segment]) -> NDArray[np.float32] | None:
    """Return texts that some segment was measured with."""
    kept = (one.ann.queries for one in segments if one.ann is not None)
    return next((queries for queries in kept if queries is not None), None)


def _ann_wanted(sources: Sequence[Segment]) -> str:
    """Return ``flat`` or ``ivfpq`` where segments were forced to be so, else ``auto``."""
    forced = {one.entry.ann for one in sources if one.entry.ann != ann_of("auto", one.n)}
    return forced.pop() if len(forced) == 1 else "auto"


def _sweep(hold: Hold, manifest: Manifest) -> tuple[int, int]:
    """Delete what the generation does not name; return bytes freed and segments held open."""
    current = {entry.id for entry in manifest.segments}
    held = open_segments(hold.folder)
    keep = {segment.id for segment in held} | current
    keep_rows = {entry.removed_rows for entry in manifest.segments}
    keep_rows |= {segment.entry.removed_rows for segment in held}
    freed = 0
    if hold.root.stat(SEGMENTS) is not None:
        with hold.root.inner(SEGMENTS) as segments:
            names = [name for name in segments.names() if name not in keep]
            freed += sum(_removed_segment(segments, name, hold.index_id) for name in names)
    if hold.root.stat(REMOVED) is not None:
        with hold.root.inner(REMOVED) as removed:
            names = [name for name in removed.names() if name not in keep_rows]
            freed += sum(_removed_rows(removed, name, hold.index_id) for name in names)
    freed += sweep_bank(hold, keep)
    parts = [name for name in hold.root.names() if is_file_part(name, hold.index_id)]
    freed += sum(_removed_file(hold.root, name) for name in parts)
    return freed, len(keep - current)


def _removed_segment(segments: HeldFolder, name: str, index_id: str) -> int:
    if is_part(name, index_id):
        return remove_part(segments, name)
    if is_our_segment(segments, name, index_id):
        return remove_segment(segments, name, index_id)
    return 0  # it is somebody's


def _removed_rows(removed: HeldFolder, name: str, index_id: str) -> int:
    return _removed_file(removed, name) if is_removed_rows(removed, name, index_id) else 0


def _removed_file(folder: HeldFolder, name: str) -> int:
    found = folder.stat(name)
    if found is None or not S_ISREG(found.st_mode):
        return 0
    folder.unlink(name)
    return found.st_size
