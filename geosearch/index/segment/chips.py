"""What is known of the chips of a segment: their ids, and what hits show of them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from geosearch.geo import PixelWindow
from geosearch.index.arrays.aliases import Rows
from geosearch.index.arrays.id_order import (
    Column,
    are_prefixes,
    smallest,
    text_ranks,
)
from geosearch.index.files.stored_arrays import FEW_ROWS, Places
from geosearch.index.folder.layout import WINDOW_COLUMNS
from geosearch.index.records import ChipRecord, chip_id, chip_record, parse_chip_id
from geosearch.index.segment.access import SegmentAccess
from geosearch.index.segment.scenes import SegmentScenes
from geosearch.index.segment.stored_rows import StoredRows


class SegmentChips:
    """The chips of a segment, by row."""

    def __init__(self, access: SegmentAccess, stored: StoredRows, scenes: SegmentScenes) -> None:
        self._access = access
        self._stored = stored
        self._scenes = scenes

    def ids(self, rows: Rows) -> list[str]:
        """Return the ids of chips, in the order asked; nothing else is read of them.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        places = Places.of(rows)
        own, windows = self._stored.ids(places), self._stored.at("windows", places)
        numbers = self._stored.at("scene_no", places)
        scenes = self._scenes.description.scenes
        return [
            own[at] or chip_id(scenes[number].id, window)
            for at, (number, window) in enumerate(
                zip(numbers.tolist(), windows.tolist(), strict=True)
            )
        ]

    def rows_with_id(self, chip_id: str) -> Rows:
        """Return the rows of chips of an id, int64 [m], removed ones too: one, as a rule.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        found = [self._stored.rows_with_own_id(chip_id)]
        if (made := parse_chip_id(chip_id)) is not None:
            scene, window = made
            for number in self._scenes.numbers({scene}):
                with self._access.reading():
                    ranges = self._stored.blocks.near_scene(number)
                windows = self._stored.ranges("windows", ranges)
                # one number at a time: to compare all four takes several times as long
                same = np.flatnonzero(windows[:, 0] == window.col)
                same = same[(windows[same] == np.array(window)).all(axis=1)]
                rows = ranges.rows()[same]
                found.append(rows[self._stored.at("scene_no", Places.of(rows)) == number])
        rows = np.unique(np.concatenate(found))
        # the window of a chip with an id of its own makes none
        return rows[[one == chip_id for one in self.ids(rows)]] if len(rows) else rows

    def rows_with_smallest_ids(self, rows: Rows, count: int) -> Rows:
        """Return places in rows among which are those of the ``count`` smallest ids.

        Few more are returned, as a rule, and no id is made for it.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        if len(rows) <= max(count, FEW_ROWS):
            return np.arange(len(rows))
        own, made = self._stored.rows_with_smallest_ids(rows, count)
        numbers = self._stored.at("scene_no", Places.of(rows[made]))
        if are_prefixes(map(self._id_head, np.unique(numbers).tolist())):
            return np.concatenate([own, made])  # their order depends on what follows, too
        chosen = smallest(len(made), count, self._id_columns(rows[made]))
        return np.concatenate([own, made[chosen]])

    def _id_columns(self, rows: Rows) -> Iterator[Column]:
        """Yield what orders rows as the ids do that are made as `chip_id` makes them."""

        def ranks(name: str, which: Any, text: Callable[[int], str], left: Rows) -> Rows:
            return text_ranks(self._stored.at(name, Places.of(rows[left]))[which], text)

        yield partial(ranks, "scene_no", ..., self._id_head)
        # with what follows a number: it is compared where another number is longer
        for number, text in enumerate(("{},", "{},", "{}x", "{}")):
            yield partial(ranks, "windows", (..., number), text.format)

    def _id_head(self, scene_no: int) -> str:
        return self._scenes.description.scenes[scene_no].id + "@"

    def records(self, rows: Rows) -> list[ChipRecord]:
        """Return what is known of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        places, read = Places.of(rows), self._stored.at
        numbers = read("scene_no", places).tolist()
        scenes = self._scenes.by_number(set(numbers))
        ids = self._stored.ids(places)
        columns = {name: read(name, places).tolist() for name in WINDOW_COLUMNS}
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

    def records_with_footprints(self, rows: Rows) -> list[tuple[ChipRecord, BaseGeometry]]:
        """Return what hits show of chips, in the order asked.

        Raises:
            IndexFolderError: A file of the segment is damaged.
        """
        if len(rows) > FEW_ROWS:
            footprints = self._stored.footprints(Places.of(rows))
            return list(zip(self.records(rows), footprints, strict=True))
        found = self._stored.read_hits(rows.tolist())
        scenes = self._scenes.by_number({entry.scene_no for entry, _, _ in found})
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
            for entry, own_id, footprint in found
        ]
