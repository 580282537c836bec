"""The columns and footprints of a segment, opened for reading."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index.arrays.id_order import smallest, words
from geosearch.index.arrays.packed import Packed, shapes_from, shapes_of
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.faults import damaged
from geosearch.index.files.own_files import require_file
from geosearch.index.files.stored_arrays import Places, StoredArray, StoredValues
from geosearch.index.filtering.blocks import Blocks, read_blocks
from geosearch.index.folder.layout import (
    BLOCKS,
    CHIPS,
    COLUMNS,
    FOOTPRINT_BYTES,
    FOOTPRINT_STARTS,
    ID_BYTES,
    ID_STARTS,
)
from geosearch.index.segment.chip_entries import CHIP_ENTRY, ChipEntry, parts_of_entries


class StoredRows:
    """What the folder ``rows`` of a segment holds; its files stay open."""

    def __init__(self, folder: Path, rows: int, sizes: Mapping[str, int]) -> None:
        """Open it.

        Args:
            folder: Where it is.
            rows: How many rows it is of.
            sizes: Bytes of each of its files by name, as the manifest has them: which files there
                are is never told by what is found.

        Raises:
            IndexFolderError: A file is missing, not a regular file, or of another size.
        """
        self._folder = folder
        self._rows = rows
        self._columns = {
            name: StoredArray(folder / name, kind, (rows, width) if width > 1 else (rows,))
            for name, (kind, width) in COLUMNS.items()
        }
        self._footprints = StoredValues(
            folder / FOOTPRINT_BYTES, folder / FOOTPRINT_STARTS, rows, sizes[FOOTPRINT_BYTES]
        )
        self._ids = None
        if ID_BYTES in sizes:
            self._ids = StoredValues(folder / ID_BYTES, folder / ID_STARTS, rows, sizes[ID_BYTES])
        self._entries = _entries(folder / CHIPS, rows, sizes[CHIPS])
        require_file(folder / BLOCKS, sizes[BLOCKS])  # it is read when a filter asks for it

    def whole(self, name: str) -> NDArray[Any]:
        """Return a column, mapped."""
        return self._columns[name].whole

    def at(self, name: str, places: Places) -> NDArray[Any]:
        """Return what a column has in some rows, in the order asked."""
        return self._columns[name].at(places)

    def ranges(self, name: str, ranges: RowRanges) -> NDArray[Any]:
        """Return what a column has in ranges of rows."""
        return self._columns[name].ranges(ranges)

    @cached_property
    def blocks(self) -> Blocks:
        """What blocks of rows span.

        Raises:
            IndexFolderError: The file is damaged.
        """
        return read_blocks(self._folder / BLOCKS, self._rows)

    def outlines(self, rows: NDArray[np.int64]) -> Packed:
        """Return the footprints of rows int64 [m] as WKB.

        Raises:
            IndexFolderError: The file does not hold values where it says.
        """
        try:
            return self._footprints.take(rows)
        except ValueError as error:
            raise damaged(self._folder / FOOTPRINT_STARTS, str(error)) from error

    def footprints(self, places: Places) -> NDArray[np.object_]:
        """Return geometries object [m] of some rows.

        Raises:
            IndexFolderError: The file does not hold geometries where it says.
        """
        try:
            if places.spans:
                return shapes_from(self._footprints.at(places))
            return shapes_of(self._footprints.take(places.rows))
        except ValueError as error:
            raise damaged(self._folder / FOOTPRINT_BYTES, str(error)) from error

    def ids(self, places: Places) -> list[str]:
        """Return the chips' own ids, empty where they have none.

        Raises:
            IndexFolderError: The file does not hold texts where it says.
        """
        if self._ids is None:
            return [""] * len(places.rows)
        try:
            return [value.decode() for value in self._ids.at(places)]
        except ValueError as error:
            raise damaged(self._folder / ID_BYTES, str(error)) from error

    def rows_with_own_id(self, chip_id: str) -> NDArray[np.int64]:
        """Return the rows of chips whose own id is one that is given, int64 [m], ascending.

        Raises:
            IndexFolderError: The file does not hold texts where it says.
        """
        if self._ids is None or not chip_id:
            return np.zeros(0, np.int64)
        try:
            return self._ids.whole.rows_of(chip_id.encode())
        except ValueError as error:
            raise damaged(self._folder / ID_BYTES, str(error)) from error
        finally:
            self._ids.release_pages()

    def rows_with_smallest_ids(
        self, rows: NDArray[np.int64], count: int
    ) -> tuple[NDArray[np.int64], ...]:
        """Return places in rows int64 [m]: of the smallest own ids, and of chips without one.

        Raises:
            IndexFolderError: The file does not hold texts where it says.
        """
        if self._ids is None:
            return np.zeros(0, np.int64), np.arange(len(rows))
        packed = self._ids.whole
        try:
            first, last = packed.spans(rows)
            own, none = np.flatnonzero(last > first), np.flatnonzero(last == first)
            found = own[smallest(len(own), count, words(packed, rows[own]))]
        except ValueError as error:
            raise damaged(self._folder / ID_BYTES, str(error)) from error
        self._ids.release_pages()
        return found, none

    def read_hits(self, rows: list[int]) -> list[tuple[ChipEntry, str, BaseGeometry]]:
        """Return what hits show of few rows: an entry, the chip's own id or none, the footprint.

        Raises:
            IndexFolderError: The files do not hold ids and footprints where it says.
        """
        try:
            found = [
                (ChipEntry.read(entry), entry)
                for entry in self._entries.pieces([(row, row + 1) for row in rows])
            ]
            values = [head.inline_values(entry) or self._values(head) for head, entry in found]
            shapes = shapes_from([outline for outline, _ in values])
            return [
                (head, own_id.decode(), shape)
                for (head, _), (_, own_id), shape in zip(found, values, shapes, strict=True)
            ]
        except ValueError as error:
            raise damaged(self._folder / CHIPS, str(error)) from error

    def _values(self, entry: ChipEntry) -> tuple[bytes, bytes]:
        """Return footprint and own id of a chip whose entry has no room for them."""
        (outline,) = self._footprints.pieces([entry.footprint_span])
        (own_id,) = [b""] if self._ids is None else self._ids.pieces([entry.id_span])
        return outline, own_id

    def entries_agree(self) -> bool:
        """Return whether the entries agree with the other files."""
        columns = {name: self.whole(name) for name in self._columns}
        expected = parts_of_entries(columns, self._footprints.whole, self.packed_ids)
        entries = self._entries
        return all(
            entries.whole[first : first + len(part)].tobytes() == part.tobytes()
            for first, part in expected
        )

    @property
    def packed_outlines(self) -> Packed:
        """The footprints as WKB, mapped."""
        return self._footprints.whole

    @property
    def packed_ids(self) -> Packed | None:
        """The chips' own ids as UTF-8, mapped; None where they have none."""
        return None if self._ids is None else self._ids.whole

    def release_pages(self) -> None:
        """Take the pages of what is mapped out of this process."""
        for column in self._columns.values():
            column.release_pages()
        for values in filter(None, (self._footprints, self._ids)):
            values.release_pages()
        self._entries.release_pages()


def _entries(path: Path, rows: int, size: int) -> StoredArray:
    """Open what hits show, entries of equal length that have so many bytes together."""
    width = max(size // rows if rows else 0, CHIP_ENTRY.itemsize)
    return StoredArray(path, f"V{width}", (rows,))
