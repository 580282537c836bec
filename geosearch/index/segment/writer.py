"""The files of a segment: made once from scenes, never edited.

A segment is a pure function of its scenes, their chips and vectors: its id is a hash of
what it holds, and staging the same scenes in another order makes the same segment.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats
from geosearch.index.arrays.extent import extent, time_span
from geosearch.index.files.durable import reserve, sync_all
from geosearch.index.files.faults import DamagedError, occupied
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.hrefs import Hrefs
from geosearch.index.files.mapped import map_array, release_pages
from geosearch.index.files.own_files import file_size, file_sum
from geosearch.index.folder.description import (
    Description,
    FileSum,
    changed_files,
    description_bytes,
    file_sums,
    read_description,
)
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
)
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.index.folder.ownership import (
    is_our_segment,
    new_part,
    remove_part,
    remove_segment,
)
from geosearch.index.records import SceneRecord
from geosearch.index.scoring.ann.eligibility import ann_of
from geosearch.index.scoring.ann.training import build_tier
from geosearch.index.scoring.calibrating import calibrate_tier
from geosearch.index.scoring.kept_queries import keep_queries
from geosearch.index.segment.chip_table import (
    COPIED_ROWS,
    SceneChips,
    SegmentTable,
    segment_table,
    sidecar_columns,
)
from geosearch.index.segment.columns import write_rows
from geosearch.index.segment.sidecar import SidecarWriter

_WAITING = "waiting"
"""What the table of chips maps while the rest is written."""

_COPIED_VECTORS = 1 << 14


Scene = TypeVar("Scene", bound=SceneChips)


def write_segment(
    hold: Hold,
    staged: Sequence[SceneChips],
    dim: int,
    *,
    ann: str,
    queries: Callable[[], Floats | None] = lambda: None,
    memory_bytes: int | None = None,
) -> SegmentEntry:
    """Build a segment beside its place, and move it there when it is whole.

    Args:
        hold: The index.
        staged: The scenes, sorted by id.
        dim: Length of a vector.
        ann: ``auto``, ``flat`` or ``ivfpq``.
        queries: Gives embedded texts float32 [q, dim] to measure the approximate tier with; is
            called only if there is one.
        memory_bytes: What may be taken, which decides on that tier's codes; None for the finest.

    Raises:
        IndexFolderError: The index was moved, or something else stands in the segment's place.
        OSError: It cannot be written.
    """
    hold.require_place()
    with hold.root.made(SEGMENTS) as segments:
        name = new_part(hold.index_id)
        segments.mkdir(name)
        part = segments.path / name
        try:
            entry = _write_chips(part, staged, dim)
            kind = ann_of(ann, entry.rows)
            if kind == "ivfpq":
                vectors = map_array(part / VECTORS, "<f2", (entry.rows, dim))
                times = map_array(part / ROWS / "time_ms", "<i8", (entry.rows,))
                build_tier(part / ANN, vectors, memory_bytes, time_ms=times)
                keep_queries(part / ANN, queries())
            sums = file_sums(part)
            segment_id = _segment_id(staged, sums, Hrefs(hold.folder))
            # it is there already where a run died before it was published, or where a scene is
            # again what it was in an earlier generation, which somebody may be reading: leave it
            if not _is_whole(segments, segment_id, hold.index_id):
                if kind == "ivfpq":  # no part of the id: times are never the same
                    calibrate_tier(part / ANN, vectors)
                    release_pages(vectors)
                keys = tuple(one.record.key for one in staged)
                files = file_sums(part, known=sums)
                description = Description(hold.index_id, segment_id, entry.rows, keys, files)
                (part / DESCRIPTION).write_bytes(description_bytes(description))
                sync_all(part)
                hold.require_place()
                segments.rename(name, segments, segment_id)
                segments.sync()
        finally:
            remove_part(segments, name)
        return listed(replace(entry, id=segment_id, ann=kind), segments.path / segment_id)


def listed(entry: SegmentEntry, place: Path) -> SegmentEntry:
    """Return a segment as the manifest lists it: with the files that its description names."""
    files = {one.path: one.bytes for one in read_description(place).files}
    files[DESCRIPTION] = file_size(place / DESCRIPTION)
    return replace(entry, files=files, checksum=file_sum(place / DESCRIPTION))


def _write_chips(part: Path, staged: Sequence[SceneChips], dim: int) -> SegmentEntry:
    """Write all but the approximate tier, and return what is known of it: it has no id yet.

    The tier, which takes as much memory as the table of chips, comes when that has gone.
    """
    table = segment_table(staged, part / _WAITING)
    columns = table.columns
    _write_vectors(part / VECTORS, staged, columns["scene_no"], table.order, dim)
    write_rows(part / ROWS, columns, table.outlines, table.ids, table.order)
    _write_sidecar(part / SIDECAR, [one.record for one in staged], table)
    entry = SegmentEntry(
        "", len(table.order), extent(columns["bounds"]), time_span(columns["time_ms"]), "flat"
    )
    del table  # Windows removes no file that is mapped
    with HeldFolder.open(part) as held:
        held.remove_made(_WAITING, lambda _path: True)
    return entry


def _segment_id(staged: Sequence[SceneChips], sums: Sequence[FileSum], hrefs: Hrefs) -> str:
    """Return a hash of all that a segment holds.

    The scenes count: a copy of a file makes the same rows and is another scene. The sidecar
    does not: the same tables are not always the same bytes in DuckDB.
    """
    scenes = [one.record.to_plain(hrefs.stored(one.record.href)) for one in staged]
    hashes = [one.sha256 for one in sums if one.path != SIDECAR]
    contents = json.dumps([scenes, hashes], sort_keys=True)
    return sha256(contents.encode()).hexdigest()[:16]


def _is_whole(segments: HeldFolder, segment_id: str, index_id: str) -> bool:
    """Return whether a segment is there as it was written; make room for it where it is not.

    Raises:
        IndexFolderError: Something stands in its place that was not made for this index.
    """
    if segments.stat(segment_id) is None:
        return False
    place = segments.path / segment_id
    if not is_our_segment(segments, segment_id, index_id):
        raise occupied(place, "it was not made for this index")
    try:
        description = read_description(place)
        if not changed_files(place, description):
            return True
    except DamagedError:
        pass
    remove_segment(segments, segment_id, index_id)
    if segments.stat(segment_id) is not None:
        raise occupied(place, "it holds files that geosearch did not make")
    return False


def _write_vectors(
    path: Path,
    staged: Sequence[SceneChips],
    scene_no: NDArray[np.int32],
    order: NDArray[np.int64],
    dim: int,
) -> None:
    """Write vectors in row order, some of a scene at a time, so that memory holds few."""
    reserve(path, 2 * len(order) * dim)
    if not len(order):
        return
    out = np.memmap(path, dtype="<f2", mode="r+", shape=(len(order), dim))
    by_scene = np.argsort(scene_no, kind="stable")
    edges = np.searchsorted(scene_no[by_scene], np.arange(len(staged) + 1))
    first = 0
    for number, one in enumerate(staged):
        rows = by_scene[edges[number] : edges[number + 1]]
        for start in range(0, len(rows), _COPIED_VECTORS):
            some = rows[start : start + _COPIED_VECTORS]
            out[some] = one.vectors(dim, order[some] - first)
            release_pages(out)
        first += len(rows)
    out.flush()


def _write_sidecar(path: Path, scenes: Sequence[SceneRecord], table: SegmentTable) -> None:
    with SidecarWriter(path) as writer:
        writer.add_scenes(scenes)
        for first in range(0, len(table.order), COPIED_ROWS):
            writer.add_chips(sidecar_columns(table, scenes, first, first + COPIED_ROWS))
            release_pages(table.outlines.data)
