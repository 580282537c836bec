"""What is derived is made again: ``rows`` from the sidecar, ``ann`` from the vectors.

Each file is built beside and takes its place atomically: a reader that has the damaged one
mapped keeps it. Killed anywhere, the next repair finds what is left to do.
"""

import os
from collections.abc import Set
from dataclasses import replace
from pathlib import Path

import numpy as np

from geosearch.index.ann_training import build_tier
from geosearch.index.calibration import calibrate_tier, keep_queries, kept_queries
from geosearch.index.checking import (
    SOURCES,
    Problem,
    find_faults,
    kind_of,
    problems_of,
    scenes_found_twice,
)
from geosearch.index.durable import remove_folder, sync_file, sync_folder, write_durable
from geosearch.index.manifest import Manifest, SegmentEntry, next_generation, write_manifest
from geosearch.index.mapped import map_array, write_rows
from geosearch.index.memory import memory_budget
from geosearch.index.packed import Packed
from geosearch.index.removal import locked_manifest
from geosearch.index.segment_files import (
    ANN,
    DESCRIPTION,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
    Description,
    description_bytes,
    file_sum,
    file_sums,
    read_description,
)
from geosearch.index.sidecar import Sidecar


def repair(folder: Path, *, drop: bool = False) -> list[Problem]:
    """Check an index, and make again what can be made from files that are whole.

    Args:
        folder: The index.
        drop: Leave segments out that cannot be repaired. Their scenes are then new to the next
            indexing run.

    Returns:
        What was wrong, each with its outcome.

    Raises:
        IndexFolderError: The index cannot be read or written.
    """
    problems: list[Problem] = []
    with locked_manifest(folder) as manifest:
        entries: list[SegmentEntry] = []
        for entry in manifest.segments:
            faults = find_faults(folder, entry, manifest.spec.dim)
            found = problems_of(folder, entry, faults)
            problems += found
            kinds = {kind_of(name) for name in faults}
            if kinds and not all(one.repairable for one in found) and drop:
                continue
            entries.append(_repaired(folder, entry, kinds, manifest.spec.dim) if kinds else entry)
        if tuple(entries) != manifest.segments:
            manifest = next_generation(manifest, entries)
            write_manifest(folder, manifest)
        left = _left(folder, manifest, {problem.segment for problem in problems})
    return _with_outcomes(problems, {entry.id for entry in entries}, left)


def _left(folder: Path, manifest: Manifest, damaged: Set[str]) -> list[Problem]:
    """Return what is wrong still, without reading again what was found whole."""
    left: list[Problem] = []
    for entry in manifest.segments:
        if entry.id in damaged:
            left += problems_of(folder, entry, find_faults(folder, entry, manifest.spec.dim))
    return left + list(scenes_found_twice(folder, manifest))


def _with_outcomes(problems: list[Problem], kept: set[str], left: list[Problem]) -> list[Problem]:
    still = {problem.path for problem in left}
    known = {problem.path for problem in problems}
    settled = [
        problem
        if problem.path in still
        else replace(problem, outcome="repaired" if problem.segment in kept else "dropped")
        for problem in problems
    ]
    return settled + [problem for problem in left if problem.path not in known]


def _repaired(folder: Path, entry: SegmentEntry, bad: Set[str], dim: int) -> SegmentEntry:
    """Make again what can be made of a segment, and return it as the manifest lists it then."""
    place = folder / SEGMENTS / entry.id
    part = folder / SEGMENTS / f"{entry.id}.part"
    remove_folder(part)
    part.mkdir()
    wanted = {kind for kind in bad & SOURCES.keys() if SOURCES[kind] not in bad}
    if VECTORS in bad:  # a new checksum would hide it
        wanted.discard(DESCRIPTION)
    if ROWS in wanted:
        _write_rows(part / ROWS, place / SIDECAR, entry.rows)
        _put(part / ROWS, place / ROWS)
    if ANN in wanted:
        shape = (entry.rows, dim)
        vectors = np.memmap(place / VECTORS, dtype="<f2", mode="r", shape=shape)
        times = None  # of rows that cannot be read the lists are as good, but slower by time
        if ROWS in wanted or ROWS not in bad:
            times = map_array(place / ROWS / "time_ms", "<i8", (entry.rows,))
        build_tier(part / ANN, vectors, memory_budget(None), time_ms=times)
        keep_queries(part / ANN, kept_queries(place / ANN, dim))
        calibrate_tier(part / ANN, vectors)
        _put(part / ANN, place / ANN)
    remove_folder(part)
    if not wanted or (DESCRIPTION in bad and DESCRIPTION not in wanted):
        return entry
    description = _description(place, entry.rows, wanted)
    write_durable(place / DESCRIPTION, description_bytes(description))
    return replace(entry, checksum=file_sum(place / DESCRIPTION))


def _description(place: Path, rows: int, made: Set[str]) -> Description:
    """Return what ``segment.json`` shall say: of files that were not made here, what it said."""
    now = {file.path: file for file in file_sums(place)}
    if DESCRIPTION in made:
        keys = tuple(scene.key for scene in Sidecar(place / SIDECAR).scenes())
        return Description(rows, keys, tuple(now.values()))
    before = read_description(place)
    kept = [file for file in before.files if kind_of(file.path) not in made]
    kept += [file for file in now.values() if kind_of(file.path) in made]
    return replace(before, files=tuple(sorted(kept, key=lambda file: file.path)))


def _write_rows(folder: Path, sidecar_path: Path, rows: int) -> None:
    sidecar = Sidecar(sidecar_path)
    columns = sidecar.rows(rows)
    ids = columns["id"]
    own = Packed.of([str(one).encode() for one in ids]) if (ids != "").any() else None
    write_rows(folder, columns, Packed.of(list(columns["footprint"])), own)


def _put(source: Path, target: Path) -> None:
    """Move the files of a folder to their places in another, one by one."""
    target.mkdir(exist_ok=True)
    for path in sorted(source.iterdir()):
        sync_file(path)
        os.replace(path, target / path.name)
    sync_folder(target)
