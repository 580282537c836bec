"""Hits as an Arrow table, whose geometry columns say what they are (GeoArrow)."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import shapely

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.columns import Column, Kind, columns, footprints

GEOMETRY = "geometry"
_CRS = {"crs": "OGC:CRS84", "crs_type": "authority_code"}
# the names of GeoArrow's extension type for WKB (geoarrow.org, extension types)
_WKB = {"ARROW:extension:name": "geoarrow.wkb", "ARROW:extension:metadata": json.dumps(_CRS)}
_TYPES: dict[Kind, Any] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "moment": pa.timestamp("ms", "UTC"),
    "wholes": pa.list_(pa.int32()),
    "numbers": pa.list_(pa.float64()),
    "ranges": pa.list_(pa.list_(pa.float64())),
    "shape": pa.binary(),
}


def arrow_table(answers: Answers) -> Any:
    """Return a `pyarrow.Table` of a row a hit: what GeoJSON tells, and ``geometry``.

    Footprints are WKB in longitude and latitude, and marked as such (``geoarrow.wkb``).
    """
    known = columns(answers)
    fields = [_field(one) for one in known]
    arrays = [_array(one) for one in known]
    fields.append(pa.field(GEOMETRY, pa.binary(), metadata=_WKB))
    arrays.append(_wkb(list(footprints(answers))))
    return pa.table(arrays, schema=pa.schema(fields))


def shape_columns(table: Any) -> list[str]:
    """Return the names of the columns of a table that hold geometries."""
    marked = b"ARROW:extension:name"
    return [field.name for field in table.schema if marked in (field.metadata or {})]


def _field(column: Column) -> Any:
    metadata = _WKB if column.kind == "shape" else None
    return pa.field(column.name, _TYPES[column.kind], metadata=metadata)


def _array(column: Column) -> Any:
    if column.kind == "shape":
        return _wkb(column.values)
    if column.kind == "moment":
        texts = pa.array(column.values, pa.string())
        return texts.cast(_TYPES["moment"])
    return pa.array(column.values, _TYPES[column.kind])


def _wkb(shapes: Sequence[Any]) -> Any:
    made = [None if one is None else shapely.to_wkb(one, byte_order=1) for one in shapes]
    return pa.array(made, pa.binary())
