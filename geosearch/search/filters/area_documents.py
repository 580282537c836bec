"""Areas as users hand them over: GeoJSON in a file or as an object, or a geometry.

What a document says of its CRS is applied. A feature of several that cannot be used is left out
and is reported; what all have wrong is an error.
"""

import errno
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geosearch.errors import UsageError, first_line
from geosearch.geo import have_long_edges, read_crs, shapes_to_lonlat
from geosearch.regular_file import TooLargeError, read_regular, remedy
from geosearch.text import decoded, shown

_MAX_BYTES = 64 * 2**20
_FILE_HINT = "give the path of a GeoJSON file, or - for standard input"
_KINDS_HINT = "give a GeoJSON geometry, Feature or FeatureCollection"
_PLACES_HINT = (
    "give degrees, longitude first (RFC 7946, 3.1.1), or let the document name its CRS: "
    '"crs": {"type": "name", "properties": {"name": "EPSG:32633"}}'
)
_SHAPES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
)
_DEEPEST = 16
"""Collections of geometries within each other; RFC 7946 (3.1.8) advises against any."""
_NAMED = 5
_NAMED_LETTERS = 60


@dataclass(frozen=True, slots=True)
class StatedArea:
    """An area that a user handed over."""

    geometry: BaseGeometry
    """EPSG:4326, valid, within -180..180, cut at 180 degrees."""
    notes: tuple[str, ...] = ()
    """What is to be said of how it was read, one line each."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A geometry of a document."""

    shape: BaseGeometry
    """EPSG:4326."""
    long_way: bool
    """Whether it may have been meant the short way across 180 degrees."""


class _UnusableError(Exception):
    """A geometry that cannot be used: why, as the end of a sentence, and what to do about it."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def read_area(source: str | Path | dict[str, Any] | BaseGeometry) -> StatedArea:
    """Read a GeoJSON geometry, feature or feature collection; several become their union.

    Args:
        source: A file, ``-`` for standard input, a GeoJSON object, a geometry of Shapely (its SRID
            counts), or what has ``__geo_interface__`` (its ``crs`` counts, as GeoPandas has one).

    Raises:
        UsageError: The file is missing, too large or not GeoJSON, or none of its geometries can be
            used: empty, invalid, off the Earth, or of a CRS that is not understood.
    """
    if isinstance(source, BaseGeometry):
        return _alone(lambda: _placed(source, _srid(source)), "the geometry")
    stated = getattr(source, "crs", None) if hasattr(source, "__geo_interface__") else None
    source = getattr(source, "__geo_interface__", source)
    if isinstance(source, dict):
        return _from_document(source, stated, "the GeoJSON object")
    if not isinstance(source, str | Path):
        raise _invalid(
            f"is of type {type(source).__name__}",
            "give the path of a GeoJSON file, a GeoJSON object or a geometry of Shapely",
        )
    name = "standard input" if str(source) == "-" else shown(source)
    text = decoded(_read_bytes(source, name), f"`intersects` {name}")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(
            f"{name} is not JSON: {shown(first_line(error))}", "give a GeoJSON file"
        ) from error
    return _from_document(document, None, name)


def _invalid(fault: str, hint: str) -> UsageError:
    return UsageError(f"`intersects` {fault}", hint=hint, parameter="intersects")


def _read_bytes(source: str | Path, name: str) -> bytes:
    try:
        if str(source) != "-":
            return read_regular(source, _MAX_BYTES, streams=True)
        data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise TooLargeError(errno.EFBIG, f"larger than {_MAX_BYTES >> 20} MiB")
    except TooLargeError as error:
        raise _invalid(f"{name} is {error.strerror}", "simplify the geometry") from error
    except OSError as error:
        raise _invalid(f"{name}: {error.strerror}", remedy(error, _FILE_HINT)) from error
    return data


def _from_document(document: Any, stated: Any, name: str) -> StatedArea:
    """Return the area of a GeoJSON document.

    Args:
        document: Parsed.
        stated: The CRS that is stated beside it; None for none.
        name: What to call it.
    """
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str):
        raise _invalid(f"{name} does not hold GeoJSON", _KINDS_HINT)
    read = _feature if kind == "Feature" else _geometry
    if kind == "FeatureCollection":
        area = _collection(document.get("features"), document.get("crs", stated), name)
    else:
        area = _alone(lambda: read(document, stated), name)
    if "crs" in document and document["crs"] is None:
        said = (
            f"`intersects` {name} says that its CRS is unknown: it is read in degrees (EPSG:4326)"
        )
        return StatedArea(area.geometry, (said, *area.notes))
    return area


def _alone(read: Any, name: str) -> StatedArea:
    try:
        part: _Part = read()
    except _UnusableError as error:
        raise _invalid(f"{name} {error}", error.hint) from error
    return StatedArea(part.shape, (_long_way(f"`intersects` {name}"),) if part.long_way else ())


def _collection(features: Any, stated: Any, name: str) -> StatedArea:
    if not isinstance(features, list | tuple) or not features:
        raise _invalid(f"{name} holds no feature", _KINDS_HINT)
    parts, left_out, uncut = [], [], []
    for number, feature in enumerate(features, start=1):
        called = f"feature {number}{_id_of(feature)}"
        try:
            part = _feature(feature, stated)
        except _UnusableError as error:
            left_out.append((f"{called} {error}", error.hint))
        else:
            parts.append(part.shape)
            uncut += [called] if part.long_way else []
    reported = _few([reason for reason, _ in left_out], "; ")
    if not parts:
        raise _invalid(
            f"{name}: none of {len(features):,} features can be used: {reported}", left_out[0][1]
        )
    notes = []
    if left_out:
        notes.append(
            f"`intersects` {name}: {len(left_out):,} of {len(features):,} features cannot be used "
            f"and are left out: {reported}"
        )
    if uncut:
        notes.append(_long_way(f"`intersects` {name}: {_few(uncut, ', ')}"))
    whole = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    return StatedArea(whole, tuple(notes))


def _feature(feature: Any, stated: Any) -> _Part:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _UnusableError("is not a GeoJSON Feature", _KINDS_HINT)
    if not feature.get("geometry"):
        raise _UnusableError("has no geometry", _KINDS_HINT)
    return _geometry(feature["geometry"], feature.get("crs", stated))


def _geometry(geometry: Any, stated: Any, depth: int = 0) -> _Part:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection":
        return _members(geometry, geometry.get("crs", stated), depth)
    if kind not in _SHAPES:
        what = "nothing" if kind is None else shown(repr(kind))[:_NAMED_LETTERS]
        raise _UnusableError(
            f"has a geometry of type {what}, which GeoJSON does not know", _KINDS_HINT
        )
    try:
        shape = shapely.from_geojson(
            json.dumps({"type": kind, "coordinates": geometry.get("coordinates")})
        )
    except (shapely.errors.GEOSException, ValueError, TypeError, RecursionError) as error:
        raise _UnusableError(
            f"has a geometry that is not GeoJSON: {shown(first_line(error))}",
            "write geometries as RFC 7946 section 3.1 says",
        ) from error
    return _placed(shape, geometry.get("crs", stated))


def _members(collection: dict[str, Any], stated: Any, depth: int) -> _Part:
    members = collection.get("geometries")
    if depth == _DEEPEST:
        raise _UnusableError(f"has collections nested more than {_DEEPEST} deep", "take them apart")
    if not isinstance(members, list | tuple) or not members:
        raise _UnusableError("is empty", "give a geometry with an extent")
    parts = [_geometry(member, stated, depth + 1) for member in members]
    whole = shapely.union_all([part.shape for part in parts])
    return _Part(whole, any(part.long_way for part in parts))


def _placed(shape: BaseGeometry, stated: Any) -> _Part:
    """Return a geometry in EPSG:4326.

    Args:
        shape: As it was read.
        stated: Its CRS; None for longitude and latitude.
    """
    try:
        crs = read_crs("EPSG:4326" if stated is None else stated)
    except UsageError as error:
        raise _UnusableError(f"cannot be placed: {error.message}", error.hint) from error
    if shape.is_empty:
        raise _UnusableError("is empty", "give a geometry with an extent")
    flat = shapely.set_srid(shapely.force_2d(shape), 0)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise _UnusableError("has coordinates that are not finite", _PLACES_HINT)
    if not flat.is_valid:
        raise _UnusableError(
            f"is not a valid geometry: {shapely.is_valid_reason(flat)}",
            "repair it, with shapely.make_valid or the fix-geometries tool of QGIS",
        )
    shapes = np.array([flat, None], dtype=object)[:1]
    found = shapes_to_lonlat(shapes, crs)[0]
    if found is None or found.is_empty:
        bounds = ", ".join(f"{side:g}" for side in flat.bounds)
        where = "longitude and latitude" if crs.is_lonlat else f"the Earth in {crs.name}"
        raise _UnusableError(f"reaches outside {where}: {bounds}", _PLACES_HINT)
    return _Part(found, bool(have_long_edges(shapes, crs)[0]))


def _srid(shape: BaseGeometry) -> int | None:
    return int(shapely.get_srid(shape)) or None


def _long_way(what: str) -> str:
    return (
        f"{what} has an edge of more than 180 degrees, and is read as it is drawn, the long way "
        "round; if it should cross 180 degrees, cut it there (RFC 7946, 3.1.9) or write "
        "longitudes beyond 180 (179 to 181)"
    )


def _id_of(feature: Any) -> str:
    said = feature.get("id") if isinstance(feature, dict) else None
    return f" (id {shown(said)[:_NAMED_LETTERS]})" if isinstance(said, str | int) else ""


def _few(reported: Sequence[str], separator: str) -> str:
    more = f" and {len(reported) - _NAMED:,} more" if len(reported) > _NAMED else ""
    return separator.join(reported[:_NAMED]) + more
