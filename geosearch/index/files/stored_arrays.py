"""Arrays in files of which a few rows are read at their places, or all are mapped.

Around each byte that is read of a mapped file, systems map up to 2 MB of it: after queries all
over an archive, all of it would be in the memory of each process that searches. What few hits
need is read instead.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geosearch.index.arrays.packed import Packed
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.faults import cannot_read, damaged
from geosearch.index.files.mapped import (
    array_bytes,
    map_array,
    map_open,
    release_pages,
)
from geosearch.index.files.own_files import open_regular

_NEAR_ROWS = 256
"""Rows no further apart are read together: passing over so many takes less than another read."""
FEW_ROWS = 1024
"""More rows than this are read through a mapping."""
_READS = hasattr(os, "pread")
"""Whether files can be read at a place; not on Windows, where all is mapped."""


@dataclass(frozen=True, slots=True)
class Places:
    """Rows that are to be read of several arrays."""

    rows: NDArray[np.int64]
    """[m], in the order asked."""
    spans: list[tuple[int, int]]
    """First row and the one behind the last of each stretch that is read, ascending, apart; none
    where rows are too many to be read so."""
    offsets: NDArray[np.int64]
    """[m], where in the stretches, one after the other, each row is."""
    stretch: NDArray[np.int64]
    """[m], the number of the stretch that each row is in."""

    @classmethod
    def of(cls, rows: NDArray[np.int64]) -> "Places":
        """Return where rows lie; nothing is worked out of many, which are not read so."""
        if not 0 < len(rows) <= FEW_ROWS:
            return cls(rows, [], rows, rows)
        # plain Python: of ten rows it takes a third of what NumPy does
        asked = rows.tolist()
        spans: list[tuple[int, int]] = []
        found: dict[int, tuple[int, int]] = {}
        start = before = 0
        for row in sorted(asked):
            if spans and row - spans[-1][1] < _NEAR_ROWS:
                spans[-1] = (start, row + 1)
            else:
                before += spans[-1][1] - start if spans else 0
                start = row
                spans.append((row, row + 1))
            found[row] = before + row - start, len(spans) - 1
        places = np.array([found[row] for row in asked], np.int64)
        return cls(rows, spans, places[:, 0], places[:, 1])


class StoredArray:
    """A raw array in a file that stays open: whoever deletes the file takes nothing away."""

    def __init__(self, path: Path, kind: DTypeLike, shape: tuple[int, ...]) -> None:
        """Open it.

        Raises:
            IndexFolderError: It is missing, not a regular file, or larger or smaller than it
                should be.
        """
        self._path, self._kind, self._shape = path, np.dtype(kind), shape
        self._row_bytes = self._kind.itemsize * prod(shape[1:])
        self._is_read = _READS and prod(shape) > 0
        if self._is_read:
            self._file = open_regular(path, array_bytes(self._kind, shape))
            finalize(self, os.close, self._file)
        else:
            _ = self.whole

    @cached_property
    def whole(self) -> NDArray[Any]:
        """All of it, mapped read-only.

        Raises:
            IndexFolderError: The file has become shorter, or the system does not map it.
        """
        if not self._is_read:
            return map_array(self._path, self._kind, self._shape)
        return map_open(self._path, self._file, self._kind, self._shape)

    def at(self, places: Places) -> NDArray[Any]:
        """Return what is in some rows, in the order asked.

        Raises:
            IndexFolderError: The file has become shorter.
        """
        if not self._is_read:
            return np.asarray(self.whole[places.rows])
        if places.spans:
            return np.asarray(self._read(places.spans)[places.offsets])
        found = self.whole[places.rows]
        release_pages(self.whole)
        return np.asarray(found)

    def ranges(self, ranges: RowRanges) -> NDArray[Any]:
        """Return what is in ranges of rows, one after the other.

        Raises:
            IndexFolderError: The file has become shorter.
        """
        spans = ranges.edges.tolist()
        if not self._is_read:
            return np.concatenate([self.whole[:0], *(self.whole[a:b] for a, b in spans)])
        return self._read(spans)

    def edges(self, places: Places) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return what is in some rows, and what is in those behind them."""
        if not self._is_read or not places.spans:
            return self.whole[places.rows], self.whole[places.rows + 1]
        found = self._read([(first, last + 1) for first, last in places.spans])
        at = places.offsets + places.stretch  # each stretch is a row longer
        return found[at], found[at + 1]

    def pieces(self, spans: Sequence[Sequence[int]]) -> list[bytes]:
        """Return the bytes of ranges of rows, each by itself.

        Raises:
            IndexFolderError: The file has become shorter.
        """
        if not self._is_read:
            return [self.whole[first:last].tobytes() for first, last in spans]
        width, file = self._row_bytes, self._file
        found = []
        for first, last in spans:
            try:
                piece = os.pread(file, width * (last - first), width * first)
            except OSError as error:
                raise cannot_read(self._path, error) from error
            if len(piece) != width * (last - first):
                raise damaged(self._path, "it has become shorter")
            found.append(piece)
        return found

    def release_pages(self) -> None:
        """Take the pages of what is mapped out of this process."""
        if "whole" in vars(self):
            release_pages(self.whole)

    def _read(self, spans: Sequence[Sequence[int]]) -> NDArray[Any]:
        found = self.pieces(spans)
        data = found[0] if len(found) == 1 else b"".join(found)
        return np.frombuffer(data, self._kind).reshape(-1, *self._shape[1:])


class StoredValues:
    """Values of any length in a file that stays open, and in another one where each begins."""

    def __init__(self, data: Path, starts: Path, rows: int, data_bytes: int) -> None:
        """Open both.

        Args:
            data: The values, one after the other.
            starts: Where each begins, and where the last one ends.
            rows: Number of values.
            data_bytes: How many bytes they have together.

        Raises:
            IndexFolderError: One is missing, or of another size.
        """
        self._starts = StoredArray(starts, "<i8", (rows + 1,))
        self._size = data_bytes
        self._data = StoredArray(data, "u1", (data_bytes,))

    @cached_property
    def whole(self) -> Packed:
        """All of them, mapped."""
        return Packed(self._data.whole, self._starts.whole)

    def at(self, places: Places) -> list[bytes]:
        """Return some values, in the order asked.

        Raises:
            ValueError: The starts lead outside of the data.
        """
        if len(places.rows) > FEW_ROWS:
            return self.take(places.rows).values()
        starts, stops = (edges.tolist() for edges in self._starts.edges(places))
        return self.pieces(list(zip(starts, stops, strict=True)))

    def pieces(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return values by where each begins and ends.

        Raises:
            ValueError: That is outside of the data.
        """
        for start, stop in spans:
            if not 0 <= start <= stop <= self._size:
                raise ValueError("it names places outside itself")
        return self._data.pieces(spans)

    def take(self, rows: NDArray[np.int64]) -> Packed:
        """Return many values, in the order asked.

        Raises:
            ValueError: The starts lead outside of the data.
        """
        found = self.whole.take(rows)
        release_pages(self.whole.data)
        release_pages(self.whole.starts)
        return found

    def release_pages(self) -> None:
        """Take the pages of what is mapped out of this process."""
        self._starts.release_pages()
        self._data.release_pages()
