"""The filter first, exactly: which rows of a segment may be ranked.

A filter's parts are asked once, in one order: where bounds lie, what columns hold, then the true
areas. They are asked of blocks first, whose spans decide on most rows; then of the rows of those
blocks that only may pass. What is left at an area's border needs its footprint.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Mask, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.filtering.alive import Alive
from geosearch.index.filtering.area import Area, cross, lie_in, meet
from geosearch.index.filtering.blocks import Blocks
from geosearch.index.filtering.filter import Filter, TimeSpan, ValueRange
from geosearch.index.records import UNKNOWN_TIME

BlockMasks = tuple[Mask, Mask | None]
"""Of each block, whether a condition holds for all of its rows, and whether it may hold for some;
None where it may for any."""


class Filterable(Protocol):
    """What a filter asks of a segment."""

    n: int
    """Number of rows."""

    @property
    def rows(self) -> "FilterableRows":
        """What is stored of each row."""

    @property
    def scenes(self) -> "FilterableScenes":
        """The scenes that rows are of."""

    @property
    def blocks(self) -> Blocks:
        """What blocks of rows span."""

    @property
    def alive(self) -> Alive:
        """Which rows are searched."""


class FilterableRows(Protocol):
    """What a filter asks of rows that blocks do not decide on."""

    def bounds_of(self, ranges: RowRanges) -> NDArray[np.float64]:
        """Return west, south, east, north of the footprints in ranges, float64 [m, 4]."""

    def values(self, name: str, rows: Rows) -> NDArray[Any]:
        """Return what rows have in a column of one number per row."""

    def footprints(self, rows: Rows) -> NDArray[np.object_]:
        """Return the true outlines of chips, object [m], EPSG:4326."""


class FilterableScenes(Protocol):
    """What a filter asks of scenes."""

    def numbers(self, ids: Set[str]) -> list[int]:
        """Return the numbers that ``scene_no`` has for some scenes."""

    def of_kinds(self, kinds: Set[str]) -> list[int] | None:
        """Return the numbers of scenes of some kinds, ascending; None where all are."""


def select(segment: Filterable, filter: Filter) -> RowRanges:
    """Return the rows of a segment that pass a filter; removed chips never do."""
    if segment.alive.mask is None and filter.is_empty:
        return RowRanges.span(0, segment.n)
    blocks, conditions = segment.blocks, _conditions(segment, filter)
    passing = _blocks_near(segment, filter.areas)
    for condition in conditions:
        passing = passing.where(*condition.of_blocks(blocks, passing.numbers))
    for area in filter.areas:
        passing = passing.where(*_area_of_blocks(blocks.bounds[passing.numbers], area))
    numbers, whole = passing.numbers, passing.whole
    if isinstance(numbers, slice):
        return RowRanges.span(0, segment.n)  # no condition holds for some rows only
    rows = _select_rows(segment, numbers[~whole], filter.areas, conditions)
    return RowRanges.joined(blocks.ranges(numbers[whole]), RowRanges.of_rows(rows))


@dataclass(frozen=True, slots=True)
class _Passing:
    """Blocks of which rows may pass."""

    numbers: Rows | slice
    """Their numbers, ascending."""
    whole: Mask
    """Whether all rows of each pass."""

    def where(self, every: Mask, some: Mask | None) -> "_Passing":
        """Return those of which rows may pass when another condition must hold too.

        Args:
            every: Of each block, whether the condition holds for all rows.
            some: Of each block, whether it may hold for some rows; None if it may for any.
        """
        if some is None:
            return _Passing(self.numbers, self.whole & every)
        places = np.flatnonzero(some)
        numbers = places if isinstance(self.numbers, slice) else self.numbers[places]
        return _Passing(numbers, (self.whole & every)[places])


def _blocks_near(segment: Filterable, areas: Sequence[Area]) -> _Passing:
    """Return the blocks whose bounds meet those of all areas."""
    if not areas:
        return _Passing(slice(None), np.ones(len(segment.blocks), bool))
    first, *others = areas
    found = [segment.blocks.meeting(box) for box in first.within]
    numbers = found[0] if len(found) == 1 else np.unique(np.concatenate(found))
    for area in others:
        numbers = numbers[meet(segment.blocks.bounds[numbers], area.within)]
    return _Passing(numbers, np.ones(len(numbers), bool))


def _select_rows(
    segment: Filterable, numbers: Rows, areas: Sequence[Area], conditions: "Sequence[_Condition]"
) -> Rows:
    """Return those of the rows of some blocks that pass, each looked at by itself."""
    ranges = segment.blocks.ranges(numbers)
    rows = ranges.rows()
    bounds = segment.rows.bounds_of(ranges) if areas else np.zeros((len(rows), 4))
    for area in areas:
        near = meet(bounds, area.within).nonzero()[0]  # a mask takes ten times as long
        rows, bounds = rows[near], bounds.take(near, axis=0)
    if conditions:
        passes, *others = (one.of_rows(segment, rows) for one in conditions)
        for other in others:
            passes = passes & other
        rows, bounds = rows[passes], bounds[passes]
    rectangular = bool(segment.blocks.rectangular[numbers].all())
    for area in areas:
        if not (rectangular and area.boxes):  # else it is its bounds that meet the area's
            inside = _area_of_rows(segment, rows, bounds, area)
            rows, bounds = rows[inside], bounds[inside]
    return rows


class _Condition(Protocol):
    """What is asked of columns."""

    def of_blocks(self, blocks: Blocks, numbers: Rows | slice) -> BlockMasks:
        """Return for which of some blocks it holds, by what they span."""

    def of_rows(self, segment: Filterable, rows: Rows) -> Mask:
        """Return for which rows it holds, bool [m]."""


def _conditions(segment: Filterable, filter: Filter) -> list[_Condition]:
    conditions: list[_Condition] = [_InRange(one) for one in filter.ranges]
    alive = segment.alive
    if alive.mask is not None and (of_blocks := alive.of_blocks(segment.blocks)) is not None:
        conditions.append(_Alive(alive.mask, *of_blocks))
    if filter.time is not None:
        conditions.append(_InTime(filter.time, filter.undated))
    if filter.scenes is not None:
        conditions.append(_OfScenes(segment.scenes.numbers(filter.scenes)))
    if filter.kinds is not None:
        numbers = segment.scenes.of_kinds(filter.kinds)
        if numbers is not None:
            conditions.append(_OfScenes(numbers))
    return conditions


@dataclass(frozen=True, slots=True)
class _Alive:
    """The chip has not been removed."""

    alive: Mask
    some: Mask
    every: Mask

    def of_blocks(self, blocks: Blocks, numbers: Rows | slice) -> BlockMasks:
        return self.every[numbers], self.some[numbers]

    def of_rows(self, segment: Filterable, rows: Rows) -> Mask:
        return self.alive[rows]


@dataclass(frozen=True, slots=True)
class _InTime:
    """The chip's time lies in a span, or is unknown where that passes too."""

    span: TimeSpan
    undated: bool

    def of_blocks(self, blocks: Blocks, numbers: Rows | slice) -> BlockMasks:
        first, last = blocks.time_ms[numbers].T
        some = (last >= self.span.start_ms) & (first <= self.span.end_ms)
        every = (first >= self.span.start_ms) & (last <= self.span.end_ms)
        if self.undated:  # the unknown time is the minimum of all
            some, every = some | (first == UNKNOWN_TIME), every | (last == UNKNOWN_TIME)
        return every, some

    def of_rows(self, segment: Filterable, rows: Rows) -> Mask:
        times = segment.rows.values("time_ms", rows)
        inside: Mask = (times >= self.span.start_ms) & (times <= self.span.end_ms)
        return inside | (times == UNKNOWN_TIME) if self.undated else inside


@dataclass(frozen=True, slots=True)
class _InRange:
    """The chip's value in a column lies in a range."""

    range: ValueRange

    def of_blocks(self, blocks: Blocks, numbers: Rows | slice) -> BlockMasks:
        spans, known = blocks.values(self.range.column)
        low, high = spans[numbers].T
        some = (high >= self.range.minimum) & (low <= self.range.maximum)
        every = (low >= self.range.minimum) & (high <= self.range.maximum)
        return every & known[numbers], some

    def of_rows(self, segment: Filterable, rows: Rows) -> Mask:
        values = segment.rows.values(self.range.column, rows)
        # what is not known is NaN, and compares as false
        return np.asarray((values >= self.range.minimum) & (values <= self.range.maximum))


@dataclass(frozen=True, slots=True)
class _OfScenes:
    """The chip is of one of some scenes."""

    numbers: list[int]
    """Ascending."""

    def of_blocks(self, blocks: Blocks, numbers: Rows | slice) -> BlockMasks:
        low, high = blocks.scene_no[numbers].T
        first = np.searchsorted(self.numbers, low)
        some = np.searchsorted(self.numbers, high, "right") > first
        return some & (low == high), some

    def of_rows(self, segment: Filterable, rows: Rows) -> Mask:
        return np.isin(segment.rows.values("scene_no", rows), self.numbers)


def _area_of_blocks(bounds: NDArray[np.float64], area: Area) -> BlockMasks:
    # what lies in the area as a whole meets it; no footprint needs to be read
    if area.boxes:
        return lie_in(bounds, area.boxes), None
    inside, others = area.settle(bounds)
    return inside, inside | others


def _area_of_rows(segment: Filterable, rows: Rows, bounds: NDArray[np.float64], area: Area) -> Mask:
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
        connected, rectangular = segment.blocks.outline_flags(rows[edge])
        passes[edge] = rectangular | connected & cross(bounds[edge], area.boxes)
        unsure = np.flatnonzero(~passes)
    else:
        connected, rectangular = segment.blocks.outline_flags(rows)
        passes, others = area.settle(bounds, connected)
        passes |= others & rectangular
        unsure = np.flatnonzero(others & ~passes)
    if len(unsure):
        passes[unsure] = shapely.intersects(area.geometry, segment.rows.footprints(rows[unsure]))
    return np.asarray(passes)
