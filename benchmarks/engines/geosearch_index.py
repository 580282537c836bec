"""geosearch's own index."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows
from benchmarks.engines.engine import Box, Engine, Setting


class Geosearch(Engine):
    """geosearch itself: what `geosearch index` writes, asked as `geosearch query` asks."""

    name = "geosearch"
    modules = ("geosearch", "faiss", "duckdb")
    packages = ("faiss-cpu", "faiss-gpu", "duckdb")
    setup = "as `geosearch index` writes it"

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Stage scene by scene, then publish."""
        from geosearch.chips import ResolvedChips
        from geosearch.index import IndexSpec, IndexWriter

        spec = IndexSpec("bench", "bench", rows.dim, "float32", None, ResolvedChips(128, 128))
        ends = np.flatnonzero(np.diff(rows.scene)) + 1
        starts = [0, *ends.tolist(), rows.count]
        with IndexWriter(folder, spec) as writer:
            for first, end in pairwise(starts):
                writer.stage(*_scene(rows, slice(first, end)))
            writer.publish()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from geosearch.index import open_index

        self._index = open_index(folder)

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search, with the box for a filter."""
        from geosearch.search import make_filter, search

        hits, _ = search(self._index, query, filter=make_filter(bbox=box), k=K)
        return [int(hit.id) for hit in hits]


def _scene(rows: Rows, some: slice) -> tuple[Any, Any]:
    """Return a scene as geosearch stages it, each chip with the number of its row for an id."""
    import shapely

    from geosearch.index import ChipBatch, SceneRecord

    bounds, size_px = rows.bounds[some], 128
    count, name = len(bounds), f"scene-{rows.scene[some.start]:07d}"
    outline = shapely.box(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    record = SceneRecord(
        id=name, href=f"/{name}.tif", size_bytes=1, state="1", width_px=size_px * count,
        height_px=size_px, crs="EPSG:4326", gsd_m=1.7, datetime=None, datetime_source=None,
        bands=(1, 2, 3), stretch=None, outline=outline, chips_skipped=0,
    )  # fmt: skip
    windows = np.full((count, 4), (0, 0, size_px, size_px), np.int32)
    windows[:, 0] = size_px * np.arange(count)
    return record, ChipBatch(
        windows=windows,
        footprints=np.asarray(shapely.box(*bounds.T), dtype=object),
        size_m=np.full((count, 2), 220, np.float32),
        valid=np.ones(count, np.float32),
        cloud=np.zeros(count, np.float32),
        gsd_m=np.full(count, 1.7, np.float32),
        vectors=rows.vectors[some].astype(np.float32),
        ids=np.array([str(row) for row in range(some.start, some.stop)], dtype=object),
        time_ms=rows.time_ms[some],
    )
