"""The filter first, exactly: which rows of a segment may be ranked, as ranges.

What blocks of rows span decides most of them. The rows of a border block are looked at one by
one, and only those at an area's border need their footprint.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.index import (
    UNKNOWN_TIME,
    Blocks,
    RowRanges,
    Segment,
)
from geosearch.search.areas import Area, cross, lie_in, meet
from geosearch.search.filters import Filter, TimeSpan, ValueRange

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


def matching_rows(segment: Segment, wanted: Filter) -> Rows | None:
    """Return the rows of a segment that pass a filter, ascending, or None for all rows.

    Removed chips never pass.
    """
    ranges = matching_runs(segment, wanted)
    return None if ranges.count == segment.n else ranges.rows()


def matching_runs(segment: Segment, wanted: Filter) -> RowRanges:
    """Return the rows of a segment that pass a filter, as ranges int64 [r, 2].

    Removed chips never pass.
    """
    if segment.alive is None and wanted.is_empty:
        return _every_row(segment)
    blocks = segment.blocks
    left = _near(segment, wanted.areas)
    if segment.alive_blocks is not None:
        some, every = segment.alive_blocks
        left = left.also(every[left.numbers], some[left.numbers])
    for area in wanted.areas:
        left = left.also(*_all_in_area(blocks.bounds[left.numbers], area))
    if wanted.time is not None:
        left = left.also(*_all_in_time(blocks.time_ms[left.numbers], wanted.time, wanted.undated))
    for asked in wanted.ranges:
        left = left.also(*_all_in_range(blocks, left.numbers, asked))
    if wanted.scenes is not None:
        numbers = segment.scene_numbers(wanted.scenes)
        left = left.also(*_all_of_scenes(blocks.scene_no[left.numbers], numbers))
    if isinstance(left.numbers, slice):
        return _every_row(segment)  # nothing is asked after all
    rows = _passing(segment, left.numbers[~left.all], wanted)
    return RowRanges.joined(blocks.ranges(left.numbers[left.all]), RowRanges.of_rows(rows))


def _every_row(segment: Segment) -> RowRanges:
    return RowRanges.span(0, segment.n)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Blocks of which rows may pass."""

    numbers: Rows | slice
    """Their numbers, ascending."""
    all: Mask
    """Whether all rows of each pass."""

    def also(self, every: Mask, some: Mask | None = None) -> "_Blocks":
        """Return those of which rows may pass when another condition must hold too.

        Args:
            every: Of each block, whether the condition holds for all rows.
            some: Of each block, whether it may hold for some rows; None if it may for any.
        """
        if some is None:
            return _Blocks(self.numbers, self.all & every)
        places = np.flatnonzero(some)
        numbers = places if isinstance(self.numbers, slice) else self.numbers[places]
        return _Blocks(numbers, (self.all & every)[places])


def _near(segment: Segment, areas: Sequence[Area]) -> _Blocks:
    """Return the blocks whose bounds meet those of all areas."""
    if not areas:
        return _Blocks(slice(None), np.ones(len(segment.blocks), bool))
    first, *others = areas
    found = [segment.blocks_meeting(box) for box in first.within]
    numbers = found[0] if len(found) == 1 else np.unique(np.concatenate(found))
    for area in others:
        numbers = numbers[meet(segment.blocks.bounds[numbers], area.within)]
    return _Blocks(numbers, np.ones(len(numbers), bool))


def _passing(segment: Segment, numbers: Rows, wanted: Filter) -> Rows:
    """Return those of the rows of some blocks that pass, each looked at by itself."""
    ranges = segment.blocks.ranges(numbers)
    rows = ranges.rows()
    bounds = segment.bounds_of(ranges) if wanted.areas else np.zeros((len(rows), 4))
    for area in wanted.areas:
        near = meet(bounds, area.within).nonzero()[0]  # a mask takes ten times as long
        rows, bounds = rows[near], bounds.take(near, axis=0)
    alike = _alike(segment, rows, wanted)
    if alike is not None:
        rows, bounds = rows[alike], bounds[alike]
    rectangular = bool(segment.blocks.rectangular[numbers].all())
    for area in wanted.areas:
        if not (rectangular and area.boxes):  # else it is its bounds that meet the area's
            inside = _in_area(segment, rows, bounds, area)
            rows, bounds = rows[inside], bounds[inside]
    return rows


def _alike(segment: Segment, rows: Rows, wanted: Filter) -> Mask | None:
    """Return which rows pass what is asked beside a place; None for all."""
    passes = []
    if segment.alive is not None:
        passes.append(segment.alive[rows])
    if wanted.time is not None:
        passes.append(_in_time(segment.values("time_ms", rows), wanted.time, wanted.undated))
    if wanted.scenes is not None:
        numbers = segment.scene_numbers(wanted.scenes)
        passes.append(np.isin(segment.values("scene_no", rows), numbers))
    for asked in wanted.ranges:
        values = segment.values(asked.column, rows)
        # what is not known is NaN, and compares as false
        passes.append((values >= asked.least) & (values <= asked.most))
    return np.asarray(np.logical_and.reduce(passes)) if passes else None


def _in_time(times: NDArray[np.int64], span: TimeSpan, undated: bool) -> Mask:
    inside: Mask = (times >= span.start_ms) & (times <= span.end_ms)
    return inside | (times == UNKNOWN_TIME) if undated else inside


def _all_in_time(times: NDArray[np.int64], span: TimeSpan, undated: bool) -> tuple[Mask, Mask]:
    least, greatest = times.T
    some = (greatest >= span.start_ms) & (least <= span.end_ms)
    every = (least >= span.start_ms) & (greatest <= span.end_ms)
    if undated:  # the unknown time is the least of all
        some, every = some | (least == UNKNOWN_TIME), every | (greatest == UNKNOWN_TIME)
    return every, some


def _all_in_range(blocks: Blocks, at: Rows | slice, asked: ValueRange) -> tuple[Mask, Mask]:
    spans, known = blocks.values(asked.column)
    least, greatest = spans[at].T
    some = (greatest >= asked.least) & (least <= asked.most)
    return (least >= asked.least) & (greatest <= asked.most) & known[at], some


def _all_of_scenes(spans: NDArray[np.int32], numbers: list[int]) -> tuple[Mask, Mask]:
    least, greatest = spans.T
    first = np.searchsorted(numbers, least)
    some = np.searchsorted(numbers, greatest, "right") > first
    return some & (least == greatest), some


def _all_in_area(bounds: NDArray[np.float64], area: Area) -> tuple[Mask, Mask | None]:
    # what lies in the area as a whole meets it; no footprint needs to be read
    if area.boxes:
        return lie_in(bounds, area.boxes), None
    inside, others = area.settle(bounds)
    return inside, inside | others


def _in_area(segment: Segment, rows: Rows, bounds: NDArray[np.float64], area: Area) -> Mask:
    """Return which rows' footprints meet an area.

    Args:
        segment: Where they are.
        rows: Rows whose bounds meet a box of the area, or what it spans where it has none.
        bounds: Bounds of their footprints, float64 [m, 4].
        area: The area.
    """
    if area.boxes:
        passes = lie_in(bounds, area.boxes)
        edge = np.flatnonzero(~passes)
        connected, rectangular = segment.outline_flags(rows[edge])
        passes[edge] = rectangular | connected & cross(bounds[edge], area.boxes)
        unsure = np.flatnonzero(~passes)
    else:
        connected, rectangular = segment.outline_flags(rows)
        passes, others = area.settle(bounds, connected)
        passes |= others & rectangular
        unsure = np.flatnonzero(others & ~passes)
    if len(unsure):
        passes[unsure] = shapely.intersects(area.geometry, segment.footprints(rows[unsure]))
    return np.asarray(passes)
