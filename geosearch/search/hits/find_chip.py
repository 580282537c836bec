"""Chips by their ids, whatever the index's size; or why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from geosearch.errors import UsageError
from geosearch.index import Generation, Segment
from geosearch.search.hits.chip import Chip
from geosearch.search.hits.stored_vector import StoredVector
from geosearch.text import is_readable, shown

_MAX_LETTERS = 8192
"""Of an id: a scene's is a path, or a URL."""
_SHOWN_LETTERS = 200
_COMPARED_SCENES = 20_000
"""Names that are looked through for one that is alike: no more than a second's worth."""


@dataclass(frozen=True, slots=True)
class FoundChip:
    """Where a chip is in an index."""

    segment: Segment
    row: int

    @property
    def stored(self) -> StoredVector:
        """Its vector."""
        return StoredVector(self.segment, self.row)


def has_chip(index: Generation, chip_id: str) -> bool:
    """Return whether a chip of an id is searched, or was until it was removed."""
    return _is_text(chip_id) and any(
        len(segment.chips.rows_with_id(chip_id)) for segment in index.segments
    )


def find_chip(index: Generation, chip_id: str, *, parameter: str = "chip_id") -> FoundChip:
    """Return where a chip is.

    Args:
        index: An open index.
        chip_id: As hits have it.
        parameter: What it was given as, for errors.

    Raises:
        UsageError: There is none, there was one that has been removed, or several have that id.
    """
    if not isinstance(chip_id, str) or not _is_text(chip_id):
        raise UsageError(
            f"{shown(repr(chip_id))[:_SHOWN_LETTERS]} is not the id of a chip",
            hint="give an id as hits have it",
            parameter=parameter,
        )
    removed = False
    found: list[FoundChip] = []
    for segment in index.segments:
        rows = segment.chips.rows_with_id(chip_id)
        if len(rows) and segment.alive.mask is not None:
            alive = segment.alive.mask[rows]
            removed |= not alive.all()
            rows = rows[alive]
        found += [FoundChip(segment, row) for row in rows.tolist()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} chips have the id {_quoted(chip_id)}",
            hint="name another chip: ids of imported vectors may be used twice",
            parameter=parameter,
        )
    if removed:
        raise UsageError(
            f"the chip {_quoted(chip_id)} was removed from the index",
            hint="leave it out, or index its scene again",
            parameter=parameter,
        )
    raise UsageError(
        f"no chip of this index has the id {_quoted(chip_id)}",
        hint=_hint(index, chip_id),
        parameter=parameter,
    )


def read_chip(index: Generation, chip_id: str, *, parameter: str = "chip_id") -> Chip:
    """Return what is known of a chip.

    Raises:
        UsageError: As `find_chip` does.
    """
    found = find_chip(index, chip_id, parameter=parameter)
    (chip,) = chips_of(index, found.segment, [found.row])
    return chip


def chips_of(index: Generation, segment: Segment, rows: Iterable[int]) -> list[Chip]:
    """Return what is known of the chips in some rows of a segment, in the order asked."""
    numbers = list(rows)
    return [
        Chip(
            id=record.id,
            scene=record.scene,
            href=record.href,
            window=record.window,
            size_m=record.size_m,
            gsd_m=record.gsd_m,
            datetime=record.datetime,
            encoder=index.spec.fingerprint,
            footprint=footprint,
            bands=record.bands,
            stretch=record.stretch,
            collar=record.collar,
            pixel_m=record.pixel_m,
            size_px=index.spec.chips.size_px,
            stored=StoredVector(segment, row),
        )
        for row, (record, footprint) in zip(
            numbers,
            segment.chips.records_with_footprints(np.array(numbers, np.int64)),
            strict=True,
        )
    ]


def _is_text(chip_id: str) -> bool:
    return 0 < len(chip_id) <= _MAX_LETTERS and is_readable(chip_id)


def _hint(index: Generation, chip_id: str) -> str:
    scene, at, _ = chip_id.rpartition("@")
    names = index.scene_ids if index.scene_count <= _COMPARED_SCENES else frozenset[str]()
    if at and scene in names:
        return f"the scene {_quoted(scene)} has other chips: search again for their ids"
    close = get_close_matches(scene if at else chip_id, names, n=1)
    if close:
        return f"the closest scene is {_quoted(close[0])}; search again for ids"
    return "give an id as hits of this index have it"


def _quoted(text: str) -> str:
    long = len(text) > _SHOWN_LETTERS
    return f'"{shown(text[:_SHOWN_LETTERS])}{"..." if long else ""}"'
