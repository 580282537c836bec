"""The filter first, exactly: which rows of a segment may be ranked, as runs.

What blocks of rows span decides most of them. The rows of a border block are looked at one by
one, and only those at an area's border need their footprint.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import (
    UNKNOWN_TIME,
    Blocks,
    Runs,
    Segment,
    joined,
    rows_of,
    run_rows,
    runs_of,
)
from geosearch.search.filters import Filter, TimeSpan, ValueRange

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]
"""West, south, east, north."""


def matching_rows(segment: Segment, wanted: Filter) -> Rows | None:
    """Return the rows of a segment that pass a filter, ascending, or None for all rows.

    Removed chips never pass.
    """
    runs = matching_runs(segment, wanted)
    return None if run_rows(runs) == segment.n else rows_of(runs)


def matching_runs(segment: Segment, wanted: Filter) -> Runs:
    """Return the rows of a segment that pass a filter, as runs int64 [r, 2].

    Removed chips never pass.
    """
    if wanted.is_empty and segment.alive is None:
        return _every_row(segment)
    blocks = segment.blocks
    areas = [_area(geometry) for geometry in wanted.areas]
    left = _Blocks(slice(None), np.ones(len(blocks), bool))
    if segment.alive_blocks is not None:
        left = left.also(*segment.alive_blocks)
    for area in areas:
        left = left.also(_meet(blocks.bounds[left.numbers], area.bounds))
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
    rows = _passing(segment, left.numbers[~left.all], wanted, areas)
    return joined(np.concatenate([blocks.runs(left.numbers[left.all]), runs_of(rows)]))


def _every_row(segment: Segment) -> Runs:
    return np.array([[0, segment.n]] if segment.n else [], np.int64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Blocks of which rows may pass."""

    numbers: Rows | slice
    """Their numbers, ascending."""
    all: Mask
    """Whether all rows of each pass."""

    def also(self, some: Mask, all_: Mask | None = None) -> "_Blocks":
        """Return those of which rows may pass when another condition must hold too.

        Args:
            some: Of each block, whether the condition may hold for some rows.
            all_: Of each block, whether it holds for all rows; None to leave that open.
        """
        places = np.flatnonzero(some)
        numbers = places if isinstance(self.numbers, slice) else self.numbers[places]
        return _Blocks(numbers, (self.all if all_ is None else self.all & all_)[places])


@dataclass(frozen=True, slots=True)
class _Area:
    """A place that is asked for."""

    geometry: BaseGeometry
    bounds: Box
    boxes: list[Box]
    """Bounds of its parts where each is a box, else empty."""

    @property
    def is_box(self) -> bool:
        """Whether it is one box."""
        return len(self.boxes) == 1


def _area(geometry: BaseGeometry) -> _Area:
    bounds = geometry.bounds
    parts = list(geometry.geoms) if geometry.geom_type == "MultiPolygon" else [geometry]
    if len(parts) > 2 or any(one.geom_type != "Polygon" for one in parts):
        return _Area(geometry, bounds, [])
    boxes = [bounds] if len(parts) == 1 else [part.bounds for part in parts]
    same = all(part.equals(shapely.box(*box)) for part, box in zip(parts, boxes, strict=True))
    return _Area(geometry, bounds, boxes if same else [])


def _passing(segment: Segment, numbers: Rows, wanted: Filter, areas: list[_Area]) -> Rows:
    """Return those of the rows of some blocks that pass, each looked at by itself."""
    runs = segment.blocks.runs(numbers)
    rows = rows_of(runs)
    bounds = segment.bounds_of(runs) if areas else np.zeros((len(rows), 4))
    for area in areas:
        near = _meet(bounds, area.bounds)
        rows, bounds = rows[near], bounds[near]
    alike = _alike(segment, rows, wanted)
    if alike is not None:
        rows, bounds = rows[alike], bounds[alike]
    rectangular = bool(segment.blocks.rectangular[numbers].all())
    for area in areas:
        if not (rectangular and area.is_box):  # else it is its bounds that meet the area's
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
    return some, every


def _all_in_range(blocks: Blocks, at: Rows | slice, asked: ValueRange) -> tuple[Mask, Mask]:
    spans, known = blocks.values(asked.column)
    least, greatest = spans[at].T
    some = (greatest >= asked.least) & (least <= asked.most)
    return some, (least >= asked.least) & (greatest <= asked.most) & known[at]


def _all_of_scenes(spans: NDArray[np.int32], numbers: list[int]) -> tuple[Mask, Mask]:
    least, greatest = spans.T
    first = np.searchsorted(numbers, least)
    some = np.searchsorted(numbers, greatest, "right") > first
    return some, some & (least == greatest)


def _all_in_area(bounds: NDArray[np.float64], area: _Area) -> tuple[Mask, Mask]:
    # what lies in the area as a whole meets it; no footprint needs to be read
    if area.is_box:
        return np.ones(len(bounds), bool), _lies_in(bounds, area.bounds)
    if area.boxes:
        meets = np.logical_or.reduce([_meet(bounds, box) for box in area.boxes])
        return meets, np.logical_or.reduce([_lies_in(bounds, box) for box in area.boxes])
    shapely.prepare(area.geometry)
    shapes = shapely.box(*bounds.T)
    inside = np.asarray(shapely.covers(area.geometry, shapes))
    return inside | np.asarray(shapely.intersects(area.geometry, shapes)), inside


def _in_area(segment: Segment, rows: Rows, bounds: NDArray[np.float64], area: _Area) -> Mask:
    """Return which rows' footprints meet an area.

    Args:
        segment: Where they are.
        rows: Rows whose bounds meet those of the area.
        bounds: Bounds of their footprints, float64 [m, 4].
        area: The area.
    """
    if area.boxes:
        passes = np.logical_or.reduce([_lies_in(bounds, box) for box in area.boxes])
        edge = np.flatnonzero(~passes)
        connected, rectangular = segment.known_outlines(rows[edge])
        passes[edge] = np.logical_or.reduce(
            [
                _meet(bounds[edge], box) & (rectangular | connected & _crosses(bounds[edge], box))
                for box in area.boxes
            ]
        )
    else:
        shapely.prepare(area.geometry)
        passes = np.asarray(shapely.covers(area.geometry, shapely.box(*bounds.T)))
    unsure = np.flatnonzero(~passes)
    if len(unsure):
        passes[unsure] = shapely.intersects(area.geometry, segment.footprints(rows[unsure]))
    return np.asarray(passes)


def _meet(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.asarray(in_width & (bounds[:, 1] <= north) & (bounds[:, 3] >= south))


def _lies_in(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    return np.asarray(in_width & (bounds[:, 1] >= south) & (bounds[:, 3] <= north))


def _crosses(bounds: NDArray[np.float64], box: Box) -> Mask:
    """Return which connected shapes whose bounds meet a box meet it for sure.

    Within the box's width, a connected shape is somewhere at each height that its bounds span:
    at one of the box's too. Likewise within its height. Only at the box's corners may it miss.
    """
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    in_height = (bounds[:, 1] >= south) & (bounds[:, 3] <= north)
    return np.asarray(in_width | in_height)
