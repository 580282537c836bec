"""The filter first, exactly: which rows of a segment may be ranked.

Bounds decide most rows; only rows on an area's border need their footprint.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.index import UNKNOWN_TIME, Segment
from geosearch.search.filters import Filter, TimeSpan

Rows = NDArray[np.int64]


def matching_rows(segment: Segment, wanted: Filter) -> Rows | None:
    """Return the rows of a segment that pass a filter, ascending, or None for all rows.

    Removed chips never pass.
    """
    if wanted.is_empty:
        return segment.alive_rows
    mask = np.ones(segment.n, dtype=bool) if segment.alive is None else segment.alive.copy()
    if wanted.time is not None:
        mask &= _in_time(segment.time_ms, wanted.time, wanted.undated)
    if wanted.scenes is not None:
        mask &= np.isin(segment.scene_no, segment.scene_numbers(wanted.scenes))
    # what is not known is NaN, and compares as false
    if wanted.min_cloud is not None:
        mask &= segment.cloud >= wanted.min_cloud
    if wanted.max_cloud is not None:
        mask &= segment.cloud <= wanted.max_cloud
    if wanted.min_valid is not None:
        mask &= segment.valid >= wanted.min_valid
    rows = np.flatnonzero(mask)
    for area in wanted.areas:
        rows = _rows_in_area(segment, rows, area)
    return rows


def _in_time(times: NDArray[np.int64], span: TimeSpan, undated: bool) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (times >= span.start_ms) & (times <= span.end_ms)
    return inside | (times == UNKNOWN_TIME) if undated else inside


def _rows_in_area(segment: Segment, rows: Rows, area: BaseGeometry) -> Rows:
    west, south, east, north = area.bounds
    bounds = segment.bounds[rows]
    near = (
        (bounds[:, 0] <= east)
        & (bounds[:, 2] >= west)
        & (bounds[:, 1] <= north)
        & (bounds[:, 3] >= south)
    )
    rows, bounds = rows[near], bounds[near]
    shapely.prepare(area)
    # a footprint whose bounds lie in the area intersects it; no footprint needs to be read
    inside = shapely.covers(area, shapely.box(*bounds.T)) if len(rows) else np.zeros(0, dtype=bool)
    passes = inside.copy()
    border = ~inside
    passes[border] = shapely.intersects(area, segment.footprints(rows[border]))
    return np.asarray(rows[passes])
