"""The files of a segment: made once from scenes, never edited.

A segment is a pure function of its scenes, their chips and vectors: its id is a hash of
what it holds, and staging the same scenes in another order makes the same segment.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.ann_training import AUTO_ROWS, LEAST_ROWS, build_tier
from geosearch.index.calibration import calibrate_tier, keep_queries
from geosearch.index.durable import move_durable, remove_folder, reserve
from geosearch.index.hrefs import Hrefs
from geosearch.index.manifest import SegmentEntry
from geosearch.index.mapped import damaged, give_back, map_array, write_rows
from geosearch.index.records import UNKNOWN_TIME, SceneKey, SceneRecord
from geosearch.index.segment_table import (
    COPIED_ROWS,
    SceneChips,
    SegmentTable,
    segment_table,
    sidecar_columns,
)
from geosearch.index.sidecar import SidecarWriter
from geosearch.index.staging import scene_values

SEGMENTS = "segments"
VECTORS = "vectors.f16"
SIDECAR = "chips.duckdb"
ROWS = "rows"
ANN = "ann"
DESCRIPTION = "segment.json"
_WAITING = "waiting"
"""What the table of chips maps while the rest is written."""

MOST_ROWS = 1 << 20
"""Chips of a segment, about: their metadata must fit into memory together."""

Queries = NDArray[np.float32]

_HASH_BYTES = 1 << 22
_COPIED_VECTORS = 1 << 14


@dataclass(frozen=True, slots=True)
class FileSum:
    """A file of a segment, relative to its folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Description:
    """What ``segment.json`` says."""

    rows: int
    scenes: tuple[SceneKey, ...]
    """In the order of their numbers."""
    files: tuple[FileSum, ...]


Scene = TypeVar("Scene", bound=SceneChips)


def groups(scenes: Sequence[Scene], most_rows: int = MOST_ROWS) -> Iterator[list[Scene]]:
    """Yield scenes for a segment each, in their order; a scene is never divided.

    Args:
        scenes: The scenes.
        most_rows: Chips of a segment, unless one scene has more.
    """
    group: list[Scene] = []
    rows = 0
    for scene in scenes:
        count = scene.chip_count
        if group and rows + count > most_rows:
            yield group
            group, rows = [], 0
        group.append(scene)
        rows += count
    if group:
        yield group


def write_segment(
    index_folder: Path,
    staged: Sequence[SceneChips],
    dim: int,
    *,
    ann: str,
    queries: Callable[[], Queries | None] = lambda: None,
    memory_bytes: int | None = None,
) -> SegmentEntry:
    """Build a segment beside its place, and move it there when it is whole.

    Args:
        index_folder: The index.
        staged: The scenes, sorted by id.
        dim: Length of a vector.
        ann: ``auto``, ``flat`` or ``ivfpq``.
        queries: Gives embedded texts float32 [q, dim] to measure the approximate tier with; is
            called only if there is one.
        memory_bytes: What may be taken, which decides on that tier's codes; None for the finest.
    """
    segments = index_folder / SEGMENTS
    segments.mkdir(exist_ok=True)
    part = segments / "new.part"
    remove_folder(part)
    part.mkdir()
    entry = _write_chips(part, staged, dim)
    kind = ann_kind(ann, entry.rows)
    if kind == "ivfpq":
        vectors = np.memmap(part / VECTORS, dtype="<f2", mode="r", shape=(entry.rows, dim))
        times = map_array(part / ROWS / "time_ms", "<i8", (entry.rows,))
        build_tier(part / ANN, vectors, memory_bytes, time_ms=times)
        keep_queries(part / ANN, queries())
    sums = file_sums(part)
    segment_id = _segment_id(staged, sums, Hrefs(index_folder))
    place = segments / segment_id
    # it is there already where a run died before it was published, or where a scene is again
    # what it was in an earlier generation, which somebody may be reading: leave it in place
    if not _is_whole(place):
        if kind == "ivfpq":  # no part of the id: times are never the same
            calibrate_tier(part / ANN, vectors)
            give_back(vectors)
        keys = tuple(one.record.key for one in staged)
        description = Description(entry.rows, keys, file_sums(part, known=sums))
        (part / DESCRIPTION).write_bytes(description_bytes(description))
        remove_folder(place)
        move_durable(part, place)
    remove_folder(part)
    return replace(entry, id=segment_id, ann=kind, checksum=file_sum(place / DESCRIPTION))


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
    remove_folder(part / _WAITING)
    return entry


def _segment_id(staged: Sequence[SceneChips], sums: Sequence[FileSum], hrefs: Hrefs) -> str:
    """Return a hash of all that a segment holds.

    The scenes count: a copy of a file makes the same rows and is another scene. The sidecar
    does not: the same tables are not always the same bytes in DuckDB.
    """
    scenes = [scene_values(one.record, hrefs) for one in staged]
    hashes = [one.sha256 for one in sums if one.path != SIDECAR]
    contents = json.dumps([scenes, hashes], sort_keys=True)
    return sha256(contents.encode()).hexdigest()[:16]


def _is_whole(folder: Path) -> bool:
    return folder.is_dir() and not changed_files(folder)


def changed_files(folder: Path) -> list[tuple[Path, str]]:
    """Return the files of a segment that are not as they were written, and why; reads them all."""
    try:
        description = read_description(folder)
    except IndexFolderError as error:
        return [(folder / DESCRIPTION, error.message)]
    changed = []
    for file in description.files:
        path = folder / file.path
        if not path.resolve().is_relative_to(folder.resolve()):
            changed.append((folder / DESCRIPTION, f"it names a file outside: {file.path}"))
            continue
        try:
            if (size := path.stat().st_size) != file.bytes:
                changed.append((path, f"it has {size} bytes and should have {file.bytes}"))
            elif file_sum(path) != file.sha256:
                changed.append((path, "its content has changed"))
        except OSError as error:
            changed.append((path, error.strerror or "it cannot be read"))
    return changed


def read_description(folder: Path) -> Description:
    """Return what a segment's ``segment.json`` says.

    Raises:
        IndexFolderError: It is missing or damaged.
    """
    path = folder / DESCRIPTION
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Description(
            rows=int(document["rows"]),
            scenes=tuple(SceneKey(str(one["id"]), str(one["state"])) for one in document["scenes"]),
            files=tuple(
                FileSum(str(one["path"]), int(one["bytes"]), str(one["sha256"]))
                for one in document["files"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(path, f"{type(error).__name__}: {error}") from error


def file_sum(path: Path) -> str:
    """Return the SHA-256 of a file: the standard tools check it too."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BYTES):
            digest.update(block)
    return digest.hexdigest()


def ann_kind(wanted: str, rows: int) -> str:
    """Return the tier, ``flat`` or ``ivfpq``, of a segment where ``auto`` or one is wanted."""
    large = rows >= AUTO_ROWS or wanted == "ivfpq"
    possible = rows >= LEAST_ROWS
    return "ivfpq" if wanted != "flat" and large and possible else "flat"


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
            give_back(out)
        first += len(rows)
    out.flush()


def _write_sidecar(path: Path, scenes: Sequence[SceneRecord], table: SegmentTable) -> None:
    with SidecarWriter(path) as writer:
        writer.add_scenes(scenes)
        for first in range(0, len(table.order), COPIED_ROWS):
            writer.add_chips(sidecar_columns(table, scenes, first, first + COPIED_ROWS))
            give_back(table.outlines.data)


def description_bytes(description: Description) -> bytes:
    """Return the content of a ``segment.json``."""
    document = {
        "rows": description.rows,
        "scenes": [{"id": scene.id, "state": scene.state} for scene in description.scenes],
        "files": [
            {"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in description.files
        ],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def file_sums(folder: Path, *, known: Sequence[FileSum] = ()) -> tuple[FileSum, ...]:
    """Return size and checksum of every file of a segment but ``segment.json``.

    Args:
        folder: The segment.
        known: Files that have not changed since these were worked out: they are not read again.
    """
    before = {one.path: one for one in known}
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and path != folder / DESCRIPTION
    )
    names = [path.relative_to(folder).as_posix() for path in paths]
    return tuple(
        before.get(name) or FileSum(name, path.stat().st_size, file_sum(path))
        for name, path in zip(names, paths, strict=True)
    )


def extent(bounds: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north around footprints' bounds float64 [n, 4]; None for none."""
    if not len(bounds):
        return None
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def time_span(times: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the earliest and latest known of times int64 [n] in ms since 1970; None for none."""
    known = times[times != UNKNOWN_TIME]
    return (int(known.min()), int(known.max())) if len(known) else None
