"""Hits as GeoParquet 1.1 (opengeospatial/geoparquet, format-specs, v1.1.0)."""

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.columns import footprints
from geosearch.formats.hits.tables.arrow_table import GEOMETRY, arrow_table, shape_columns

_VERSION = "1.1.0"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_COVERING = "bbox"


def geoparquet(answers: Answers) -> bytes:
    """Return a file with all that GeoJSON tells, ``geometry``, and a covering ``bbox``.

    The bbox of a hit that is cut at 180 degrees reaches from -180 to 180: readers compare numbers.
    """
    table = arrow_table(answers)
    bounds = shapely.bounds(footprints(answers)).reshape(-1, 4)
    sides = [pa.array(side, pa.float64()) for side in np.ascontiguousarray(bounds.T)]
    table = table.append_column(_COVERING, pa.StructArray.from_arrays(sides, list(_SIDES)))
    table = table.replace_schema_metadata({"geo": json.dumps(_metadata(shape_columns(table)))})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _metadata(names: list[str]) -> dict[str, Any]:
    # without a crs it is OGC:CRS84: longitude and latitude
    described: dict[str, Any] = {name: {"encoding": "WKB", "geometry_types": []} for name in names}
    covering = {side: [_COVERING, side] for side in _SIDES}
    described[GEOMETRY]["covering"] = {_COVERING: covering}
    return {"version": _VERSION, "primary_column": GEOMETRY, "columns": described}
