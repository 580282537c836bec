"""Checks of one segment: sizes and checksums, then whether its files agree."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from geosearch.index.arrays.extent import extent, time_span
from geosearch.index.files.faults import DamagedError, damaged
from geosearch.index.files.mapped import map_array
from geosearch.index.files.own_files import require_folder
from geosearch.index.files.stored_arrays import Places
from geosearch.index.filtering.blocks import arrays_of
from geosearch.index.folder.description import Description, changed_files, read_description
from geosearch.index.folder.layout import (
    ANN,
    COLUMNS,
    DESCRIPTION,
    MANIFEST,
    REMOVED,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
    wrong_files,
)
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.index.folder.removed_rows import read_removed_rows
from geosearch.index.integrity.problems import STRAY, Fault
from geosearch.index.scoring.ann.tier import ApproximateTier
from geosearch.index.scoring.calibration import read_calibration
from geosearch.index.segment.columns import blocks_of
from geosearch.index.segment.sidecar import Sidecar
from geosearch.index.segment.stored_rows import StoredRows
from geosearch.text import shown

_NORM_TOLERANCE = 1e-3
"""Rounding to 16 bits changes a number by at most 2^-11 of it, and so a vector's length."""

_PART_ROWS = 65_536


def find_faults(folder: Path, entry: SegmentEntry, dim: int) -> list[Fault]:
    """Return all that is wrong with a segment, one fault a file.

    Args:
        folder: The index.
        entry: The segment.
        dim: Length of a vector.

    Raises:
        IndexFolderError: A file cannot be read, which says nothing about it.
    """
    place = folder / SEGMENTS / entry.id
    faults = [_fault(folder, place, error) for error in _changed(place, entry)]
    bad = {fault.kind for fault in faults}
    # a file that has changed need not be asked whether it agrees with the others
    checks = {VECTORS: _check_vectors, SIDECAR: _check_sidecar, ROWS: _check_rows, ANN: _check_ann}
    needs = {ROWS: {ROWS, SIDECAR}}
    for kind, check in checks.items():
        if not bad & needs.get(kind, {kind}):
            try:
                check(place, entry, dim)
            except DamagedError as error:
                path = error.path if error.occupied else place / kind
                name = path.relative_to(folder).as_posix()
                faults.append(Fault(name, kind, _of(error, path), error.occupied))
                bad.add(kind)
    removed = list(_of_removed_rows(folder, entry))
    if not removed and not {fault.kind for fault in faults} & {ROWS, SIDECAR, DESCRIPTION}:
        faults += _of_manifest(folder, entry)
    named = {fault.path for fault in faults}
    return faults + removed + [one for one in _strays(place, entry) if one.path not in named]


def _of(error: DamagedError, expected: Path) -> str:
    """Return the reason, with the file that it is about where that is not the one expected."""
    return error.reason if error.path == expected else error.message


def _fault(folder: Path, place: Path, error: DamagedError) -> Fault:
    path = error.path.relative_to(folder).as_posix()
    inside = error.path.relative_to(place).as_posix() if error.path.is_relative_to(place) else "."
    # a segment's own folder, or one above it, has all of its files
    kind = SIDECAR if inside == "." else inside.split("/")[0]
    return Fault(path, kind, error.reason, error.occupied)


def _changed(place: Path, entry: SegmentEntry) -> Iterator[DamagedError]:
    try:
        for folder in (place.parent, place):
            require_folder(folder)
    except DamagedError as error:
        yield error
        return
    try:
        description = read_description(place, entry.checksum)
        _require_described(place / DESCRIPTION, description, entry)
    except DamagedError as error:
        yield error
        return  # what it says of the other files means nothing
    yield from changed_files(place, description)


def _require_described(path: Path, description: Description, entry: SegmentEntry) -> None:
    """Refuse a description that does not agree with the manifest."""
    if (description.id, description.rows) != (entry.id, entry.rows):
        raise damaged(path, f"it does not belong to {entry.id} of {entry.rows} rows")
    files = {file.path: file.bytes for file in description.files}
    if reason := wrong_files(files.keys(), entry.ann):
        raise damaged(path, reason)
    if files != {name: size for name, size in entry.files.items() if name != DESCRIPTION}:
        raise damaged(path, f"its files are not those of {MANIFEST}")


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
        described = read_description(place, entry.checksum).scenes
    except DamagedError:
        return  # named already
    if keys != described:
        raise damaged(place / SIDECAR, f"its scenes are not those of {DESCRIPTION}")


def _check_rows(place: Path, entry: SegmentEntry, dim: int) -> None:
    stored = _stored_rows(place, entry)
    known = Sidecar(place / SIDECAR).rows(entry.rows)
    for name in COLUMNS:
        if not np.array_equal(stored.whole(name), known[name], equal_nan=name == "cloud"):
            raise damaged(place / ROWS, f"{name} does not agree with {SIDECAR}")
    everything = Places.of(np.arange(entry.rows))
    stored.footprints(everything)
    for first in range(0, entry.rows, _PART_ROWS):
        rows = everything.rows[first : first + _PART_ROWS]
        if stored.outlines(rows).values() != known["footprint"][rows].tolist():
            raise damaged(place / ROWS, f"footprints do not agree with {SIDECAR}")
    if stored.ids(everything) != known["id"].tolist():
        raise damaged(place / ROWS, f"ids do not agree with {SIDECAR}")
    if not stored.entries_agree():
        raise damaged(place / ROWS, "the entries of chips do not agree with the columns")
    expected = arrays_of(blocks_of(known, stored.packed_outlines))
    for name, array in arrays_of(stored.blocks).items():
        if not np.array_equal(array, expected[name], equal_nan=array.dtype.kind == "f"):
            raise damaged(place / ROWS, f"{name} of the blocks does not agree with the columns")


def _stored_rows(place: Path, entry: SegmentEntry) -> StoredRows:
    first = f"{ROWS}/"
    sizes = {
        name.removeprefix(first): size
        for name, size in entry.files.items()
        if name.startswith(first)
    }
    return StoredRows(place / ROWS, entry.rows, sizes)


def _check_ann(place: Path, entry: SegmentEntry, dim: int) -> None:
    if entry.ann == "ivfpq":
        ApproximateTier(place / ANN, entry.rows, dim)
        read_calibration(place / ANN)


def _of_removed_rows(folder: Path, entry: SegmentEntry) -> Iterator[Fault]:
    try:
        if entry.removed_rows is not None:
            read_removed_rows(folder, entry.removed_rows, entry.rows)
    except DamagedError as error:
        path = error.path.relative_to(folder).as_posix()
        yield Fault(path, REMOVED, error.reason, error.occupied)


def _of_manifest(folder: Path, entry: SegmentEntry) -> Iterator[Fault]:
    """Yield what the manifest says of a segment that its rows do not."""
    scenes = read_description(folder / SEGMENTS / entry.id, entry.checksum).scenes
    if lost := sorted(set(entry.removed) - {one.id for one in scenes}):
        reason = f"it removes {shown(lost[0])} from {entry.id}, which has no such scene"
        yield Fault(MANIFEST, MANIFEST, reason, derived=False)
        return
    right = as_searched(folder, entry)
    for name in ("bounds", "time_ms"):
        said, found = getattr(entry, name), getattr(right, name)
        if said != found:
            reason = (
                f"{name} of {entry.id} are {said} in it, but {found} in the rows that are searched"
            )
            yield Fault(MANIFEST, MANIFEST, reason)


def as_searched(folder: Path, entry: SegmentEntry) -> SegmentEntry:
    """Return a segment as the manifest should list it: with bounds and times of what is searched.

    Raises:
        IndexFolderError: A file of the segment is damaged.
    """
    place = folder / SEGMENTS / entry.id
    scenes = read_description(place, entry.checksum).scenes
    stored = _stored_rows(place, entry)
    left = [number for number, one in enumerate(scenes) if one.id not in entry.removed]
    alive = np.isin(stored.whole("scene_no"), left)
    if entry.removed_rows is not None:
        alive &= ~read_removed_rows(folder, entry.removed_rows, entry.rows)
    bounds, times = stored.whole("bounds")[alive], stored.whole("time_ms")[alive]
    return replace(entry, bounds=extent(bounds), time_ms=time_span(times))


def _strays(place: Path, entry: SegmentEntry) -> Iterator[Fault]:
    """Yield what lies in a segment and is not of it."""
    known = {place / name for name in entry.files} | {place / ROWS}
    known |= {place / ANN} if entry.ann == "ivfpq" else set()
    for folder in (place, place / ROWS, place / ANN):
        if folder in known | {place} and folder.is_dir() and not folder.is_symlink():
            for path in sorted(folder.iterdir()):
                if path not in known:
                    inside = path.relative_to(place).as_posix()
                    reason = f"not a file of the segment: {DESCRIPTION} does not name it"
                    yield Fault(f"{SEGMENTS}/{entry.id}/{inside}", STRAY, reason)
