"""What a search needs of a segment on its hot path, as plain mapped arrays.

Made from the same rows as the sidecar, in the same order, and can be made again
from it. Files are raw little-endian arrays; their shapes follow from the row count.
"""

import mmap
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.blocks import (
    Blocks,
    footprint_types,
    make_blocks,
    read_blocks,
    write_blocks,
)
from geosearch.index.packed import Packed, rectangles, some_shapes
from geosearch.index.runs import Runs

COLUMNS: dict[str, tuple[str, int]] = {
    "bounds": ("<f8", 4),
    "time_ms": ("<i8", 1),
    "scene_no": ("<i4", 1),
    "valid": ("<f4", 1),
    "cloud": ("<f4", 1),
    "windows": ("<i4", 4),
    "size_m": ("<f4", 2),
    "gsd_m": ("<f4", 1),
}
"""Name to type and numbers a row."""

CUTS = frozenset({"windows", "size_m", "gsd_m"})
"""How chips were cut."""
LATER_COLUMNS = frozenset({"cloud"}) | CUTS
"""Those that segments of formats 1 and 2 have not."""

FOOTPRINT_STARTS = "footprint_starts"
FOOTPRINT_BYTES = "footprints"
ID_STARTS = "id_starts"
ID_BYTES = "ids"
BLOCKS = "blocks.npz"

_WRITTEN_ROWS = 1 << 16
_AROUND_BYTES = 1 << 16
"""What the system maps around a place that is read, of each file: 16 pages on Linux."""
_MOST_MAPPED_BYTES = 24 << 20
"""What reading may have mapped, about, before all of it is given back."""


def write_rows(
    folder: Path,
    columns: dict[str, NDArray[Any]],
    outlines: Packed,
    ids: Packed | None = None,
    order: NDArray[np.int64] | None = None,
) -> None:
    """Write the columns of ``COLUMNS``, footprints and ids, each to a file of its name.

    Args:
        folder: Made here.
        columns: In row order; those of ``LATER_COLUMNS`` may be missing.
        outlines: Footprints as WKB.
        ids: The chips' own ids; None where they have none.
        order: Which of outlines and ids stands in each row, int64 [n]; None if they are in order.
    """
    folder.mkdir()
    for name, (kind, _) in COLUMNS.items():
        if name in LATER_COLUMNS and name not in columns:
            continue
        np.ascontiguousarray(columns[name], dtype=kind).tofile(folder / name)
    order = np.arange(len(outlines)) if order is None else order
    _write_packed(folder / FOOTPRINT_BYTES, folder / FOOTPRINT_STARTS, outlines, order)
    if ids is not None:
        _write_packed(folder / ID_BYTES, folder / ID_STARTS, ids, order)
    types = footprint_types(outlines.data, outlines.starts)[order]
    write_blocks(folder / BLOCKS, make_blocks(columns, types, rectangles(outlines)[order]))


def _write_packed(data: Path, starts: Path, packed: Packed, order: NDArray[np.int64]) -> None:
    lengths = np.diff(packed.starts)[order]
    np.concatenate([[0], np.cumsum(lengths)]).astype("<i8").tofile(starts)
    with data.open("wb") as file:
        for first in range(0, len(order), _WRITTEN_ROWS):
            file.write(packed.take(order[first : first + _WRITTEN_ROWS]).data.tobytes())


class MappedRows:
    """The columns and footprints of a segment, mapped read-only.

    Searches all over an archive would map all of it in the end, into each process that searches:
    what has been read is given back now and then.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self._mapped_bytes = 0
        self.columns = {
            name: map_array(folder / name, kind, (rows, width) if width > 1 else (rows,))
            for name, (kind, width) in COLUMNS.items()
            if name not in LATER_COLUMNS or (folder / name).exists()
        }
        self.columns.setdefault("cloud", np.broadcast_to(np.float32(np.nan), (rows,)))
        self._starts = map_array(folder / FOOTPRINT_STARTS, "<i8", (rows + 1,))
        size = _size(folder / FOOTPRINT_BYTES) if rows else 0
        self._bytes = map_array(folder / FOOTPRINT_BYTES, "u1", (size,))
        self._rows = rows

    @cached_property
    def blocks(self) -> Blocks:
        """What blocks of rows span; worked out here where an older version wrote the segment.

        Raises:
            IndexFolderError: The file is damaged.
        """
        path = self._folder / BLOCKS
        try:
            if path.exists():
                return read_blocks(path, self._rows)
            return make_blocks(self.columns, footprint_types(self._bytes, self._starts))
        except (ValueError, IndexError, OSError) as error:
            raise damaged(path, str(error)) from error

    def read(self, name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return what a column has in rows int64 [m]."""
        self._count(len(rows))
        return np.asarray(self.columns[name][rows])

    def read_runs(self, name: str, runs: Runs) -> NDArray[Any]:
        """Return what a column has in short runs int64 [r, 2]."""
        self._count(len(runs))
        column = self.columns[name]
        return np.concatenate([column[:0], *(column[a:b] for a, b in runs.tolist())])

    def _count(self, places: int) -> None:
        """Give back what is mapped where many places have been read."""
        self._mapped_bytes += places * _AROUND_BYTES
        if self._mapped_bytes > _MOST_MAPPED_BYTES:
            self._mapped_bytes = 0
            for array in (*self.columns.values(), self._starts, self._bytes):
                give_back(array)
            if self.packed_ids is not None:
                give_back(self.packed_ids.data)
                give_back(self.packed_ids.starts)

    def outlines(self, rows: NDArray[np.int64]) -> Packed:
        """Return the footprints of rows int64 [m] as WKB.

        Raises:
            IndexFolderError: The file does not hold values where it says.
        """
        self._count(2 * len(rows))
        try:
            return Packed(self._bytes, self._starts).take(rows)
        except ValueError as error:
            raise damaged(self._folder / FOOTPRINT_STARTS, str(error)) from error

    def footprints(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return geometries object [m] of rows int64 [m].

        Raises:
            IndexFolderError: The file does not hold geometries where it says.
        """
        self._count(2 * len(rows))
        try:
            return some_shapes(Packed(self._bytes, self._starts), rows)
        except ValueError as error:
            raise damaged(self._folder / FOOTPRINT_BYTES, str(error)) from error

    def ids(self, rows: NDArray[np.int64]) -> list[str] | None:
        """Return the chips' own ids; None where they have none.

        Raises:
            IndexFolderError: The file does not hold texts where it says.
        """
        packed = self.packed_ids
        if packed is None:
            return None
        self._count(2 * len(rows))
        try:
            return [value.decode() for value in packed.some(rows)]
        except ValueError as error:
            raise damaged(self._folder / ID_BYTES, str(error)) from error

    @cached_property
    def packed_ids(self) -> Packed | None:
        """The chips' own ids as UTF-8, mapped; None where they have none."""
        if not (self._folder / ID_STARTS).exists():
            return None
        starts = map_array(self._folder / ID_STARTS, "<i8", (self._rows + 1,))
        size = _size(self._folder / ID_BYTES)
        return Packed(map_array(self._folder / ID_BYTES, "u1", (size,)), starts)


def map_array(path: Path, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array read-only; its file must have exactly that size.

    Raises:
        IndexFolderError: It is missing, or larger or smaller than it should be.
    """
    # Python's numbers do not wrap round: a forged row count cannot make a small size
    expected = np.dtype(kind).itemsize * prod(shape)
    if (size := _size(path)) != expected:
        raise damaged(path, f"it has {size} bytes and should have {expected}")
    if expected == 0:  # an empty file cannot be mapped
        return np.zeros(shape, dtype=kind)
    # a plain view: reading a few values of NumPy's own class for this takes ten times as long
    return np.memmap(path, dtype=kind, mode="r", shape=shape).view(np.ndarray)


def give_back(mapped: NDArray[Any]) -> None:
    """Take the pages of a mapped file out of this process; what was written there stays."""
    # an array that is not mapped has none, a view has those of what it is a view of
    pages = getattr(mapped, "_mmap", None) or getattr(mapped.base, "_mmap", None)
    if pages is not None and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise damaged(path, error.strerror or "it cannot be read") from error


def damaged(path: Path, reason: str = "it does not fit the rest") -> IndexFolderError:
    """Return the error for a file of a segment that is not as it was written."""
    return IndexFolderError(
        f"{path} is damaged: {reason}",
        hint="`geosearch verify` says what is lost, and `--repair` makes again what can be",
    )
