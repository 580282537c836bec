"""GeoParquet of vectors, written: one row per chip, as `parquet_reader` reads it."""

import json
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from geosearch.formats.vectors.columns import UNKNOWN_TIME
from geosearch.formats.vectors.geometry_column import GEO
from geosearch.formats.vectors.parquet_reader import OWN

BATCH_ROWS = 1 << 16
"""Rows to write at a time."""
_GEOPARQUET = "1.1.0"


class VectorFileWriter:
    """Writes a file of vectors, some rows at a time."""

    def __init__(self, file: Path | BinaryIO, dim: int, own: dict[str, Any]) -> None:
        """Begin a file.

        Args:
            file: Where; what is there is overwritten.
            dim: Length of a vector.
            own: How the vectors were made, JSON values.
        """
        corners = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
        fields = [
            ("id", pa.string()),
            ("scene", pa.string()),
            ("datetime", pa.timestamp("ms", "UTC")),
            ("geometry", pa.binary()),
            ("bbox", corners),
            ("vector", pa.list_(pa.float16(), dim)),
        ]
        metadata = {GEO: json.dumps(_geo()), OWN: json.dumps(own)}
        self._schema = pa.schema(fields, metadata=metadata)
        # 16-bit numbers of directions do not get smaller
        codecs = {name: "ZSTD" for name, _ in fields if name not in ("vector", "bbox")}
        codecs |= {f"bbox.{side.name}": "ZSTD" for side in corners}
        codecs["vector.list.element"] = "NONE"
        self._writer: Any = pq.ParquetWriter(file, self._schema, compression=codecs)

    def add(
        self,
        ids: list[str],
        scenes: list[str],
        time_ms: NDArray[np.int64],
        footprints: NDArray[np.object_],
        vectors: NDArray[np.float16],
    ) -> None:
        """Write rows; the arguments are [n], vectors [n, dim]."""
        known = time_ms != UNKNOWN_TIME
        times = pa.array(time_ms, mask=~known).cast(pa.timestamp("ms", "UTC"))
        bounds = shapely.bounds(footprints).reshape(-1, 4)
        boxes = pa.StructArray.from_arrays(
            [pa.array(column) for column in np.ascontiguousarray(bounds.T)],
            ["xmin", "ymin", "xmax", "ymax"],
        )
        flat = pa.array(np.ascontiguousarray(vectors).reshape(-1))
        columns = [
            pa.array(ids, pa.string()),
            pa.array(scenes, pa.string()),
            times,
            pa.array(list(shapely.to_wkb(footprints, byte_order=1)), pa.binary()),
            boxes,
            pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        ]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))

    def close(self) -> None:
        """Write what is at the end of the file."""
        self._writer.close()


def _geo() -> dict[str, Any]:
    """Return the metadata of GeoParquet 1.1 (opengeospatial/geoparquet, format-specs, v1.1.0)."""
    covering = {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    return {
        "version": _GEOPARQUET,
        "primary_column": "geometry",
        "columns": {
            "geometry": {"encoding": "WKB", "geometry_types": [], "covering": {"bbox": covering}}
        },
    }
