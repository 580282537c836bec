"""What a hit tells of its chip, together in one place: hits are few and lie apart.

The columns have the same, each in a file of its own: reading ten hits there takes fifty reads.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CHIPS = "chips"
"""The file, an entry a row."""

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
"""An entry, 64 bytes: numbers of the columns, and where footprint and own id are."""

_COLUMNS = ("time_ms", "scene_no", "windows", "size_m", "gsd_m")
_ENTRY = Struct("<qqqIIi4i2ff")
"""The same as ``CHIP_ENTRY``: of few entries it takes a tenth of the time."""

_PART_ROWS = 1 << 14


class ChipEntry(NamedTuple):
    """What is told of a chip in one place."""

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
        """Read the 64 bytes of an entry."""
        return cls._make(_ENTRY.unpack(entry))

    @property
    def window(self) -> tuple[int, int, int, int]:
        """Column, row, width, height in pixels of the scene."""
        return self[6:10]

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


def have_entries(columns: dict[str, NDArray[Any]]) -> bool:
    """Return whether columns have what entries need."""
    return columns.keys() >= set(_COLUMNS)


def parts_of_entries(
    columns: dict[str, NDArray[Any]],
    footprint_starts: NDArray[np.int64],
    id_starts: NDArray[np.int64] | None,
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the entries of all rows, some at a time, each part with its first row.

    Args:
        columns: As they are stored, by name.
        footprint_starts: int64 [n + 1].
        id_starts: int64 [n + 1]; None where chips have no ids of their own.
    """
    count = len(footprint_starts) - 1
    for first in range(0, count, _PART_ROWS):
        last = min(first + _PART_ROWS, count)
        entries = np.zeros(last - first, CHIP_ENTRY)
        for name in _COLUMNS:
            entries[name] = columns[name][first:last]
        for kind, starts in (("footprint", footprint_starts), ("id", id_starts)):
            if starts is not None:
                some = np.asarray(starts[first : last + 1])
                entries[f"{kind}_start"] = some[:-1]
                entries[f"{kind}_bytes"] = some[1:] - some[:-1]
        yield first, entries
