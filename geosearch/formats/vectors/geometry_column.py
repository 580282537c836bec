"""What a Parquet file says of its geometries: which column, in what CRS, with which edges.

GeoParquet says it in the file's metadata, GeoArrow in the column's, Parquet in the type itself.
What several of them state has to be the same.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from geosearch.errors import UsageError
from geosearch.geo import StatedCrs, read_crs, same_crs
from geosearch.text import shown

GEO = b"geo"
"""Key of the file's metadata that GeoParquet uses."""

_NAME = "geometry"
_GEOARROW = b"ARROW:extension:metadata"
_GEOARROW_NAME = b"ARROW:extension:name"
_WKB_NAMES = ("geoarrow.wkb", "ogc.wkb")
_DEFAULT = "OGC:CRS84"
_PLANAR = ("", "planar")
_ONE_HINT = "write the file again with one CRS"
_COLUMN_HINT = "call the column of WKB `geometry`, or name it as GeoParquet's `primary_column`"


@dataclass(frozen=True, slots=True)
class GeometryColumn:
    """A column of geometries."""

    name: str
    """Its name."""
    crs: StatedCrs
    """What its coordinates are in, where a geometry does not say it itself."""
    stated: bool
    """Whether the file states it; else it is the default, longitude and latitude."""
    spherical: bool
    """Whether edges are the shortest ways on the Earth, not straight in degrees."""
    notes: tuple[str, ...]
    """What is to be said of how it is read."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one place says."""

    by: str
    """Which place."""
    crs: Any
    """As it is written there; None where it is missing or stated to be unknown."""
    is_unknown: bool
    """Whether the file states that the CRS is unknown."""
    spherical: bool
    """Whether it says that edges are not straight."""


def geometry_column(schema: Any, stored: Any) -> GeometryColumn:
    """Return the column of geometries of a file, and what the file states about it.

    Args:
        schema: The file's Arrow schema.
        stored: Its Parquet schema.

    Raises:
        UsageError: There is none, it is not WKB, or its CRS is not understood or stated in two
            ways.
    """
    geo = json_object((schema.metadata or {}).get(GEO))
    name = _name(geo, schema, stored)
    said = [
        *_by_geoparquet(geo, name),
        *_by_geoarrow(schema.field(name)),
        *_by_type(schema, stored, name),
    ]
    crss = [(one.by, read_crs(one.crs)) for one in said if one.crs is not None]
    for by, crs in crss[1:]:
        if not same_crs(crss[0][1], crs):
            raise UsageError(
                f"it states two CRSs: {crss[0][1].name} by {crss[0][0]}, {crs.name} by {by}",
                hint=_ONE_HINT,
            )
    unknown = not crss and any(one.is_unknown for one in said)
    note = f"says that the CRS of `{shown(name)}` is unknown: it is read in degrees (EPSG:4326)"
    return GeometryColumn(
        name=name,
        crs=crss[0][1] if crss else read_crs(_DEFAULT),
        stated=bool(crss),
        spherical=any(one.spherical for one in said),
        notes=(note,) if unknown else (),
    )


def json_object(data: bytes | str | None) -> dict[str, Any]:
    """Return a JSON object of metadata; an empty one for anything else."""
    try:
        document = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _name(geo: dict[str, Any], schema: Any, stored: Any) -> str:
    primary = geo.get("primary_column")
    names = schema.names
    if isinstance(primary, str) and primary in names:
        return primary
    if _NAME in names:
        return _NAME
    columns = geo.get("columns")
    marked = set(columns) & set(names) if isinstance(columns, dict) else set()
    for name in names:
        if _geoarrow_name(schema.field(name)) in _WKB_NAMES or _logical(stored, name) is not None:
            marked.add(name)
    if len(marked) == 1:
        return str(marked.pop())
    several = f" but {len(marked)} others of geometries" if marked else ""
    raise UsageError(f"it has no column {_NAME!r}{several}", hint=_COLUMN_HINT)


def _by_geoparquet(geo: dict[str, Any], name: str) -> Iterator[_Statement]:
    columns = geo.get("columns")
    column = columns.get(name) if isinstance(columns, dict) else None
    if not isinstance(column, dict):
        return
    encoding = column.get("encoding", "WKB")
    if str(encoding).upper() != "WKB":
        raise UsageError(
            f"it encodes geometries as {shown(encoding)}",
            hint="write them as WKB, as GeoParquet does by default",
        )
    crs = column.get("crs")
    yield _Statement("GeoParquet", crs or None, "crs" in column and not crs, _is_bent(column))


def _by_geoarrow(field: Any) -> Iterator[_Statement]:
    data = (field.metadata or {}).get(_GEOARROW)
    if isinstance(field.type, pa.BaseExtensionType):
        if not field.type.extension_name.startswith(("geoarrow.", "ogc.")):
            return
        data = field.type.__arrow_ext_serialize__()
    said = json_object(data)
    if said:
        yield _Statement("GeoArrow", said.get("crs") or None, False, _is_bent(said))


def _by_type(schema: Any, stored: Any, name: str) -> Iterator[_Statement]:
    """Yield what the type of Parquet says (format 2.11, LogicalTypes.md)."""
    kind = _logical(stored, name)
    if kind is None:
        return
    crs: Any = kind.get("crs") or None
    unknown = False
    if isinstance(crs, str):
        how, _, what = crs.partition(":")
        if how == "srid":
            crs, unknown = (None, True) if what == "0" else (what, False)
        elif how == "projjson":
            crs = json_object((schema.metadata or {}).get(what.encode(errors="replace"))) or crs
    yield _Statement("Parquet's type", crs, unknown, kind["Type"] == "Geography")


def _logical(stored: Any, name: str) -> dict[str, Any] | None:
    """Return the type of a column where it is one of geometries."""
    for at in range(len(stored)):
        column = stored.column(at)
        if column.path == name:
            kind = json_object(column.logical_type.to_json())
            return kind if kind.get("Type") in ("Geometry", "Geography") else None
    return None


def _geoarrow_name(field: Any) -> str:
    if isinstance(field.type, pa.BaseExtensionType):
        return str(field.type.extension_name)
    name: bytes = (field.metadata or {}).get(_GEOARROW_NAME, b"")
    return name.decode(errors="replace")


def _is_bent(said: dict[str, Any]) -> bool:
    return said.get("edges") is not None and said["edges"] not in _PLANAR
