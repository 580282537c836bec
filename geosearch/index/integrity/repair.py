"""What is derived is made again: ``rows`` from the sidecar, ``ann`` from the vectors.

Each file is built beside and takes its place atomically: a reader that has the damaged one
mapped keeps it. Killed anywhere, the next repair finds what is left to do.
"""

from collections.abc import Set
from dataclasses import replace
from pathlib import Path

from geosearch.index.arrays.packed import Packed
from geosearch.index.files.durable import part_name, sync_all
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.mapped import map_array
from geosearch.index.folder.description import (
    Description,
    description_bytes,
    file_sums,
    read_description,
)
from geosearch.index.folder.hold import Hold, held_index
from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    KEPT_QUERIES,
    MANIFEST,
    OWN_IDS,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
    required_files,
)
from geosearch.index.folder.manifest import Manifest, SegmentEntry, next_generation
from geosearch.index.folder.ownership import new_part, remove_part
from geosearch.index.generations.memory_budget import memory_budget
from geosearch.index.integrity.bank_checks import bank_problems, make_again
from geosearch.index.integrity.problems import (
    SOURCES,
    STRAY,
    Fault,
    Problem,
    problems_of,
)
from geosearch.index.integrity.segment_checks import as_searched, find_faults
from geosearch.index.integrity.verify import scenes_found_twice
from geosearch.index.scoring.ann.training import build_tier
from geosearch.index.scoring.calibrating import calibrate_tier
from geosearch.index.scoring.kept_queries import keep_queries, kept_queries
from geosearch.index.segment.columns import write_rows
from geosearch.index.segment.sidecar import Sidecar
from geosearch.index.segment.writer import listed


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
    with held_index(folder) as (hold, manifest):
        entries: list[SegmentEntry] = []
        for entry in manifest.segments:
            faults = find_faults(folder, entry, manifest.spec.dim)
            found = list(problems_of(folder, entry, faults))
            problems += found
            lost = any(
                fault.kind != STRAY and not problem.repairable
                for fault, problem in zip(faults, found, strict=True)
            )
            if lost and drop:
                continue
            entries.append(_repaired(hold, entry, faults, manifest.spec.dim) if faults else entry)
        if tuple(entries) != manifest.segments:
            manifest = next_generation(manifest, entries)
            hold.publish(manifest)
        bank = list(bank_problems(folder, manifest))
        problems += bank
        if any(problem.repairable for problem in bank):
            make_again(hold, manifest, {problem.segment for problem in bank})
        left = _left(folder, manifest, {problem.segment for problem in problems})
        left += bank_problems(folder, manifest) if bank else []
    return _with_outcomes(problems, {entry.id for entry in entries}, left)


def _left(folder: Path, manifest: Manifest, damaged: Set[str]) -> list[Problem]:
    """Return what is wrong still, without reading again what was found whole."""
    left: list[Problem] = []
    for entry in manifest.segments:
        if entry.id in damaged:
            left += problems_of(folder, entry, find_faults(folder, entry, manifest.spec.dim))
    return left + list(scenes_found_twice(folder, manifest))


def _with_outcomes(problems: list[Problem], kept: set[str], left: list[Problem]) -> list[Problem]:
    still = {_about(problem) for problem in left}
    known = {_about(problem) for problem in problems}
    settled = [
        problem
        if _about(problem) in still
        else replace(problem, outcome="repaired" if problem.segment in kept else "dropped")
        for problem in problems
    ]
    return settled + [problem for problem in left if _about(problem) not in known]


def _about(problem: Problem) -> tuple[str, str]:
    """Return what a problem is about: a file, or one of the things that the manifest says."""
    return problem.path, problem.reason if problem.path.endswith(MANIFEST) else ""


def _repaired(hold: Hold, entry: SegmentEntry, faults: list[Fault], dim: int) -> SegmentEntry:
    """Make again what can be made of a segment, and return it as the manifest lists it then."""
    bad = {fault.kind for fault in faults}
    taken = {fault.kind for fault in faults if fault.occupied or not fault.derived}
    wanted = {kind for kind in bad & SOURCES.keys() - taken if SOURCES[kind] not in bad}
    if VECTORS in bad:  # a new checksum would hide it
        wanted.discard(DESCRIPTION)
    if wanted & {ROWS, ANN, DESCRIPTION}:
        entry = _with_files_again(hold, entry, wanted, bad, dim)
    if not bad - wanted - {STRAY, ANN}:
        entry = as_searched(hold.folder, entry)
    return entry


def _with_files_again(
    hold: Hold, entry: SegmentEntry, wanted: Set[str], bad: Set[str], dim: int
) -> SegmentEntry:
    place = hold.folder / SEGMENTS / entry.id
    with hold.root.inner(SEGMENTS) as segments, segments.inner(entry.id) as held:
        name = new_part(hold.index_id)
        segments.mkdir(name)
        part = segments.path / name
        try:
            if ROWS in wanted:
                _write_rows(part / ROWS, place / SIDECAR, entry.rows)
                _put(hold, part, held, ROWS)
            if ANN in wanted:
                times = (
                    None  # of rows that cannot be read the lists are as good, but slower by time
                )
                if ROWS in wanted or ROWS not in bad:
                    times = map_array(place / ROWS / "time_ms", "<i8", (entry.rows,))
                vectors = map_array(place / VECTORS, "<f2", (entry.rows, dim))
                build_tier(part / ANN, vectors, memory_budget(None), time_ms=times)
                keep_queries(part / ANN, kept_queries(place / ANN, dim))
                calibrate_tier(part / ANN, vectors)
                _put(hold, part, held, ANN)
        finally:
            remove_part(segments, name)
        if DESCRIPTION in bad and DESCRIPTION not in wanted:
            return entry
        description = _description(hold, place, entry, wanted)
        data, first = description_bytes(description), part_name(DESCRIPTION, hold.index_id)
        held.write(DESCRIPTION, data, first, last=hold.require_same)
    return listed(entry, place)


def _description(hold: Hold, place: Path, entry: SegmentEntry, made: Set[str]) -> Description:
    """Return what ``segment.json`` shall say: of files that were not made here, what it said."""
    known = required_files(entry.ann) | OWN_IDS | {KEPT_QUERIES}
    now = {file.path: file for file in file_sums(place) if file.path in known}
    if DESCRIPTION in made:
        keys = tuple(scene.key for scene in Sidecar(place / SIDECAR).scenes())
        return Description(hold.index_id, entry.id, entry.rows, keys, tuple(now.values()))
    before = read_description(place)
    kept = [file for file in before.files if file.path.split("/")[0] not in made]
    kept += [file for file in now.values() if file.path.split("/")[0] in made]
    return replace(before, files=tuple(sorted(kept, key=lambda file: file.path)))


def _write_rows(folder: Path, sidecar_path: Path, rows: int) -> None:
    sidecar = Sidecar(sidecar_path)
    columns = sidecar.rows(rows)
    ids = columns["id"]
    own = Packed.of([str(one).encode() for one in ids]) if (ids != "").any() else None
    write_rows(folder, columns, Packed.of(list(columns["footprint"])), own)


def _put(hold: Hold, part: Path, segment: HeldFolder, kind: str) -> None:
    """Move the files of a folder to their places in a segment, one by one."""
    sync_all(part / kind)
    hold.require_same()
    with HeldFolder.open(part / kind) as source, segment.made(kind) as target:
        for name in source.names():
            source.rename(name, target, name)
        target.sync()
