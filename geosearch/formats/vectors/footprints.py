"""Geometries of a table of vectors as footprints in EPSG:4326.

Each is read in the CRS that it states itself (an SRID, as PostGIS writes it), else in the file's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import UsageError
from geosearch.formats.vectors.geometry_column import GeometryColumn
from geosearch.geo import (
    CHIP_FRACTION,
    StatedCrs,
    have_long_edges,
    read_crs,
    same_crs,
    shapes_to_lonlat,
)

_MAX_NAMED = 8
"""SRIDs that reasons name, some thousand rows: a file may have as many as rows."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Footprints:
    """Geometries of some rows."""

    shapes: NDArray[np.object_]
    """[n], EPSG:4326; None for what cannot be used."""
    wrong: dict[str, Mask]
    """Fault to the rows that have it, bool [n]."""
    long_way: Mask
    """[n], which may have been meant to cross 180 degrees, and are not read so."""


def footprints(data: NDArray[np.object_], column: GeometryColumn) -> Footprints:
    """Return where geometries lie.

    Args:
        data: [n], WKB or EWKB; None for a missing one.
        column: What the file says of them.
    """
    drawn = _from_wkb(data)
    srids = np.where(shapely.is_missing(drawn), 0, shapely.get_srid(drawn)).clip(0)
    drawn = _mended(_plane(drawn))
    shapes = np.full(len(drawn), None, dtype=object)
    long_way = np.zeros(len(drawn), bool)
    wrong: dict[str, Mask] = {}
    for which, crs, reason in _groups(srids, column):
        if crs is not None:
            found = shapes_to_lonlat(
                drawn[which], crs, spherical=column.spherical, fraction=CHIP_FRACTION
            )
            shapes[which] = found
            if not column.spherical:
                long_way[which] = have_long_edges(drawn[which], crs)
            which = which & shapely.is_missing(shapes)
        if which.any():
            wrong[reason] = wrong.get(reason, np.zeros(len(drawn), bool)) | which
    return Footprints(shapes, wrong, long_way)


def _groups(
    srids: NDArray[np.integer[Any]], column: GeometryColumn
) -> Iterator[tuple[Mask, StatedCrs | None, str]]:
    """Yield rows of one CRS, the CRS if it can be used, and what those have wrong that cannot."""
    unusable = 0
    for srid in np.unique(srids).tolist():
        which = srids == srid
        crs, reason = _crs_of(srid, column)
        if crs is None:
            unusable += 1
            reason = reason if unusable <= _MAX_NAMED else "another SRID that cannot be used"
        yield which, crs, reason


def _crs_of(srid: int, column: GeometryColumn) -> tuple[StatedCrs | None, str]:
    crs = column.crs
    if srid:
        try:
            crs = read_crs(srid)
        except UsageError:
            return None, f"the SRID {srid}, which is not understood"
        if column.stated and not same_crs(crs, column.crs):
            return None, f"the SRID {srid}, while the file says {column.crs.name}"
    where = "longitude and latitude" if crs.is_lonlat else crs.name
    return crs, f"no valid geometry in {where}"


def _from_wkb(data: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries; None for what is none, or has curves."""
    with np.errstate(invalid="ignore"):
        try:
            return np.asarray(shapely.from_wkb(data, on_invalid="ignore"), dtype=object)
        except NotImplementedError:  # for a curve
            return np.array([_straight(one) for one in data] or [None], dtype=object)[: len(data)]


def _straight(data: bytes | None) -> Any:
    try:
        return shapely.from_wkb(data, on_invalid="ignore")
    except NotImplementedError:
        return None


def _plane(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries without heights, measures and SRIDs; a copy of each takes its time."""
    found = np.array(shapes, dtype=object)
    deep = shapely.get_coordinate_dimension(found) > 2
    found[deep] = shapely.force_2d(found[deep])
    stated = ~shapely.is_missing(found) & (shapely.get_srid(found) != 0)
    found[stated] = shapely.set_srid(found[stated], 0)
    return found


def _mended(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Repair what is invalid; None for what has a NaN or an infinity: GEOS repairs none."""
    with np.errstate(invalid="ignore"):
        found = np.array(shapes, dtype=object)
        broken = np.flatnonzero(~shapely.is_missing(found) & ~shapely.is_valid(found))
    finite = [bool(np.isfinite(shapely.get_coordinates(one)).all()) for one in found[broken]]
    repaired = np.asarray(finite, dtype=bool)
    found[broken[~repaired]] = None
    found[broken[repaired]] = shapely.make_valid(found[broken[repaired]])
    return found
