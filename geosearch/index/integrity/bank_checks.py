"""Whether what is kept of the bank's phrases agrees with the segments, and making it again."""

from collections.abc import Iterator, Set
from pathlib import Path

import numpy as np

from geosearch.index.files.faults import DamagedError
from geosearch.index.files.own_files import require_folder
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import BANK, VECTORS
from geosearch.index.folder.manifest import Manifest
from geosearch.index.generations.bank_files import (
    Phrases,
    SegmentReach,
    gone,
    reach_name,
    read_phrases,
    read_reach,
    segment_reach,
    write_reach,
)
from geosearch.index.integrity.problems import Problem
from geosearch.index.segment.reader import Segment

_LOST = "nothing, but hits have no probability"
_TOLERANCE = 1e-4
"""Of scores: another machine adds in another order."""


def bank_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with files in ``bank``; what is missing there is not.

    Args:
        folder: The index.
        manifest: Of the generation; segments that are damaged themselves are left out.
    """
    place = folder / BANK
    if not (place.exists() or place.is_symlink()):
        return
    try:
        require_folder(place)
    except DamagedError as error:
        hint = error.hint or ""
        yield Problem(str(place), error.reason, "", _LOST, hint, repairable=False)
        return
    phrases = read_phrases(folder, manifest.spec.fingerprint, manifest.spec.dim)
    if phrases is None:
        for path in sorted(place.glob("phrases-*.npy")):
            reason = "it does not hold the phrases' vectors that its name says"
            remedy = "`geosearch index` or `geosearch compact` makes it again"
            yield Problem(str(path), reason, "", _LOST, remedy, repairable=False)
        return
    for entry in manifest.segments:
        path = place / reach_name(entry.id, phrases)
        if path.exists() or path.is_symlink():
            try:
                wrong = _wrong(folder, Segment(folder, entry, manifest.spec.dim), phrases)
            except DamagedError:
                continue  # the segment is, which is named already
            if wrong is not None:
                remedy = f"`geosearch verify --repair` makes it again from {VECTORS}"
                yield Problem(str(path), wrong, entry.id, _LOST, remedy, repairable=True)


def make_again(hold: Hold, manifest: Manifest, segment_ids: Set[str]) -> None:
    """Make the files of some segments again, of the phrases that the index keeps."""
    dim = manifest.spec.dim
    phrases = read_phrases(hold.folder, manifest.spec.fingerprint, dim)
    if phrases is not None:
        for entry in manifest.segments:
            if entry.id in segment_ids:
                write_reach(hold, Segment(hold.folder, entry, dim), phrases)


def _wrong(folder: Path, segment: Segment, phrases: Phrases) -> str | None:
    """Return what is wrong with a segment's file; None for nothing."""
    kept = read_reach(folder, segment, phrases)
    if kept is None:
        return "it is not what was written"
    if kept.removed not in ("", gone(segment)):
        return None  # it is of another generation, and nobody uses it
    right = segment_reach(segment, phrases, with_removed=not kept.removed)
    return None if _agree(kept, right) else f"it does not agree with {VECTORS}"


def _agree(kept: SegmentReach, right: SegmentReach) -> bool:
    return (
        kept.best.shape == right.best.shape
        and np.allclose(kept.scores, right.scores, rtol=0, atol=_TOLERANCE)
        and np.array_equal(kept.sample, right.sample)
        and np.array_equal(kept.hashes, right.hashes)
        and kept.whole == right.whole
    )
