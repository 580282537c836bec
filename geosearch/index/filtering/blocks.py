"""Blocks of rows with what their columns span: most filters are decided on these alone.

A block holds at most 256 rows, of one scene and one time where scenes are not tiny, so that a
filter by time or scene finds whole blocks only, and one by place has to look into the rows of
its border.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Mask, Rows
from geosearch.index.arrays.row_ranges import RowRanges, edges_of
from geosearch.index.files.npz import arrays_in
from geosearch.index.filtering.block_groups import BlockGroups
from geosearch.index.filtering.box import Box

MAX_BLOCK_ROWS = 256
"""Rows of a block, at most."""
_MIN_ROWS_BY_GROUP = 32
"""Where scenes have fewer rows in a place on average, blocks hold several of them."""

_FIRST_MULTI = 4
"""Type of geometries in several pieces, in WKB: points, lines and polygons come before."""


@dataclass(frozen=True)
class Blocks:
    """What the rows of each block span."""

    starts: NDArray[np.int64]
    """[b + 1], first row of each block, and the number of rows."""
    bounds: NDArray[np.float64]
    """[b, 4], west, south, east, north around its footprints; all wests lie together."""
    time_ms: NDArray[np.int64]
    """[b, 2], minimum and maximum; the unknown time is the minimum of all."""
    scene_no: NDArray[np.int32]
    """[b, 2], minimum and maximum."""
    valid: NDArray[np.float32]
    """[b, 2], minimum and maximum fraction of valid pixels."""
    cloud: NDArray[np.float32]
    """[b, 2], minimum and maximum fraction of cloud; NaN where none is known."""
    cloud_unknown: NDArray[np.bool_]
    """[b], whether there is a row of which it is not known."""
    gsd_m: NDArray[np.float32]
    """[b, 2], minimum and maximum metres per pixel, 0 for what is not known."""
    connected: NDArray[np.bool_]
    """[b], whether each footprint is in one piece."""
    rectangular: NDArray[np.bool_]
    """[b], whether each footprint is the rectangle of its bounds."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def values(self, column: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return what blocks span of ``valid``, ``cloud`` or ``gsd_m``.

        Returns:
            [b, 2], minimum and maximum; and [b], False where they leave out rows of which it is
            not known.
        """
        known = ~self.cloud_unknown if column == "cloud" else np.ones(len(self), bool)
        return getattr(self, column), known

    def ranges(self, numbers: NDArray[np.int64]) -> RowRanges:
        """Return the rows of some blocks, ascending, as ranges."""
        return RowRanges(self.starts[edges_of(numbers)])

    def near_scene(self, number: int) -> RowRanges:
        """Return the rows of blocks that may have some of a scene, by its number."""
        first, last = self.scene_no.T
        return self.ranges(np.flatnonzero((first <= number) & (number <= last)))

    def meeting(self, box: Box) -> Rows:
        """Return the numbers of blocks whose bounds meet a box; ascending."""
        return self._groups.meeting(box)

    @cached_property
    def _groups(self) -> BlockGroups:
        return BlockGroups(self.bounds)

    @cached_property
    def gsd_spans(self) -> NDArray[np.float32]:
        """What blocks span of metres per pixel, each span once, [u, 2]; 0 for an unknown one."""
        return np.unique(self.gsd_m, axis=0)

    def outline_flags(self, rows: Rows) -> tuple[Mask, Mask]:
        """Return which footprints are surely in one piece, and which are what they span.

        Returns:
            Two of bool [m]; the second is of rectangles along the axes.
        """
        block = np.searchsorted(self.starts, rows, "right") - 1
        return self.connected[block], self.rectangular[block]


_NAMES = frozenset(field.name for field in fields(Blocks))


def _no_blocks() -> Blocks:
    two = (0, 2)
    return Blocks(
        starts=np.zeros(1, np.int64),
        bounds=np.zeros((0, 4)),
        time_ms=np.zeros(two, np.int64),
        scene_no=np.zeros(two, np.int32),
        valid=np.zeros(two, np.float32),
        cloud=np.zeros(two, np.float32),
        cloud_unknown=np.zeros(0, bool),
        gsd_m=np.zeros(two, np.float32),
        connected=np.zeros(0, bool),
        rectangular=np.zeros(0, bool),
    )


def make_blocks(
    columns: dict[str, NDArray[Any]],
    types: NDArray[np.int32],
    rectangles: NDArray[np.bool_],
) -> Blocks:
    """Remainder rows into blocks.

    Args:
        columns: ``bounds`` float64 [n, 4], ``time_ms`` int64 [n], ``scene_no`` int32 [n],
            ``valid``, ``cloud`` and ``gsd_m`` float32 [n].
        types: WKB type of each footprint, int32 [n], as `footprint_types` gives it.
        rectangles: Which footprints are the rectangle of their bounds, bool [n].
    """
    time_ms, scene_no = columns["time_ms"], columns["scene_no"]
    starts = _starts(scene_no, time_ms, columns["gsd_m"])
    at = starts[:-1]
    if not len(at):
        return _no_blocks()
    bounds, cloud = columns["bounds"], columns["cloud"]
    around = [np.minimum.reduceat(bounds[:, side], at) for side in (0, 1)]
    around += [np.maximum.reduceat(bounds[:, side], at) for side in (2, 3)]
    return Blocks(
        starts=starts,
        bounds=np.stack(around).astype(np.float64).T,
        time_ms=_span(time_ms, at),
        scene_no=_span(scene_no, at),
        valid=_span(columns["valid"], at),
        cloud=_span(cloud, at),
        cloud_unknown=np.logical_or.reduceat(np.isnan(cloud), at),
        gsd_m=_span(_known_gsd(columns["gsd_m"]), at),
        connected=np.logical_and.reduceat(types < _FIRST_MULTI, at),
        rectangular=np.logical_and.reduceat(rectangles, at),
    )


def footprint_types(wkb: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the types of geometries in little-endian WKB, int32 [n] (OGC 06-103r4, 8.2.8).

    Args:
        wkb: uint8, all of them, one after the other.
        starts: int64 [n + 1], where each begins.
    """
    if len(starts) < 2:
        return np.zeros(0, np.int32)
    return wkb[starts[:-1] + 1].astype(np.int32)


def _starts(
    scene_no: NDArray[np.int32], time_ms: NDArray[np.int64], gsd_m: NDArray[np.float32]
) -> NDArray[np.int64]:
    count = len(scene_no)
    changes = (np.diff(scene_no) != 0) | (np.diff(time_ms) != 0)
    levels = changes | (np.diff(gsd_m) != 0)
    for edges in (levels, changes):
        groups = np.concatenate([[0], np.flatnonzero(edges) + 1, [count]]).astype(np.int64)
        if count >= _MIN_ROWS_BY_GROUP * (len(groups) - 1):
            break
    else:
        return np.append(np.arange(0, count, MAX_BLOCK_ROWS), count).astype(np.int64)
    lengths = np.diff(groups)
    pieces = -(-lengths // MAX_BLOCK_ROWS)
    number = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = np.repeat(groups[:-1], pieces) + MAX_BLOCK_ROWS * number
    return np.append(starts, count).astype(np.int64)


def _span(column: NDArray[Any], at: NDArray[np.int64]) -> NDArray[Any]:
    # these two pass over NaN
    return np.stack([np.fmin.reduceat(column, at), np.fmax.reduceat(column, at)], axis=1)


def _known_gsd(gsd_m: NDArray[np.float32]) -> NDArray[np.float32]:
    # a span would pass over NaN, and with it over rows that do not pass
    return np.where(np.isnan(gsd_m), np.float32(0), gsd_m)


def arrays_of(blocks: Blocks) -> dict[str, NDArray[Any]]:
    """Return the arrays of blocks by name."""
    return {field.name: getattr(blocks, field.name) for field in fields(Blocks)}


def write_blocks(path: Path, blocks: Blocks) -> None:
    """Write blocks to a file."""
    with path.open("wb") as file:  # np.savez would add an ending to the name
        np.savez(file, allow_pickle=False, **arrays_of(blocks))


def read_blocks(path: Path, rows: int) -> Blocks:
    """Read blocks of so many rows.

    Raises:
        IndexFolderError: The file is missing, or does not hold such blocks.
    """
    with arrays_in(path) as stored:  # what is wrong within is damage of the file
        arrays = {name: stored[name] for name in _NAMES}
        arrays["bounds"] = np.asfortranarray(arrays["bounds"])
        blocks = Blocks(**arrays)
        _require_blocks(blocks, rows)
        return blocks


def _require_blocks(blocks: Blocks, rows: int) -> None:
    """Refuse what are not blocks of so many rows.

    Raises:
        ValueError: They are not.
    """
    count = len(blocks)
    width = {"bounds": 4, "time_ms": 2, "scene_no": 2, "valid": 2, "cloud": 2, "gsd_m": 2}
    for name, array in arrays_of(blocks).items():
        shape = (count, width[name]) if name in width else (count,)
        if array.shape != shape and name != "starts":
            raise ValueError(f"{name} does not fit {count} blocks")
    starts = blocks.starts
    if starts.dtype != np.int64 or starts[0] != 0 or starts[-1] != rows:
        raise ValueError(f"they are not blocks of {rows} rows")
    if (np.diff(starts) < 1).any():
        raise ValueError("they are out of order")
