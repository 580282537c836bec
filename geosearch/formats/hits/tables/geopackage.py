"""Hits as a GeoPackage 1.4 (OGC 12-128r19), written with SQLite itself: pictures, R-tree and style.

Pictures are written with the rows. The triggers that keep the R-tree call functions that GDAL and
QGIS bring along and SQLite lacks, so they are added when all rows are there.
"""

import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geosearch.errors import Refusal
from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.columns import Kind, columns, footprints
from geosearch.formats.hits.pictures.thumbnails import thumbnails
from geosearch.formats.hits.tables.geopackage_schema import (
    CORE,
    INSERT_STYLE,
    LAYER,
    RTREE,
    RTREE_TRIGGERS,
    SRS_ID,
)
from geosearch.formats.hits.tables.map_tip import layer_style
from geosearch.json_text import json_text

_TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "whole": "INTEGER",
    "number": "DOUBLE",
    "moment": "DATETIME",
    "wholes": "TEXT",
    "numbers": "TEXT",
    "ranges": "TEXT",
    "shape": "TEXT",
}
_POLYGONS = {"Polygon", "MultiPolygon"}
_LITTLE_ENDIAN_WITH_BOUNDS = 0b00000011


def geopackage(answers: Answers) -> tuple[bytes, tuple[Refusal, ...]]:
    """Return a file with the layer ``hits``: all that GeoJSON tells, and pictures as JPEG.

    Lists are JSON, and where a query is found is WKT: a layer has one column of geometries. QGIS
    shows the pictures as map tips.

    Returns:
        The file, and scenes that cannot be read any more, each once: their hits have no picture.
    """
    pictures, refused = thumbnails(answers.hits)
    known = columns(answers)
    shapes = footprints(answers)
    plain = all(shape.geom_type in _POLYGONS for shape in shapes)
    names = ["geom", *(one.name for one in known), "thumbnail"]
    types = [
        "MULTIPOLYGON" if plain else "GEOMETRY",
        *(_TYPES[one.kind] for one in known),
        "BLOB",
    ]
    values = [
        [_geometry(shape) for shape in shapes],
        *([_value(one.kind, value) for value in one.values] for one in known),
        [None if one is None else one.jpeg for one in pictures],
    ]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(CORE)
        pairs = ", ".join(
            f'"{name}" {kind}' for name, kind in zip(names, types, strict=True)
        )  # names are ours
        connection.execute(
            f'CREATE TABLE "{LAYER}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {pairs})'
        )
        marks = ", ".join("?" for _ in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        rows = zip(*values, strict=True)
        connection.executemany(f'INSERT INTO "{LAYER}" ({quoted}) VALUES ({marks})', rows)
        _describe(connection, shapes, types[0])
        connection.execute(INSERT_STYLE, (layer_style(bool(answers.several)),))
        connection.commit()
        return connection.serialize(), refused


def _describe(connection: sqlite3.Connection, shapes: NDArray[np.object_], kind: str) -> None:
    """Write what the layer is and where, and its R-tree."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    whole = [None] * 4
    if len(bounds):
        whole = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y,"
        " srs_id) VALUES (?, 'features', ?, ?, ?, ?, ?, ?)",
        (LAYER, LAYER, *whole, SRS_ID),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (LAYER, kind, SRS_ID)
    )
    connection.executescript(RTREE)
    connection.executemany(
        f"INSERT INTO rtree_{LAYER}_geom VALUES (?, ?, ?, ?, ?)",
        (
            (fid, west, east, south, north)
            for fid, (west, south, east, north) in enumerate(bounds.tolist(), start=1)
        ),
    )
    connection.executescript(RTREE_TRIGGERS)


def _geometry(shape: Any) -> bytes:
    """Return a geometry as GeoPackage has it (clause 2.1.3): a header with bounds, and WKB."""
    if shape.geom_type == "Polygon":
        shape = shapely.multipolygons([shape])
    west, south, east, north = shape.bounds
    head = struct.pack("<2sBBi", b"GP", 0, _LITTLE_ENDIAN_WITH_BOUNDS, SRS_ID)
    head += struct.pack("<4d", west, east, south, north)
    return head + bytes(shapely.to_wkb(shape, byte_order=1))


def _value(kind: Kind, value: Any) -> Any:
    write = _WRITERS.get(kind)
    return value if value is None or write is None else write(value)


def _moment(text: str) -> str:
    """Return RFC 3339 in UTC with milliseconds, the only form of GeoPackage (table 1)."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction[:3]:0<3}Z"


_WRITERS: dict[Kind, Callable[[Any], Any]] = {
    "moment": _moment,
    "wholes": json_text,
    "numbers": json_text,
    "ranges": json_text,
    "shape": lambda shape: shapely.to_wkt(shape, rounding_precision=8),
}
