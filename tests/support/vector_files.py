"""Tables of vectors made elsewhere, as somebody would write them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geosearch.index import open_index
from geosearch.search import search

DIM = 12


START = datetime(2020, 1, 1, tzinfo=UTC)


def vectors_of(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)


def boxes_of(count: int) -> np.ndarray:
    lon = np.arange(count) % 40
    lat = np.arange(count) // 40
    boxes: np.ndarray = shapely.box(lon, lat, lon + 0.8, lat + 0.8)
    return boxes


def columns_of(count: int) -> dict[str, Any]:
    flat = pa.array(vectors_of(count).reshape(-1))
    times = [START + timedelta(days=at) for at in range(count)]
    return {
        "id": pa.array([f"chip {at}" for at in range(count)]),
        "geometry": pa.array(list(shapely.to_wkb(boxes_of(count)))),
        "datetime": pa.array(times, pa.timestamp("us", "UTC")),
        "vector": pa.FixedSizeListArray.from_arrays(flat, DIM),
    }


def write(path: Path, columns: dict[str, Any], **metadata: Any) -> Path:
    table = pa.table(columns)
    table = table.replace_schema_metadata({k: json.dumps(v) for k, v in metadata.items()})
    pq.write_table(table, path, row_group_size=64)
    return path


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def unit_of(seed: int) -> np.ndarray:
    return unit(vectors_of(1, seed)[0])


def ids_found(index: Path, count: int) -> set[str]:
    hits, _ = search(open_index(index), unit(vectors_of(1)[0]), k=count)
    return {hit.id for hit in hits}
