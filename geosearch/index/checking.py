"""Whether an index is as it was written: sizes and checksums, then whether its files agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np

from geosearch.errors import IndexFolderError
from geosearch.index.ann import ApproximateTier
from geosearch.index.ann_training import CODES, LISTS
from geosearch.index.chip_entries import CHIPS
from geosearch.index.manifest import MANIFEST, Manifest, SegmentEntry, read_manifest
from geosearch.index.mapped import (
    BLOCKS,
    COLUMNS,
    FOOTPRINT_BYTES,
    FOOTPRINT_STARTS,
    damaged,
    map_array,
)
from geosearch.index.plan import PLAN
from geosearch.index.removed_rows import REMOVED, read_removed_rows
from geosearch.index.segment_files import (
    ANN,
    DESCRIPTION,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
    changed_files,
    file_sum,
    read_description,
)
from geosearch.index.sidecar import Sidecar
from geosearch.index.stored_arrays import Places
from geosearch.index.stored_rows import StoredRows

SOURCES = {ROWS: SIDECAR, ANN: VECTORS, DESCRIPTION: SIDECAR}
"""What can be made again, and what it is made of."""

_NORM_TOLERANCE = 1e-3
"""Rounding to 16 bits changes a number by at most 2^-11 of it, and so a vector's length."""
_PART_ROWS = 65_536
_LOST = {
    SIDECAR: "what is known of {chips} chips",
    VECTORS: "the vectors of {chips} chips",
    REMOVED: "which of {chips} chips were removed",
    ROWS: "nothing, but filters cannot be applied",
    ANN: "nothing, but large searches cannot use it",
    DESCRIPTION: "nothing, but other damage cannot be seen",
}

Faults = dict[str, str]
"""Path in the segment's folder, or in the index's for ``removed``, to what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of an index that is not as it was written, or does not agree with the rest."""

    path: str
    reason: str
    segment: str
    """Id of the segment it belongs to."""
    lost: str
    """What an index with this file has not any more."""
    remedy: str
    """What to do about it."""
    repairable: bool
    """Whether it can be made again from other files that are whole."""
    outcome: Literal["found", "repaired", "dropped"] = "found"
    """What was done about it: ``dropped`` is its segment, whose scenes are to be indexed again."""


def verify(folder: Path) -> list[Problem]:
    """Read every file of the published generation, and compare it with what it should be.

    Raises:
        IndexFolderError: There is no index, or its manifest cannot be read.
    """
    manifest = read_manifest(folder)
    problems: list[Problem] = []
    for entry in manifest.segments:
        problems += problems_of(folder, entry, find_faults(folder, entry, manifest.spec.dim))
    return problems + list(scenes_found_twice(folder, manifest))


def scenes_found_twice(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield segments that have a scene which is searched in one before as well."""
    seen: set[str] = set()
    for entry in manifest.segments:
        try:
            scenes = read_description(folder / SEGMENTS / entry.id).scenes
        except IndexFolderError:
            continue  # named already
        ids = {scene.id for scene in scenes} - set(entry.removed)
        if twins := sorted(ids & seen):
            yield Problem(
                path=str(folder / MANIFEST),
                reason=f"{len(twins)} scenes are searched in two segments: {', '.join(twins[:3])}",
                segment=entry.id,
                lost="nothing, but their chips are found twice",
                remedy="`geosearch remove --scene ID`, then index the scenes again",
                repairable=False,
            )
        seen |= ids


def problems_of(folder: Path, entry: SegmentEntry, faults: Faults) -> list[Problem]:
    """Return a segment's faults for people."""
    bad = {kind_of(name) for name in faults}
    problems = []
    for name, reason in faults.items():
        kind = kind_of(name)
        place = folder if kind == REMOVED else folder / SEGMENTS / entry.id
        source = SOURCES.get(kind)
        repairable = source is not None and source not in bad
        problems.append(
            Problem(
                path=str(place / name),
                reason=reason,
                segment=entry.id,
                lost=_LOST[kind].format(chips=f"{entry.rows:,}"),
                remedy=_remedy(source, repairable),
                repairable=repairable,
            )
        )
    return problems


def _remedy(source: str | None, repairable: bool) -> str:
    if repairable:
        return f"`geosearch verify --repair` makes it again from {source}"
    cause = "it cannot be made again" if source is None else f"{source} has to be whole first"
    return (
        f"{cause}: restore it from a copy, or leave its segment out with "
        "`geosearch verify --repair --drop` and index the scenes again"
    )


def kind_of(name: str) -> str:
    """Return which part of a segment a path belongs to: its first folder, or the file."""
    return name.split("/")[0]


def find_faults(folder: Path, entry: SegmentEntry, dim: int) -> Faults:
    """Return all that is wrong with a segment, one reason a file.

    Args:
        folder: The index.
        entry: The segment.
        dim: Length of a vector.
    """
    place = folder / SEGMENTS / entry.id
    faults: Faults = {}
    for path, reason in _changed(place, entry):
        faults.setdefault(path.relative_to(place).as_posix(), reason)
    bad = {kind_of(name) for name in faults}
    # a file that has changed need not be asked whether it agrees with the others
    checks = {VECTORS: _check_vectors, SIDECAR: _check_sidecar, ROWS: _check_rows, ANN: _check_ann}
    for kind, check in checks.items():
        if kind not in bad and not (kind == ROWS and SIDECAR in faults):
            try:
                check(place, entry, dim)
            except IndexFolderError as error:
                faults[kind] = _reason(error, place / kind)
    if entry.removed_rows is not None:
        try:
            _check_removed_rows(folder, entry.removed_rows, entry.rows)
        except IndexFolderError as error:
            name = f"{REMOVED}/{entry.removed_rows}"
            faults[name] = _reason(error, folder / name)
    return faults


def _reason(error: IndexFolderError, path: Path) -> str:
    return error.message.removeprefix(f"{path} is damaged: ")


def _changed(place: Path, entry: SegmentEntry) -> Iterator[tuple[Path, str]]:
    description = place / DESCRIPTION
    try:
        known = {file.path for file in read_description(place).files}
        if entry.checksum is not None and file_sum(description) != entry.checksum:
            yield description, "its content has changed"
            return  # what it says of the other files means nothing
    except IndexFolderError as error:
        yield description, _reason(error, description)
        return
    yield from changed_files(place)
    for name in sorted(_files_of(entry) - known):
        yield description, f"it does not name {name}"


def _files_of(entry: SegmentEntry) -> set[str]:
    names = (*COLUMNS, FOOTPRINT_STARTS, FOOTPRINT_BYTES, BLOCKS, CHIPS)
    rows = {f"{ROWS}/{name}" for name in names}
    ann = {f"{ANN}/{CODES}", f"{ANN}/{LISTS}", f"{ANN}/{PLAN}"} if entry.ann == "ivfpq" else set()
    return {SIDECAR, VECTORS} | rows | ann


def _check_vectors(place: Path, entry: SegmentEntry, dim: int) -> None:
    vectors = map_array(place / VECTORS, "<f2", (entry.rows, dim))
    wrong = 0
    for first in range(0, entry.rows, _PART_ROWS):
        lengths = np.linalg.norm(vectors[first : first + _PART_ROWS].astype(np.float32), axis=1)
        # not(...) so that NaN counts too
        wrong += int((~(np.abs(lengths - 1) <= _NORM_TOLERANCE)).sum())
    if wrong:
        raise damaged(place / VECTORS, f"{wrong} of {entry.rows} vectors are not of unit length")


def _check_sidecar(place: Path, entry: SegmentEntry, dim: int) -> None:
    sidecar = Sidecar(place / SIDECAR)
    sidecar.rows(entry.rows)
    keys = tuple(scene.key for scene in sidecar.scenes())
    try:
        description = read_description(place)
    except IndexFolderError:
        return  # named already
    if keys != description.scenes or entry.rows != description.rows:
        raise damaged(place / SIDECAR, f"its scenes are not those of {DESCRIPTION}")


def _check_rows(place: Path, entry: SegmentEntry, dim: int) -> None:
    stored = StoredRows(place / ROWS, entry.rows)
    known = Sidecar(place / SIDECAR).rows(entry.rows)
    for name in known.keys() & COLUMNS.keys():
        if not np.array_equal(stored.whole(name), known[name], equal_nan=name == "cloud"):
            raise damaged(place / ROWS, f"{name} does not agree with {SIDECAR}")
    everything = Places.of(np.arange(entry.rows))
    stored.footprints(everything)
    if stored.ids(everything) != known["id"].tolist():
        raise damaged(place / ROWS, f"ids do not agree with {SIDECAR}")
    if not stored.entries_agree():
        raise damaged(place / ROWS / CHIPS, "it does not agree with the columns")
    _ = stored.blocks


def _check_ann(place: Path, entry: SegmentEntry, dim: int) -> None:
    if entry.ann == "ivfpq":
        ApproximateTier(place / ANN, entry.rows, dim)


def _check_removed_rows(folder: Path, name: str, rows: int) -> None:
    read_removed_rows(folder, name, rows)
    path = folder / REMOVED / name
    if sha256(path.read_bytes()).hexdigest()[: len(name)] != name:
        raise damaged(path, "its content has changed")
