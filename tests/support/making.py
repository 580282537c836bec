"""Scenes and chips for the index's tests, drawn from a seed."""

import numpy as np
import shapely

from geosearch.chips import ResolvedChips
from geosearch.index import ChipBatch, IndexSpec, SceneRecord

DIM = 8
SPEC = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(64, 64))


def scene(name: str, state: object = 1, **changes: object) -> SceneRecord:
    values: dict[str, object] = {
        "id": name, "href": f"/scenes/{name}", "size_bytes": 10, "state": str(state),
        "width_px": 640, "height_px": 64, "crs": "EPSG:4326", "gsd_m": 100.0,
        "datetime": "2020-01-02T03:04:05.678Z", "datetime_source": "file name",
        "bands": (3, 2, 1), "stretch": ((0.0, 1.5), (2.0, 3.0), (4.0, 5.0)),
        "outline": shapely.box(0, 0, 10, 1), "chips_skipped": 2,
    }  # fmt: skip
    return SceneRecord(**(values | changes))  # type: ignore[arg-type]


def chips(seed: int, count: int = 10, lon: float = 0.0) -> ChipBatch:
    rng = np.random.default_rng(seed)
    columns = np.arange(count)
    windows = np.stack([columns * 64, 0 * columns, 0 * columns + 64, 0 * columns + 64], axis=1)
    vectors = rng.normal(size=(count, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ChipBatch(
        windows.astype(np.int32),
        np.asarray(shapely.box(lon + columns, 0.0, lon + columns + 1.0, 1.0), dtype=object),
        np.full((count, 2), 6400, np.float32),
        rng.uniform(0.3, 1, count).astype(np.float32),
        np.linspace(0, 1, count, dtype=np.float32),
        np.full(count, 100, np.float32),
        vectors.astype(np.float32),
    )
