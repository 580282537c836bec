"""The filter first, exactly: which rows of a segment may be ranked, as runs.

What blocks of rows span decides most of them. The rows of a border block are looked at one by
one, and only those at an area's border need their footprint.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import UNKNOWN_TIME, Runs, Segment, joined, rows_of, run_rows, runs_of
from geosearch.search.filters import Filter, TimeSpan

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
        return np.array([[0, segment.n]] if segment.n else [], np.int64).reshape(-1, 2)
    blocks = segment.blocks
    verdict = _Verdict(np.ones(len(blocks), bool), np.ones(len(blocks), bool))
    if segment.alive_blocks is not None:
        verdict = verdict.also(*segment.alive_blocks)
    if wanted.time is not None:
        verdict = verdict.also(*_blocks_in_time(segment, wanted.time, wanted.undated))
    if wanted.min_cloud is not None or wanted.max_cloud is not None:
        verdict = verdict.also(*_blocks_of_cloud(segment, wanted))
    if wanted.min_valid is not None:
        least, greatest = blocks.valid.T
        verdict = verdict.also(greatest >= wanted.min_valid, least >= wanted.min_valid)
    if wanted.scenes is not None:
        verdict = verdict.also(*_blocks_of_scenes(segment, wanted))
    for area in wanted.areas:
        verdict = verdict.also(*_blocks_in_area(segment, verdict.some, area))
    border = np.flatnonzero(verdict.some & ~verdict.all)
    spans = np.stack([blocks.starts[:-1], blocks.starts[1:]], axis=1)
    rows = _passing(segment, rows_of(spans[border]), wanted)
    return joined(np.concatenate([spans[verdict.all], runs_of(rows)]))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is known of blocks."""

    some: Mask
    """Some rows of it may pass."""
    all: Mask
    """All rows of it pass."""

    def also(self, some: Mask, all_: Mask) -> "_Verdict":
        """Return what is known when another condition must hold too."""
        return _Verdict(self.some & some, self.all & all_)


def _passing(segment: Segment, rows: Rows, wanted: Filter) -> Rows:
    """Return those of some rows that pass, each looked at by itself."""
    if segment.alive is not None:
        rows = rows[segment.alive[rows]]
    if wanted.time is not None:
        rows = rows[_in_time(segment.time_ms[rows], wanted.time, wanted.undated)]
    if wanted.scenes is not None:
        rows = rows[np.isin(segment.scene_no[rows], segment.scene_numbers(wanted.scenes))]
    # a share that is not known is NaN, and compares as false
    if wanted.min_cloud is not None:
        rows = rows[segment.cloud[rows] >= wanted.min_cloud]
    if wanted.max_cloud is not None:
        rows = rows[segment.cloud[rows] <= wanted.max_cloud]
    if wanted.min_valid is not None:
        rows = rows[segment.valid[rows] >= wanted.min_valid]
    for area in wanted.areas:
        rows = _rows_in_area(segment, rows, area)
    return rows


def _in_time(times: NDArray[np.int64], span: TimeSpan, undated: bool) -> Mask:
    inside: Mask = (times >= span.start_ms) & (times <= span.end_ms)
    return inside | (times == UNKNOWN_TIME) if undated else inside


def _blocks_in_time(segment: Segment, span: TimeSpan, undated: bool) -> tuple[Mask, Mask]:
    least, greatest = segment.blocks.time_ms.T
    some = (greatest >= span.start_ms) & (least <= span.end_ms)
    every = (least >= span.start_ms) & (greatest <= span.end_ms)
    if undated:  # the unknown time is the least of all
        some, every = some | (least == UNKNOWN_TIME), every | (greatest == UNKNOWN_TIME)
    return some, every


def _blocks_of_cloud(segment: Segment, wanted: Filter) -> tuple[Mask, Mask]:
    least, greatest = segment.blocks.cloud.T
    low = -np.inf if wanted.min_cloud is None else wanted.min_cloud
    high = np.inf if wanted.max_cloud is None else wanted.max_cloud
    every = (least >= low) & (greatest <= high) & ~segment.blocks.cloud_unknown
    return (greatest >= low) & (least <= high), every


def _blocks_of_scenes(segment: Segment, wanted: Filter) -> tuple[Mask, Mask]:
    assert wanted.scenes is not None
    least, greatest = segment.blocks.scene_no.T
    numbers = segment.scene_numbers(wanted.scenes)
    first = np.searchsorted(numbers, least)
    some = np.searchsorted(numbers, greatest, "right") > first
    return some, some & (least == greatest)


def _blocks_in_area(segment: Segment, some: Mask, area: BaseGeometry) -> tuple[Mask, Mask]:
    blocks = segment.blocks
    near = np.flatnonzero(_meet(blocks.bounds, area.bounds) & some)
    bounds = blocks.bounds[near]
    boxes = _boxes(area)
    if boxes:
        # what lies in the area as a whole meets it; no footprint needs to be read
        inside = np.logical_or.reduce([_lies_in(bounds, box) for box in boxes])
        meets = np.logical_or.reduce([_meet(bounds, box) for box in boxes])
    else:
        shapely.prepare(area)
        inside = np.asarray(shapely.covers(area, shapely.box(*bounds.T)))
        meets = inside | np.asarray(shapely.intersects(area, shapely.box(*bounds.T)))
    return _mask(len(blocks), near[meets]), _mask(len(blocks), near[inside])


def _mask(count: int, true: Rows) -> Mask:
    mask = np.zeros(count, bool)
    mask[true] = True
    return mask


def _rows_in_area(segment: Segment, rows: Rows, area: BaseGeometry) -> Rows:
    bounds = segment.bounds[rows]
    near = _meet(bounds, area.bounds)
    rows, bounds = rows[near], bounds[near]
    boxes = _boxes(area)
    if boxes:
        connected = segment.connected(rows)
        sure = np.logical_or.reduce([_crosses(bounds, box) & connected for box in boxes])
    else:
        shapely.prepare(area)
        sure = np.asarray(shapely.covers(area, shapely.box(*bounds.T)))
    passes = sure.copy()
    passes[~sure] = shapely.intersects(area, segment.footprints(rows[~sure]))
    return np.asarray(rows[passes])


def _meet(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.asarray(in_width & (bounds[:, 1] <= north) & (bounds[:, 3] >= south))


def _lies_in(bounds: NDArray[np.float64], box: Box) -> Mask:
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    return np.asarray(in_width & (bounds[:, 1] >= south) & (bounds[:, 3] <= north))


def _crosses(bounds: NDArray[np.float64], box: Box) -> Mask:
    """Return which connected shapes meet a box for sure, by their bounds.

    Within the box's width, a connected shape is somewhere at each height that its bounds span:
    at one of the box's too. Likewise within its height. Only at the box's corners may it miss.
    """
    west, south, east, north = box
    in_width = (bounds[:, 0] >= west) & (bounds[:, 2] <= east)
    in_height = (bounds[:, 1] >= south) & (bounds[:, 3] <= north)
    return _meet(bounds, box) & (in_width | in_height)


def _boxes(area: BaseGeometry) -> list[Box]:
    """Return the bounds of an area's parts where each is a box, else an empty list."""
    parts = list(area.geoms) if area.geom_type == "MultiPolygon" else [area]
    if len(parts) > 2 or any(one.geom_type != "Polygon" for one in parts):
        return []
    boxes = [tuple(part.bounds) for part in parts]
    same = all(part.equals(shapely.box(*box)) for part, box in zip(parts, boxes, strict=True))
    return boxes if same else []
