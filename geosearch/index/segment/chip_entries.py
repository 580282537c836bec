"""What a hit shows of its chip, together in one place: hits are few and lie apart.

The columns have the same, each in a file of its own: ten hits take fifty reads there. A read of a
few bytes takes as long as scoring thirty rows, so that short footprints and ids are here, too.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geosearch.geo import PixelWindow
from geosearch.index.arrays.packed import Packed

CHIP_ENTRY = np.dtype(
    [
        ("time_ms", "<i8"),
        ("footprint_start", "<i8"),
        ("id_start", "<i8"),
        ("footprint_bytes", "<u4"),
        ("id_bytes", "<u4"),
        ("scene_no", "<i4"),
        ("windows", "<i4", (4,)),
        ("size_m", "<f4", (2,)),
        ("gsd_m", "<f4"),
    ]
)
"""The head of an entry, 64 bytes: numbers of the columns, and where footprint and own id are."""

_COLUMNS = ("time_ms", "scene_no", "windows", "size_m", "gsd_m")
_ENTRY = Struct("<qqqIIi4i2ff")
"""The same as ``CHIP_ENTRY``: of few entries it takes a tenth of the time."""

_PART_ROWS = 1 << 12
_MAX_ROOM = 128
"""Bytes behind the head, at most: enough for four corners and an id of 35 letters."""
_ROOMY = 0.95
"""Fraction of the chips whose footprint and id there is room for."""


class ChipEntry(NamedTuple):
    """What is stored of a chip in one place."""

    time_ms: int
    footprint_start: int
    id_start: int
    footprint_bytes: int
    id_bytes: int
    """0 where it has no id of its own."""
    scene_no: int
    column: int
    row: int
    width: int
    height: int
    width_m: float
    height_m: float
    gsd_m: float

    @classmethod
    def read(cls, entry: bytes) -> "ChipEntry":
        """Read the head of an entry."""
        return cls._make(_ENTRY.unpack_from(entry))

    def inline_values(self, entry: bytes) -> tuple[bytes, bytes] | None:
        """Return footprint and own id, if there is room for them in the entry."""
        first = CHIP_ENTRY.itemsize + self.footprint_bytes
        last = first + self.id_bytes
        if last > len(entry):
            return None
        return entry[CHIP_ENTRY.itemsize : first], entry[first:last]

    @property
    def window(self) -> PixelWindow:
        """In pixels of the scene."""
        return PixelWindow._make(self[6:10])

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height on the ground, metres."""
        return self[10:12]

    @property
    def footprint_span(self) -> tuple[int, int]:
        """Where the footprint begins and ends."""
        return self.footprint_start, self.footprint_start + self.footprint_bytes

    @property
    def id_span(self) -> tuple[int, int]:
        """Where its own id begins and ends."""
        return self.id_start, self.id_start + self.id_bytes


def entry_bytes(footprints: Packed, ids: Packed | None) -> int:
    """Return how long entries are, with room for most footprints and ids, or for none."""
    counts = np.zeros(_MAX_ROOM + 2, np.int64)
    for first in range(0, len(footprints), _PART_ROWS):
        needed = sum(np.diff(_starts(one, first)) for one in (footprints, ids) if one is not None)
        counts += np.bincount(np.minimum(needed, _MAX_ROOM + 1), minlength=len(counts))
    room = int(np.searchsorted(np.cumsum(counts), _ROOMY * len(footprints)))
    return CHIP_ENTRY.itemsize + (room if room <= _MAX_ROOM else 0)


def parts_of_entries(
    columns: dict[str, NDArray[Any]], footprints: Packed, ids: Packed | None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield the entries of all rows, some at a time, each part with its first row.

    Args:
        columns: As they are stored, by name.
        footprints: As they are stored, in row order.
        ids: Likewise; None where chips have no ids of their own.

    Yields:
        The number of the first row, and uint8 [m, length of an entry].
    """
    width = entry_bytes(footprints, ids)
    values = {"footprint": footprints} | ({} if ids is None else {"id": ids})
    for first in range(0, len(footprints), _PART_ROWS):
        count = min(_PART_ROWS, len(footprints) - first)
        heads = np.zeros(count, CHIP_ENTRY)
        for name in _COLUMNS:
            heads[name] = columns[name][first : first + count]
        for kind, packed in values.items():
            starts = _starts(packed, first)
            heads[f"{kind}_start"], heads[f"{kind}_bytes"] = starts[:-1], np.diff(starts)
        entries = np.zeros((count, width), np.uint8)
        entries[:, : heads.itemsize] = heads.view(np.uint8).reshape(count, -1)
        lengths = heads["footprint_bytes"].astype(np.int64)
        fits = lengths + heads["id_bytes"] <= width - heads.itemsize
        at = np.arange(count) * width + heads.itemsize
        for packed in values.values():
            _put(entries.reshape(-1), at, packed, first, fits)
            at = at + lengths  # the id comes after the footprint
        yield first, entries


def _starts(packed: Packed, first: int) -> NDArray[np.int64]:
    """Return where the values of a part begin, and where the last one ends."""
    return np.asarray(packed.starts[first : first + _PART_ROWS + 1])


def _put(
    out: NDArray[np.uint8],
    at: NDArray[np.int64],
    packed: Packed,
    first: int,
    wanted: NDArray[np.bool_],
) -> None:
    """Copy those values of a part that are wanted to their places in an array of bytes."""
    starts = _starts(packed, first)
    lengths = np.diff(starts)
    places = np.arange(starts[0], starts[-1]) + np.repeat(at - starts[:-1], lengths)
    kept = np.repeat(wanted, lengths)
    out[places[kept]] = packed.data[starts[0] : starts[-1]][kept]
