"""What can be wrong with a file of an index, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geosearch.index.folder.layout import (
    ANN,
    DESCRIPTION,
    MANIFEST,
    REMOVED,
    ROWS,
    SIDECAR,
    VECTORS,
)
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.message import Message

SOURCES = {ROWS: SIDECAR, ANN: VECTORS, DESCRIPTION: SIDECAR, MANIFEST: ROWS}
"""What can be made again, and what it is made of; of the manifest, bounds and times."""

STRAY = "stray"
"""Kind of what lies in a segment and is not of it: nothing is lost, and nothing deletes it."""

_LOST = {
    SIDECAR: "what is known of {chips} chips",
    VECTORS: "the vectors of {chips} chips",
    REMOVED: "which of {chips} chips were removed",
    ROWS: "nothing, but filters cannot be applied",
    ANN: "nothing, but large searches cannot use it",
    DESCRIPTION: "nothing, but other damage cannot be seen",
    MANIFEST: "what is searched of {chips} chips may be another part of them",
    STRAY: "nothing",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file of a segment, or with what the manifest says of it."""

    path: str
    """In the index."""
    kind: str
    """Which part of a segment it is: its first folder, or the file; or `STRAY`."""
    reason: str
    occupied: bool = False
    """Whether something stands in its place that geosearch did not make."""
    derived: bool = True
    """Whether it can be made again at all, if what it is made of is whole."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of an index that is not as it was written, or does not agree with the rest."""

    path: str
    reason: str
    segment: str
    """Id of the segment it belongs to."""
    lost: str
    """What an index with this file has lost."""
    remedy: str
    """What to do about it."""
    repairable: bool
    """Whether it can be made again from other files that are whole."""
    outcome: Literal["found", "repaired", "dropped"] = "found"
    """What was done about it: ``dropped`` is its segment, whose scenes are to be indexed again."""


def problems_of(folder: Path, entry: SegmentEntry, faults: list[Fault]) -> Iterator[Problem]:
    """Yield a segment's faults for people."""
    bad = {fault.kind for fault in faults}
    for fault in faults:
        source = SOURCES.get(fault.kind)
        whole = source is not None and source not in bad
        repairable = whole and fault.derived and not fault.occupied
        yield Problem(
            path=str(folder / fault.path),
            reason=fault.reason,
            segment=entry.id,
            lost=_LOST[fault.kind].format(chips=f"{entry.rows:,}"),
            remedy=_remedy(fault, source, repairable),
            repairable=repairable,
        )


def _remedy(fault: Fault, source: str | None, repairable: bool) -> str:
    if fault.kind == STRAY:
        return "move it elsewhere: geosearch deletes nothing that it did not make"
    if fault.occupied:
        return Message("move away what is there, then run `geosearch.verify(repair=True)`")
    if repairable:
        return Message("`geosearch.verify(repair=True)` makes it again from {}", source)
    made = source is not None and fault.derived
    cause = f"{source} has to be whole first" if made else "it cannot be made again"
    return Message(
        "{}: restore it from a copy, or leave its segment out with "
        "`geosearch.verify(repair=True, drop=True)` and index the scenes again",
        cause,
    )
