"""What the phrases of the bank reach in each segment: small files beside the segments.

They are derived: of phrase vectors and of what a segment holds. A segment without such a file is
searched as ever, and answers have no probabilities. The folder ``bank`` has

- ``phrases-KEY.npy``: the phrases' vectors, float16 [206, dim]
- ``SEGMENT-KEY.npz``: each phrase's best chips in a segment, and the sample of its chips

where the key is a hash of the encoder, the bank's version and the vectors.
"""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Rows
from geosearch.index.files.durable import part_name
from geosearch.index.files.faults import DamagedError
from geosearch.index.files.held_folder import HeldFolder
from geosearch.index.files.npz import arrays_in, read_array
from geosearch.index.files.own_files import file_size, require_folder
from geosearch.index.folder.hold import Hold
from geosearch.index.folder.layout import BANK
from geosearch.index.folder.ownership import is_file_part
from geosearch.index.scoring.phrase_reach import best_for_each
from geosearch.index.segment.reader import Segment
from geosearch.vocabulary import BANK_VERSION, bank

SAMPLE = 2_048
"""Chips that stand for an index."""
_KEPT_SAMPLE = 4_096
"""Of a segment: some may be removed later."""
_KEPT_BEST = 8
"""Of each phrase, likewise."""
_IDS_AT_ONCE = 65_536
_MAX_BYTES = 1 << 17
"""Of a segment's file."""
_HEAD_BYTES = 1 << 12
"""Of a file of vectors, beside them."""
_MEMBERS = {"best", "scores", "sample", "hashes", "whole", "removed"}
_PHRASES = re.compile(r"phrases-([0-9a-f]{16})\.npy")
_OF_SEGMENT = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}\.npz")


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The bank's phrases, as one encoder embeds them."""

    vectors: Floats
    """float32 [206, dim], as 16-bit numbers hold them."""
    key: str
    """Hash of the encoder, the bank's version and the vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentReach:
    """What is kept of one segment."""

    best: Rows
    """int64 [206, up to 8]: each phrase's best rows, best first."""
    scores: Floats
    """float32 [206, up to 8]: their scores, to rounding."""
    sample: Rows
    """int64 [up to 4,096]: the rows with the smallest hashes, ascending by hash."""
    hashes: NDArray[np.uint64]
    """Their hashes."""
    whole: bool
    """Whether the sample is all that was searched of the segment."""
    removed: str
    """What had been removed from the segment, as a hash; empty for nothing. An older generation
    has chips that this one had not, and so has a segment whose scenes were indexed again."""


def phrases_of(vectors: Floats, fingerprint: str) -> Phrases:
    """Return the bank's phrases by their vectors, float32 [206, dim], and an encoder."""
    halves = vectors.astype("<f2")
    about = f"{fingerprint}\n{BANK_VERSION}\n".encode()
    return Phrases(halves.astype(np.float32), sha256(about + halves.tobytes()).hexdigest()[:16])


def read_phrases(folder: Path, fingerprint: str, dim: int) -> Phrases | None:
    """Return the phrases that an index keeps for its encoder; None where it keeps none.

    What cannot be read, or is of another encoder or version, is none.
    """
    try:
        require_folder(folder / BANK)
        names = sorted(path.name for path in (folder / BANK).iterdir())
    except DamagedError:
        return None
    for name in names:
        match = _PHRASES.fullmatch(name)
        if match is not None:
            found = _stored_phrases(folder / BANK / name, fingerprint, dim)
            if found is not None and found.key == match[1]:
                return found
    return None


def _stored_phrases(path: Path, fingerprint: str, dim: int) -> Phrases | None:
    try:
        if file_size(path) > 2 * len(bank()) * dim + _HEAD_BYTES:
            return None
        stored = read_array(path)
    except DamagedError:
        return None
    fits = stored.dtype == np.float16 and stored.shape == (len(bank()), dim)
    if not fits or not np.isfinite(stored).all():
        return None
    return phrases_of(stored.astype(np.float32), fingerprint)


def read_reach(folder: Path, segment: Segment, phrases: Phrases) -> SegmentReach | None:
    """Return what the phrases reach in a segment; None where that is not kept, or is damaged."""
    path = folder / BANK / reach_name(segment.id, phrases)
    try:
        require_folder(folder / BANK)
        if file_size(path) > _MAX_BYTES:
            return None
        with arrays_in(path) as stored:
            found = SegmentReach(
                stored["best"], stored["scores"], stored["sample"], stored["hashes"],
                bool(stored["whole"]), str(stored["removed"]),
            )  # fmt: skip
    except DamagedError:
        return None
    return found if _fits(found, segment.n, len(phrases.vectors)) else None


def _fits(found: SegmentReach, rows: int, phrases: int) -> bool:
    shapes = (
        found.best.dtype == np.int64
        and found.best.ndim == 2
        and len(found.best) == phrases
        and 1 <= found.best.shape[1] <= _KEPT_BEST
        and found.scores.shape == found.best.shape
        and found.scores.dtype == np.float32
        and found.sample.dtype == np.int64
        and found.sample.ndim == 1
        and found.hashes.dtype == np.uint64
        and found.hashes.shape == found.sample.shape
    )
    if not shapes:
        return False
    numbers = np.concatenate([found.best.ravel(), found.sample])
    in_segment = not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) < rows)
    ascending = bool((found.hashes[1:] >= found.hashes[:-1]).all())
    # not np.unique: it imports numpy.ma, for which the first query would wait
    each_once = len(set(found.sample.tolist())) == len(found.sample)
    return in_segment and ascending and each_once and bool(np.isfinite(found.scores).all())


def keep_bank(
    hold: Hold, segments: Sequence[Segment], embed: Callable[[], Floats | None], fingerprint: str
) -> None:
    """Make the files that are missing, for segments that are published.

    Args:
        hold: The index.
        segments: All of the published generation.
        embed: Embeds the bank's phrases, float32 [206, dim]; None where it cannot. Called only if
            the index keeps none.
        fingerprint: Of the index's encoder.

    Raises:
        OSError: They cannot be written.
    """
    if not any(segment.alive.count for segment in segments):
        return
    dim = segments[0].vectors.shape[1]
    phrases = read_phrases(hold.folder, fingerprint, dim)
    if phrases is None:
        vectors = embed()
        if vectors is None:
            return
        phrases = phrases_of(vectors, fingerprint)
        _write(hold, f"phrases-{phrases.key}.npy", _npy(phrases.vectors.astype("<f2")))
    for segment in segments:
        if segment.alive.count and not is_enough(
            read_reach(hold.folder, segment, phrases), segment
        ):
            write_reach(hold, segment, phrases)


def write_reach(hold: Hold, segment: Segment, phrases: Phrases) -> None:
    """Write what the phrases reach in a segment now.

    Raises:
        OSError: It cannot be written.
    """
    _write(hold, reach_name(segment.id, phrases), _npz(segment_reach(segment, phrases)))


def is_enough(reach: SegmentReach | None, segment: Segment) -> bool:
    """Return whether what is kept of a segment tells what its living chips would."""
    if reach is None or reach.removed not in ("", gone(segment)):
        return False
    if segment.alive.mask is None:
        return True
    living = segment.alive.mask
    sampled = reach.whole or np.count_nonzero(living[reach.sample]) >= SAMPLE
    return bool(sampled and living[reach.best].any(axis=1).all())


def segment_reach(
    segment: Segment, phrases: Phrases, *, with_removed: bool = False
) -> SegmentReach:
    """Work out what the phrases reach in a segment, and draw its sample.

    Args:
        segment: The segment.
        phrases: The bank's.
        with_removed: Count chips that are not searched any more, too.
    """
    rows = None if with_removed else segment.alive.rows
    best, scores = best_for_each(segment.vectors, rows, phrases.vectors, _KEPT_BEST)
    sample, hashes = drawn_sample(segment, rows, _KEPT_SAMPLE)
    whole = len(sample) == (segment.n if rows is None else len(rows))
    return SegmentReach(best, scores, sample, hashes, whole, "" if rows is None else gone(segment))


def gone(segment: Segment) -> str:
    """Return a hash of what was removed from a segment; an empty text for nothing."""
    entry = segment.entry
    if not entry.removed and entry.removed_rows is None:
        return ""
    said = json.dumps([sorted(entry.removed), entry.removed_rows])
    return sha256(said.encode()).hexdigest()[:16]


def drawn_sample(
    segment: Segment, rows: Rows | None, count: int
) -> tuple[Rows, NDArray[np.uint64]]:
    """Return the rows whose ids have the smallest hashes, and the hashes, ascending.

    It depends on the ids of chips and scenes alone: the sample of an index does not change with how
    its chips are divided among segments.
    """
    rows = np.arange(segment.n) if rows is None else rows
    chosen, hashes = np.zeros(0, np.int64), np.zeros(0, np.uint64)
    for first in range(0, len(rows), _IDS_AT_ONCE):
        part = rows[first : first + _IDS_AT_ONCE]
        chosen = np.concatenate([chosen, part])
        hashes = np.concatenate([hashes, _hashes(segment, part)])
        order = np.argsort(hashes, kind="stable")[:count]
        chosen, hashes = chosen[order], hashes[order]
    return chosen, hashes


def _hashes(segment: Segment, rows: Rows) -> NDArray[np.uint64]:
    # with the scene's id: imported files often number their chips alike
    scenes = [key.id for key in segment.scenes.description.scenes]
    numbers = segment.rows.values("scene_no", rows).tolist()
    digests = b"".join(
        blake2b(f"{scenes[number]}\n{one}".encode(), digest_size=8).digest()
        for number, one in zip(numbers, segment.chips.ids(rows), strict=True)
    )
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def sweep_bank(hold: Hold, keep: set[str]) -> int:
    """Delete files of segments that have gone; return the bytes that were freed.

    Args:
        hold: The index.
        keep: Ids of segments whose files stay.
    """
    if hold.root.stat(BANK) is None:
        return 0
    freed = 0
    with hold.root.inner(BANK) as folder:
        for name in folder.names():
            stale = _OF_SEGMENT.fullmatch(name) and name[:16] not in keep
            if is_file_part(name, hold.index_id) or (stale and _is_ours(folder, name)):
                found = folder.stat(name)
                folder.unlink(name)
                freed += found.st_size if found else 0
    return freed


def _is_ours(folder: HeldFolder, name: str) -> bool:
    """Return whether a file in ``bank`` holds what geosearch writes there."""
    try:
        with arrays_in(folder.path / name) as stored:
            return set(stored.files) == _MEMBERS
    except DamagedError:
        return False


def reach_name(segment_id: str, phrases: Phrases) -> str:
    """Return the name of a segment's file."""
    return f"{segment_id}-{phrases.key}.npz"


def _write(hold: Hold, name: str, data: bytes) -> None:
    with hold.root.made(BANK) as folder:
        folder.write(name, data, part_name(name, hold.index_id), last=hold.require_place)


def _npy(array: NDArray[np.float16]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _npz(reach: SegmentReach) -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        best=reach.best,
        scores=reach.scores,
        sample=reach.sample,
        hashes=reach.hashes,
        whole=np.array(reach.whole),
        removed=np.array(reach.removed),
    )
    return buffer.getvalue()
