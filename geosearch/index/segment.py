"""A segment, opened for searching: mapped, read-only, and each part only when it is asked for."""

from collections.abc import Set
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError
from geosearch.index.ann import ApproximateTier
from geosearch.index.manifest import SegmentEntry
from geosearch.index.mapped import MappedRows, map_array
from geosearch.index.records import ChipRecord, SceneKey, SceneRecord
from geosearch.index.removed_rows import read_removed_rows
from geosearch.index.scan import best_rows, scores_of
from geosearch.index.segment_files import (
    ANN,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
    Description,
    read_description,
)
from geosearch.index.sidecar import Sidecar

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


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
        self.has_ann = entry.ann == "ivfpq"
        """Whether it has the approximate tier."""
        self.entry = entry
        self.index_folder = index_folder
        self.folder = index_folder / SEGMENTS / entry.id
        self.vectors: NDArray[np.float16] = map_array(self.folder / VECTORS, "<f2", (self.n, dim))
        """float16 [n, dim], unit length but for the rounding to 16 bits."""
        self._mapped = MappedRows(self.folder / ROWS, self.n)
        _OPEN.add(self)

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of each footprint, float64 [n, 4]."""
        return self._mapped.columns["bounds"]

    @property
    def time_ms(self) -> NDArray[np.int64]:
        """Milliseconds since 1970, int64 [n]; the least int64 where the time is not known."""
        return self._mapped.columns["time_ms"]

    @property
    def scene_no(self) -> NDArray[np.int32]:
        """Number of each chip's scene, int32 [n]."""
        return self._mapped.columns["scene_no"]

    @property
    def valid(self) -> NDArray[np.float32]:
        """Share of valid pixels, float32 [n]."""
        return self._mapped.columns["valid"]

    @property
    def cloud(self) -> NDArray[np.float32]:
        """Share of valid pixels that look like cloud, float32 [n]; NaN where it is not known."""
        return self._mapped.columns["cloud"]

    @cached_property
    def alive(self) -> NDArray[np.bool_] | None:
        """Which rows are searched, bool [n]; None for all of them."""
        if not self.entry.removed and self.entry.removed_rows is None:
            return None
        alive = ~np.isin(self.scene_no, self.scene_numbers(set(self.entry.removed)))
        if self.entry.removed_rows is not None:
            self._require_there()
            alive &= ~read_removed_rows(self.index_folder, self.entry.removed_rows, self.n)
        return alive

    @cached_property
    def alive_rows(self) -> Rows | None:
        """Rows that are searched, int64 [m], ascending; None for all of them."""
        return None if self.alive is None else np.flatnonzero(self.alive)

    @property
    def chip_count(self) -> int:
        """Chips that are searched."""
        return self.n if self.alive_rows is None else len(self.alive_rows)

    @cached_property
    def description(self) -> Description:
        """What ``segment.json`` says."""
        self._require_there()
        return read_description(self.folder)

    @property
    def scene_keys(self) -> list[SceneKey]:
        """The scenes that are searched, without opening the sidecar."""
        return [one for one in self.description.scenes if one.id not in self.entry.removed]

    def scene_numbers(self, ids: Set[str]) -> list[int]:
        """Return the numbers that ``scene_no`` has for some scenes, as far as they are here."""
        return [number for number, one in enumerate(self.description.scenes) if one.id in ids]

    def footprints(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips, object [m], EPSG:4326."""
        return self._mapped.footprints(rows)

    def wkb(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips as they are stored, bytes [m]."""
        return self._mapped.wkb(rows)

    def scan(self, query: Scores, rows: Rows | None, k: int) -> tuple[Rows, Scores]:
        """Return the best ``k`` of some rows (ascending; None for all), scored exactly."""
        return best_rows(self.vectors, query, rows, k)

    def rescore(self, query: Scores, rows: Rows) -> Scores:
        """Return the exact scores of some rows, float32 [m]."""
        return scores_of(self.vectors, query, rows)

    def candidates(self, query: Scores, rows: Rows | None, count: int) -> Rows:
        """Return ``count`` rows, or all there are, that are likely among the best, ascending.

        Where the approximate tier finds fewer, all rows are candidates: a search never
        answers with fewer hits than there are.
        """
        every = np.arange(self.n) if rows is None else rows
        if not self.has_ann or count >= len(every):
            return every
        found = self._tier.candidates(query, rows, count)
        return np.sort(found) if len(found) == count else every

    @cached_property
    def _tier(self) -> ApproximateTier:
        self._require_there()
        return ApproximateTier(self.folder / ANN, self.n, self.vectors.shape[1])

    def chips(self, rows: Rows) -> list[ChipRecord]:
        """Return what is known of chips, in the order asked."""
        return self._sidecar.chips(rows)

    def scenes(self) -> list[SceneRecord]:
        """Return the scenes that are searched, by id."""
        return [scene for _, scene in self.numbered_scenes()]

    def numbered_scenes(self) -> list[tuple[int, SceneRecord]]:
        """Return the scenes that are searched, and the number that ``scene_no`` has for each."""
        numbered = enumerate(self._sidecar.scenes())
        return [(n, scene) for n, scene in numbered if scene.id not in self.entry.removed]

    @cached_property
    def cuts(self) -> dict[str, NDArray[Any]]:
        """Windows int32 [n, 4], size_m float32 [n, 2] and gsd_m float32 [n] of all rows."""
        return self._sidecar.cuts(self.n)

    @cached_property
    def _sidecar(self) -> Sidecar:
        self._require_there()
        return Sidecar(self.folder / SIDECAR)

    def _require_there(self) -> None:
        # what is mapped stays readable after another process has deleted it; the rest does not
        if not self.folder.is_dir():
            raise IndexFolderError(
                f"{self.index_folder} was compacted since it was opened: {self.id} has gone",
                hint="open the index again",
            )
