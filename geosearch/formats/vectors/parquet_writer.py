"""GeoParquet of vectors, written: one row per chip, as `parquet_reader` reads it."""

import json
from collections.abc import Sequence
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
from geosearch.index import ChipRecord, IndexSpec

BATCH_ROWS = 1 << 16
"""Rows to write at a time."""
_GEOPARQUET = "1.1.0"
_TOLD = {
    "href": pa.string(),
    "window": pa.list_(pa.int32()),
    "size_m": pa.list_(pa.float64()),
    "gsd_m": pa.float64(),
    "geosearch:kind": pa.string(),
    "encoder": pa.string(),
    "bands": pa.list_(pa.int32()),
    "stretch": pa.list_(pa.list_(pa.float64())),
}
"""What hits tell of a chip, beside what an import reads."""
_LEAVES = (
    *(f"{name}.list.element" for name in ("window", "size_m", "bands")),
    "stretch.list.element.list.element",
)
"""Lists of these, as Parquet calls their values."""


class VectorFileWriter:
    """Writes a file of vectors, some rows at a time."""

    def __init__(self, file: Path | BinaryIO, spec: IndexSpec) -> None:
        """Begin a file.

        Args:
            file: Where; what is there is overwritten.
            spec: How the vectors were made.
        """
        corners = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
        fields = [
            ("id", pa.string()),
            ("scene", pa.string()),
            ("datetime", pa.timestamp("ms", "UTC")),
            ("geometry", pa.binary()),
            ("bbox", corners),
            *_TOLD.items(),
            ("vector", pa.list_(pa.float16(), spec.dim)),
        ]
        self._encoder = spec.fingerprint
        metadata = {GEO: json.dumps(_geo()), OWN: json.dumps({"spec": spec.to_plain()})}
        self._schema = pa.schema(fields, metadata=metadata)
        # 16-bit numbers of directions do not get smaller
        codecs = {name: "ZSTD" for name, kind in fields if not pa.types.is_nested(kind)}
        codecs |= {f"bbox.{side.name}": "ZSTD" for side in corners}
        codecs |= {name: "ZSTD" for name in _LEAVES}
        codecs["vector.list.element"] = "NONE"
        self._writer: Any = pq.ParquetWriter(file, self._schema, compression=codecs)

    def add(
        self,
        chips: Sequence[ChipRecord],
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
            pa.array([chip.id for chip in chips], pa.string()),
            pa.array([chip.scene for chip in chips], pa.string()),
            times,
            pa.array(list(shapely.to_wkb(footprints, byte_order=1)), pa.binary()),
            boxes,
            *(pa.array(values, _TOLD[name]) for name, values in self._told(chips).items()),
            pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        ]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))

    def _told(self, chips: Sequence[ChipRecord]) -> dict[str, list[Any]]:
        return {
            "href": [chip.href for chip in chips],
            "window": [list(chip.window) for chip in chips],
            "size_m": [list(chip.size_m) for chip in chips],
            "gsd_m": [chip.gsd_m for chip in chips],
            "geosearch:kind": [chip.kind for chip in chips],
            "encoder": [self._encoder] * len(chips),
            "bands": [list(chip.bands) for chip in chips],
            "stretch": [chip.stretch for chip in chips],
        }

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
