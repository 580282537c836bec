"""A segment, opened for searching: mapped, read-only, and each part only when it is asked for."""

from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np

from geosearch.index.arrays.aliases import Floats, Halves
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.mapped import map_array, release_pages
from geosearch.index.filtering.alive import Alive
from geosearch.index.filtering.blocks import Blocks
from geosearch.index.filtering.filter import Filter
from geosearch.index.filtering.select import select
from geosearch.index.folder.layout import ROWS, VECTORS
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.index.folder.removed_rows import read_removed_rows
from geosearch.index.scoring.search import SearchOptions, SegmentAnswers, search
from geosearch.index.segment.access import SegmentAccess
from geosearch.index.segment.ann import SegmentAnn
from geosearch.index.segment.chips import SegmentChips
from geosearch.index.segment.rows import SegmentRows
from geosearch.index.segment.scenes import SegmentScenes
from geosearch.index.segment.stored_rows import StoredRows

_OPEN: WeakSet["Segment"] = WeakSet()


def open_segments(index_folder: Path) -> list["Segment"]:
    """Return the segments of an index that this process has open, of whatever generation."""
    folder = index_folder.resolve()
    return [one for one in list(_OPEN) if one.index_folder.resolve() == folder]


class Segment:
    """The chips of a segment; a row's number is the same in all its files."""

    def __init__(self, index_folder: Path, entry: SegmentEntry, dim: int) -> None:
        self.id = entry.id
        self.n = entry.rows
        """Rows, those of removed scenes counted."""
        self.entry = entry
        self.index_folder = index_folder
        self._access = access = SegmentAccess(index_folder, entry)
        self.folder = access.folder
        self._dim = dim
        with access.reading():
            access.require_files()
            self.vectors: Halves = map_array(self.folder / VECTORS, "<f2", (self.n, dim))
            """float16 [n, dim], unit length but for the rounding to 16 bits."""
            self._stored = StoredRows(self.folder / ROWS, self.n, access.sizes_in(ROWS))
        self.rows = SegmentRows(self._stored)
        """Their columns, footprints and ids."""
        self.scenes = SegmentScenes(access)
        """The scenes that they are of."""
        self.chips = SegmentChips(access, self._stored, self.scenes)
        """What is known of each chip."""
        self.ann: SegmentAnn | None = None
        if entry.ann == "ivfpq":
            self.ann = SegmentAnn(access, self.scenes, self.n, dim)
        """The approximate tier; None without one."""
        _OPEN.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Open it again where it is unpickled: what is mapped is not copied."""
        return Segment, (self.index_folder.absolute(), self.entry, self._dim)

    def release_pages(self) -> None:
        """Take the pages of what is mapped out of this process: they are not needed soon."""
        release_pages(self.vectors)
        self._stored.release_pages()

    @cached_property
    def blocks(self) -> Blocks:
        """What blocks of rows span.

        Raises:
            IndexFolderError: The file is missing or damaged.
        """
        with self._access.reading():
            return self._stored.blocks

    @cached_property
    def alive(self) -> Alive:
        """Which rows are searched: those that have not been removed.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        if not self.entry.removed and self.entry.removed_rows is None:
            return Alive(self.n, None)
        scene_no = self.rows.scene_no
        mask = ~np.isin(scene_no, self.scenes.numbers(set(self.entry.removed)))
        release_pages(scene_no)
        if self.entry.removed_rows is not None:
            with self._access.reading():
                mask &= ~read_removed_rows(self.index_folder, self.entry.removed_rows, self.n)
        return Alive(self.n, mask)

    def select(self, filter: Filter) -> RowRanges:
        """Return the rows that pass a filter; removed chips never do.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        return select(self, filter)

    def search(
        self, queries: Floats, ranges: RowRanges, k: int, options: SearchOptions
    ) -> SegmentAnswers:
        """Return the best ``k`` of some rows for queries float32 [q, dim], and ties of the last.

        Raises:
            EncoderError: A device is to be used that is not there, or has failed.
            IndexFolderError: A file of the segment is damaged.
        """
        return search(self, queries, ranges, k, options)
