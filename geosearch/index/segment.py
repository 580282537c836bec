"""A segment, opened for searching: mapped, read-only, and each part only when it is asked for."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.errors import IndexFolderError
from geosearch.geo import PixelWindow
from geosearch.index.ann import ApproximateTier, row_code_bytes
from geosearch.index.blocks import Blocks
from geosearch.index.calibration import kept_queries
from geosearch.index.description import Description, read_description
from geosearch.index.faults import (
    DamagedError,
    SupersededError,
    damaged,
    means_too_many_files,
    too_many_files,
)
from geosearch.index.id_order import Column, are_prefixes, smallest, text_ranks
from geosearch.index.layout import (
    ANN,
    DESCRIPTION,
    KEPT_QUERIES,
    REMOVED,
    ROWS,
    SEGMENTS,
    SIDECAR,
    VECTORS,
)
from geosearch.index.manifest import MANIFEST, SegmentEntry, read_manifest
from geosearch.index.mapped import CUTS, give_back, map_array
from geosearch.index.packed import Packed
from geosearch.index.plan import PLAN, Calibration, Choice, read_calibration
from geosearch.index.records import ChipRecord, SceneKey, SceneRecord, chip_id, chip_record
from geosearch.index.regular_files import require_file, require_folder
from geosearch.index.removed_rows import read_removed_rows
from geosearch.index.rescoring import Rescored, best_by_codes
from geosearch.index.runs import Rows, Runs
from geosearch.index.scan import tied_rows
from geosearch.index.sidecar import Sidecar
from geosearch.index.stored_arrays import FEW_ROWS, Places
from geosearch.index.stored_rows import StoredRows

Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]


_SCENES_AT_ONCE = 20_000

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
        self.folder = index_folder / SEGMENTS / entry.id
        self.has_ann = entry.ann == "ivfpq"
        """Whether it has the approximate tier."""
        self._dim = dim
        with self._reading():
            self._require_files()
            self.vectors: NDArray[np.float16] = map_array(
                self.folder / VECTORS, "<f2", (self.n, dim)
            )
            """float16 [n, dim], unit length but for the rounding to 16 bits."""
            self._stored = StoredRows(self.folder / ROWS, self.n, self._sizes_in(ROWS))
        self._known_scenes: dict[int, SceneRecord] = {}
        _OPEN.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Open it again where it is unpickled: what is mapped is not copied."""
        return Segment, (self.index_folder.absolute(), self.entry, self._dim)

    def _require_files(self) -> None:
        """Refuse a segment of which a file is missing; arrays are looked at when they are opened.

        Raises:
            IndexFolderError: One is missing, not a regular file, or of another size.
        """
        folders = [self.folder.parent, self.folder, self.folder / ROWS]
        for folder in [*folders, self.folder / ANN] if self.has_ann else folders:
            require_folder(folder)
        for name, size in self.entry.files.items():
            if name in (SIDECAR, DESCRIPTION) or name.startswith(f"{ANN}/"):
                require_file(self.folder / name, size)

    def _sizes_in(self, folder: str) -> dict[str, int]:
        files = self.entry.files.items()
        first = f"{folder}/"
        return {name.removeprefix(first): size for name, size in files if name.startswith(first)}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Tell damage from what has gone since the index was opened, and from a full table.

        What is mapped or open stays readable after another process has deleted it; whatever is
        opened first then is not.
        """
        try:
            yield
        except DamagedError as error:
            raise self._reason(error) from error
        except IndexFolderError:
            raise
        except (OSError, ImportError) as error:  # engines are imported where they are used
            if means_too_many_files(error):
                raise too_many_files(self.folder) from error
            raise

    def _reason(self, error: DamagedError) -> IndexFolderError:
        try:
            published = read_manifest(self.index_folder)
        except DamagedError:
            return error
        except IndexFolderError as gone:
            return gone
        mine = self.entry
        for entry in published.segments:
            if (entry.id, entry.checksum) == (mine.id, mine.checksum):
                rows = self.index_folder / REMOVED / str(mine.removed_rows)
                if error.path != rows or entry.removed_rows == mine.removed_rows:
                    return error
        return SupersededError(self.index_folder, self.id)

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of each footprint, float64 [n, 4]."""
        return self._stored.whole("bounds")

    @property
    def time_ms(self) -> NDArray[np.int64]:
        """Milliseconds since 1970, int64 [n]; the least int64 where the time is not known."""
        return self._stored.whole("time_ms")

    @property
    def scene_no(self) -> NDArray[np.int32]:
        """Number of each chip's scene, int32 [n]."""
        return self._stored.whole("scene_no")

    @property
    def valid(self) -> NDArray[np.float32]:
        """Share of valid pixels, float32 [n]."""
        return self._stored.whole("valid")

    @cached_property
    def blocks(self) -> Blocks:
        """What blocks of rows span.

        Raises:
            IndexFolderError: The file is missing or damaged.
        """
        with self._reading():
            return self._stored.blocks

    def blocks_meeting(self, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
        """Return the numbers of blocks whose bounds meet west, south, east, north; ascending."""
        _ = self.blocks  # which says what is wrong with the file
        return self._stored.block_groups.meeting(box)

    @property
    def cloud(self) -> NDArray[np.float32]:
        """Share of valid pixels that look like cloud, float32 [n]; NaN where it is not known."""
        return self._stored.whole("cloud")

    @cached_property
    def alive(self) -> NDArray[np.bool_] | None:
        """Which rows are searched, bool [n]; None for all of them."""
        if not self.entry.removed and self.entry.removed_rows is None:
            return None
        alive = ~np.isin(self.scene_no, self.scene_numbers(set(self.entry.removed)))
        give_back(self.scene_no)
        if self.entry.removed_rows is not None:
            with self._reading():
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

    def bounds_of(self, runs: Runs) -> NDArray[np.float64]:
        """Return west, south, east, north of the footprints in runs, float64 [m, 4]."""
        return self._stored.runs("bounds", runs)

    def values(self, name: str, rows: Rows) -> NDArray[Any]:
        """Return what rows have in a column of one number a row, such as ``cloud``."""
        return self._stored.at(name, Places.of(rows))

    def known_outlines(self, rows: Rows) -> tuple[Mask, Mask]:
        """Return which footprints are in one piece for sure, and which are what they span.

        Returns:
            Two of bool [m]; the second is of rectangles along the axes.
        """
        block = np.searchsorted(self.blocks.starts, rows, "right") - 1
        return self.blocks.connected[block], self.blocks.rectangular[block]

    @cached_property
    def alive_rows(self) -> Rows | None:
        """Rows that are searched, int64 [m], ascending; None for all of them."""
        return None if self.alive is None else np.flatnonzero(self.alive)

    @property
    def chip_count(self) -> int:
        """Chips that are searched."""
        return self.n if self.alive is None else int(np.count_nonzero(self.alive))

    @cached_property
    def description(self) -> Description:
        """What ``segment.json`` says.

        Raises:
            IndexFolderError: It is missing or damaged, or the manifest does not agree with it.
        """
        with self._reading():
            description = read_description(self.folder, self.entry.checksum)
            if (description.id, description.rows) != (self.id, self.n):
                raise damaged(self.folder / DESCRIPTION, "it is of another segment")
            if lost := set(self.entry.removed) - {one.id for one in description.scenes}:
                manifest = self.index_folder / MANIFEST
                raise damaged(manifest, f"it removes {min(lost)} from {self.id}, which has it not")
            return description

    @property
    def scene_keys(self) -> list[SceneKey]:
        """The scenes that are searched, without opening the sidecar."""
        return [one for one in self.description.scenes if one.id not in self.entry.removed]

    def scene_numbers(self, ids: Set[str]) -> list[int]:
        """Return the numbers that ``scene_no`` has for some scenes, as far as they are here."""
        return [number for number, one in enumerate(self.description.scenes) if one.id in ids]

    def footprints(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips, object [m], EPSG:4326."""
        return self._stored.footprints(Places.of(rows))

    def scan(self, query: Scores, runs: Runs, k: int, *, threads: int = 1) -> tuple[Rows, Scores]:
        """Return the best ``k`` of some rows and all that tie with the last, scored exactly."""
        return tied_rows(self.vectors, query, runs, k, threads=threads)

    def best_by_codes(
        self, query: Scores, runs: Runs, k: int, choice: Choice, *, threads: int = 1
    ) -> Rescored:
        """Return the best ``k`` of some rows and all that tie with the last, by the codes."""
        return best_by_codes(
            self.tier, self.vectors, query, runs, k, choice,
            errors=self.calibration.errors, threads=threads,
        )  # fmt: skip

    @cached_property
    def calibration(self) -> Calibration:
        """What was measured when the approximate tier was built."""
        with self._reading():
            sums = {file.path: file.sha256 for file in self.description.files}
            return read_calibration(self.folder / ANN, sums.get(f"{ANN}/{PLAN}"))

    @property
    def queries(self) -> NDArray[np.float32] | None:
        """Texts that the approximate tier was measured with, float32 [q, dim]; None for none."""
        if KEPT_QUERIES not in self.entry.files:
            return None
        with self._reading():
            require_file(self.folder / KEPT_QUERIES, self.entry.files[KEPT_QUERIES])
            return kept_queries(self.folder / ANN, self._dim)

    @property
    def code_bytes(self) -> int | None:
        """Bytes of a chip's code in the approximate tier; None without one."""
        if not self.has_ann:
            return None
        with self._reading():
            return row_code_bytes(self.folder / ANN, self._dim)

    @cached_property
    def tier(self) -> ApproximateTier:
        """The approximate tier.

        Raises:
            IndexFolderError: There is none, or it is damaged.
        """
        with self._reading():
            return ApproximateTier(self.folder / ANN, self.n, self._dim)

    def chip_ids(self, rows: Rows) -> list[str]:
        """Return the ids of chips, in the order asked; nothing else is read of them.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        places = Places.of(rows)
        own, windows = self._stored.ids(places), self._stored.at("windows", places)
        numbers = self._stored.at("scene_no", places)
        scenes = self.description.scenes
        return [
            own[at] or chip_id(scenes[number].id, window)
            for at, (number, window) in enumerate(
                zip(numbers.tolist(), windows.tolist(), strict=True)
            )
        ]

    def smallest_ids(self, rows: Rows, count: int) -> Rows:
        """Return places in rows among which are those of the ``count`` smallest ids.

        Few more are returned, as a rule, and no id is made for it.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        if len(rows) <= max(count, FEW_ROWS):
            return np.arange(len(rows))
        own, cut = self._stored.smallest_ids(rows, count)
        numbers = self._stored.at("scene_no", Places.of(rows[cut]))
        if are_prefixes(map(self._id_head, np.unique(numbers).tolist())):
            return np.concatenate([own, cut])  # their order hangs on what follows, too
        return np.concatenate([own, cut[smallest(len(cut), count, self._id_columns(rows[cut]))]])

    def _id_columns(self, rows: Rows) -> Iterator[Column]:
        """Yield what orders rows as the ids do that are made as `chip_id` makes them."""

        def ranks(name: str, which: Any, text: Callable[[int], str], left: Rows) -> Rows:
            return text_ranks(self.values(name, rows[left])[which], text)

        yield partial(ranks, "scene_no", ..., self._id_head)
        # with what follows a number: it is compared where another number is longer
        for number, text in enumerate(("{},", "{},", "{}x", "{}")):
            yield partial(ranks, "windows", (..., number), text.format)

    def _id_head(self, scene_no: int) -> str:
        return self.description.scenes[scene_no].id + "@"

    def chips(self, rows: Rows) -> list[ChipRecord]:
        """Return what is known of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        places, read = Places.of(rows), self._stored.at
        numbers = read("scene_no", places).tolist()
        scenes = self._scenes_by_number(set(numbers))
        ids = self._stored.ids(places)
        columns = {name: read(name, places).tolist() for name in CUTS}
        times = read("time_ms", places).tolist()
        return [
            chip_record(
                scenes[number],
                own_id=ids[at],
                window=PixelWindow(*columns["windows"][at]),
                size_m=tuple(columns["size_m"][at]),
                gsd_m=columns["gsd_m"][at],
                time_ms=times[at],
            )
            for at, number in enumerate(numbers)
        ]

    def chips_with_footprints(self, rows: Rows) -> list[tuple[ChipRecord, BaseGeometry]]:
        """Return what hits tell of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        if len(rows) > FEW_ROWS:
            return list(zip(self.chips(rows), self.footprints(rows), strict=True))
        told = self._stored.told(rows.tolist())
        scenes = self._scenes_by_number({entry.scene_no for entry, _, _ in told})
        return [
            (
                chip_record(
                    scenes[entry.scene_no],
                    own_id=own_id,
                    window=entry.window,
                    size_m=entry.size_m,
                    gsd_m=entry.gsd_m,
                    time_ms=entry.time_ms,
                ),
                footprint,
            )
            for entry, own_id, footprint in told
        ]

    def scenes(self) -> list[SceneRecord]:
        """Return the scenes that are searched, by id."""
        return [scene for _, scene in self.numbered_scenes()]

    def numbered_scenes(self) -> list[tuple[int, SceneRecord]]:
        """Return the scenes that are searched, and the number that ``scene_no`` has for each."""
        numbered = self._all_scenes().items()
        return [(n, scene) for n, scene in numbered if scene.id not in self.entry.removed]

    def _all_scenes(self) -> dict[int, SceneRecord]:
        scenes = self._as_described(dict(enumerate(self._sidecar.scenes())))
        if len(scenes) != len(self.description.scenes):
            raise damaged(self.folder / SIDECAR, f"its scenes are not those of {DESCRIPTION}")
        return scenes

    def _as_described(self, scenes: dict[int, SceneRecord]) -> dict[int, SceneRecord]:
        """Return scenes by their numbers; another segment's sidecar may have the same size."""
        keys = self.description.scenes
        for number, scene in scenes.items():
            if number >= len(keys) or scene.key != keys[number]:
                raise damaged(self.folder / SIDECAR, f"its scenes are not those of {DESCRIPTION}")
        return scenes

    @property
    def cuts(self) -> dict[str, NDArray[Any]]:
        """Windows int32 [n, 4], size_m float32 [n, 2] and gsd_m float32 [n] of all rows."""
        return {name: self._stored.whole(name) for name in sorted(CUTS)}

    @property
    def packed_ids(self) -> Packed | None:
        """The chips' own ids as UTF-8, empty where one has none; None where none has."""
        return self._stored.packed_ids

    def give_back(self) -> None:
        """Take the pages of what is mapped out of this process: they are not needed soon."""
        give_back(self.vectors)
        self._stored.give_back()

    def outlines(self, rows: Rows) -> Packed:
        """Return footprints as WKB."""
        return self._stored.outlines(rows)

    def _scenes_by_number(self, numbers: Set[int]) -> dict[int, SceneRecord]:
        missing = numbers - self._known_scenes.keys()
        if missing and len(self.description.scenes) <= _SCENES_AT_ONCE:
            # all in one go: asking for a few takes longer than the rest of a search
            self._known_scenes = self._all_scenes()
            missing = numbers - self._known_scenes.keys()
        if missing:
            self._known_scenes |= self._as_described(self._sidecar.some_scenes(missing))
        return self._known_scenes

    @cached_property
    def _sidecar(self) -> Sidecar:
        with self._reading():
            require_file(self.folder / SIDECAR, self.entry.files[SIDECAR])
            return Sidecar(self.folder / SIDECAR)
