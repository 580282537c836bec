"""A segment, opened for searching: mapped, read-only, and each part only when it is asked for."""

from collections.abc import Set
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index.arrays.aliases import (
    Floats,
    Halves,
    Mask,
    Rows,
)
from geosearch.index.arrays.packed import Packed
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.mapped import map_array, release_pages
from geosearch.index.files.stored_arrays import Places
from geosearch.index.filtering.blocks import Blocks
from geosearch.index.filtering.box import Box
from geosearch.index.filtering.filter import Filter
from geosearch.index.filtering.select import select
from geosearch.index.folder.description import Description
from geosearch.index.folder.layout import (
    ANN,
    CALIBRATION,
    KEPT_QUERIES,
    ROWS,
    VECTORS,
    WINDOW_COLUMNS,
)
from geosearch.index.folder.manifest import SegmentEntry
from geosearch.index.folder.removed_rows import read_removed_rows
from geosearch.index.records import ChipRecord, SceneKey, SceneRecord
from geosearch.index.scoring.ann.tier import ApproximateTier, row_code_bytes
from geosearch.index.scoring.calibration import Calibration, read_calibration
from geosearch.index.scoring.kept_queries import kept_queries
from geosearch.index.scoring.search import (
    SearchOptions,
    SegmentAnswer,
    search,
    search_on_device,
)
from geosearch.index.segment.access import SegmentAccess
from geosearch.index.segment.chips import SegmentChips
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
        self.has_ann = entry.ann == "ivfpq"
        """Whether it has the approximate tier."""
        self._dim = dim
        with access.reading():
            access.require_files()
            self.vectors: Halves = map_array(self.folder / VECTORS, "<f2", (self.n, dim))
            """float16 [n, dim], unit length but for the rounding to 16 bits."""
            self._stored = StoredRows(self.folder / ROWS, self.n, access.sizes_in(ROWS))
        self._scenes = SegmentScenes(access)
        self._chips = SegmentChips(self._stored, self._scenes)
        _OPEN.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Open it again where it is unpickled: what is mapped is not copied."""
        return Segment, (self.index_folder.absolute(), self.entry, self._dim)

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of each footprint, float64 [n, 4]."""
        return self._stored.whole("bounds")

    @property
    def time_ms(self) -> NDArray[np.int64]:
        """Milliseconds since 1970, int64 [n]; the minimum int64 where the time is not known."""
        return self._stored.whole("time_ms")

    @property
    def scene_no(self) -> NDArray[np.int32]:
        """Number of each chip's scene, int32 [n]."""
        return self._stored.whole("scene_no")

    @property
    def valid(self) -> Floats:
        """Fraction of valid pixels, float32 [n]."""
        return self._stored.whole("valid")

    @property
    def cloud(self) -> Floats:
        """Fraction of valid pixels that look like cloud, float32 [n]; NaN where not known."""
        return self._stored.whole("cloud")

    @property
    def window_columns(self) -> dict[str, NDArray[Any]]:
        """Windows int32 [n, 4], size_m float32 [n, 2] and gsd_m float32 [n] of all rows."""
        return {name: self._stored.whole(name) for name in sorted(WINDOW_COLUMNS)}

    @property
    def packed_ids(self) -> Packed | None:
        """The chips' own ids as UTF-8, empty where one has none; None where none has."""
        return self._stored.packed_ids

    def values(self, name: str, rows: Rows) -> NDArray[Any]:
        """Return what rows have in a column of one number per row, such as ``cloud``."""
        return self._stored.at(name, Places.of(rows))

    def bounds_of(self, ranges: RowRanges) -> NDArray[np.float64]:
        """Return west, south, east, north of the footprints in ranges, float64 [m, 4]."""
        return self._stored.ranges("bounds", ranges)

    def footprints(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips, object [m], EPSG:4326."""
        return self._stored.footprints(Places.of(rows))

    def outlines(self, rows: Rows) -> Packed:
        """Return footprints as WKB."""
        return self._stored.outlines(rows)

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
    def gsd_spans(self) -> NDArray[np.float32]:
        """What blocks span of metres per pixel, each span once, [u, 2]; 0 for an unknown one."""
        return np.unique(self.blocks.gsd_m, axis=0)

    def blocks_meeting(self, box: Box) -> NDArray[np.int64]:
        """Return the numbers of blocks whose bounds meet a box; ascending."""
        _ = self.blocks  # which says what is wrong with the file
        return self._stored.block_groups.meeting(box)

    def outline_flags(self, rows: Rows) -> tuple[Mask, Mask]:
        """Return which footprints are surely in one piece, and which are what they span.

        Returns:
            Two of bool [m]; the second is of rectangles along the axes.
        """
        block = np.searchsorted(self.blocks.starts, rows, "right") - 1
        return self.blocks.connected[block], self.blocks.rectangular[block]

    @cached_property
    def alive(self) -> Mask | None:
        """Which rows are searched, bool [n]; None for all of them."""
        if not self.entry.removed and self.entry.removed_rows is None:
            return None
        alive = ~np.isin(self.scene_no, self.scene_numbers(set(self.entry.removed)))
        release_pages(self.scene_no)
        if self.entry.removed_rows is not None:
            with self._access.reading():
                alive &= ~read_removed_rows(self.index_folder, self.entry.removed_rows, self.n)
        return alive

    @cached_property
    def alive_blocks(self) -> tuple[Mask, Mask] | None:
        """Which blocks have some rows that are searched, and which only such; None for all."""
        if self.alive is None:
            return None
        at = self.blocks.starts[:-1]
        if not len(at):
            return np.zeros(0, bool), np.zeros(0, bool)
        some = np.logical_or.reduceat(self.alive, at)
        return some, np.logical_and.reduceat(self.alive, at)

    @cached_property
    def alive_rows(self) -> Rows | None:
        """Rows that are searched, int64 [m], ascending; None for all of them."""
        return None if self.alive is None else np.flatnonzero(self.alive)

    @property
    def chip_count(self) -> int:
        """Number of chips that are searched."""
        return self.n if self.alive is None else int(np.count_nonzero(self.alive))

    @property
    def description(self) -> Description:
        """What ``segment.json`` says.

        Raises:
            IndexFolderError: It is missing or damaged, or the manifest does not agree with it.
        """
        return self._scenes.description

    @property
    def scene_keys(self) -> list[SceneKey]:
        """The scenes that are searched, without opening the sidecar."""
        return self._scenes.searched_keys

    def scene_numbers(self, ids: Set[str]) -> list[int]:
        """Return the numbers that ``scene_no`` has for some scenes, as far as they are here."""
        return self._scenes.numbers(ids)

    def scenes_of_kinds(self, kinds: Set[str]) -> list[int] | None:
        """Return the numbers of scenes of some kinds, ascending; None where all are."""
        others = [
            number
            for kind, numbers in self._scenes.kinds.items()
            if kind not in kinds
            for number in numbers
        ]
        known = sum(map(len, self._scenes.kinds.values()))
        every = range(len(self.description.scenes))
        if known < len(every) and "unknown" not in kinds:  # no kinds were kept
            return sorted(n for kind in kinds for n in self._scenes.kinds.get(kind, ()))
        return sorted(set(every) - set(others)) if others else None

    def scenes(self) -> list[SceneRecord]:
        """Return the scenes that are searched, by id."""
        return [scene for _, scene in self._scenes.searched()]

    def numbered_scenes(self) -> list[tuple[int, SceneRecord]]:
        """Return the scenes that are searched, and the number that ``scene_no`` has for each."""
        return self._scenes.searched()

    def chip_ids(self, rows: Rows) -> list[str]:
        """Return the ids of chips, in the order asked, as `SegmentChips.ids` does."""
        return self._chips.ids(rows)

    def rows_with_id(self, chip_id: str) -> Rows:
        """Return the rows of chips of an id, int64 [m], removed ones too: one, as a rule."""
        return self._chips.rows_with_id(chip_id, self._rows_near_scene)

    def _rows_near_scene(self, number: int) -> RowRanges:
        first, last = self.blocks.scene_no.T
        return self.blocks.ranges(np.flatnonzero((first <= number) & (number <= last)))

    def rows_with_smallest_ids(self, rows: Rows, count: int) -> Rows:
        """Return places in rows, as `SegmentChips.rows_with_smallest_ids` does."""
        return self._chips.rows_with_smallest_ids(rows, count)

    def chips(self, rows: Rows) -> list[ChipRecord]:
        """Return what is known of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        return self._chips.records(rows)

    def chips_with_footprints(self, rows: Rows) -> list[tuple[ChipRecord, BaseGeometry]]:
        """Return what hits show of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        return self._chips.records_with_footprints(rows)

    def select(self, filter: Filter) -> RowRanges:
        """Return the rows that pass a filter; removed chips never do.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        return select(self, filter)

    def search(
        self, query: Floats, ranges: RowRanges, k: int, options: SearchOptions
    ) -> SegmentAnswer:
        """Return the best ``k`` of some rows for a query float32 [dim], and all ties of the last.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        return search(self, query, ranges, k, options)

    def search_on_device(
        self, queries: Floats, ranges: RowRanges, k: int, options: SearchOptions
    ) -> list[SegmentAnswer | None]:
        """Return what a device finds for queries float32 [q, dim]; None for what it leaves.

        Raises:
            EncoderError: The device is not there, or has failed.
        """
        return search_on_device(self, queries, ranges, k, options)

    @cached_property
    def calibration(self) -> Calibration:
        """What was measured when the approximate tier was built."""
        with self._access.reading():
            sums = {file.path: file.sha256 for file in self.description.files}
            return read_calibration(self.folder / ANN, sums.get(f"{ANN}/{CALIBRATION}"))

    @property
    def queries(self) -> Floats | None:
        """Texts that the approximate tier was measured with, float32 [q, dim]; None for none."""
        if KEPT_QUERIES not in self.entry.files:
            return None
        with self._access.reading():
            self._access.require_file(KEPT_QUERIES)
            return kept_queries(self.folder / ANN, self._dim)

    @property
    def code_bytes(self) -> int | None:
        """Bytes of a chip's code in the approximate tier; None without one."""
        if not self.has_ann:
            return None
        with self._access.reading():
            return row_code_bytes(self.folder / ANN, self._dim)

    @cached_property
    def tier(self) -> ApproximateTier:
        """The approximate tier.

        Raises:
            IndexFolderError: There is none, or it is damaged.
        """
        with self._access.reading():
            return ApproximateTier(self.folder / ANN, self.n, self._dim)
