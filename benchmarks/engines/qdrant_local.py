"""qdrant-client without a server."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows
from benchmarks.engines.engine import SIDES, SLOW_ROWS, Box, Engine, Setting, blocks


class QdrantLocal(Engine):
    """qdrant-client without a server: exact, in NumPy."""

    name = "qdrant-client, local"
    modules = ("qdrant_client",)
    packages = ("qdrant-client",)
    setup = "local mode, exact; bounds in the payload"
    settings = (Setting("exact"),)
    max_rows = SLOW_ROWS

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Upsert points that have their bounds for a payload."""
        from qdrant_client import QdrantClient
        from qdrant_client.models import Batch, Distance, VectorParams

        client = QdrantClient(path=str(folder))
        client.create_collection(
            "chips", vectors_config=VectorParams(size=rows.dim, distance=Distance.DOT)
        )
        for some, vectors in blocks(rows, 2_000):
            bounds = rows.bounds[some].tolist()
            payloads = [dict(zip(SIDES, one, strict=True)) for one in bounds]
            ids = list(range(some.start, some.stop))
            client.upsert("chips", Batch(ids=ids, vectors=vectors.tolist(), payloads=payloads))
        client.close()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from qdrant_client import QdrantClient

        self._client = QdrantClient(path=str(folder))

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with ranges of the payload."""
        wanted = None if box is None else _qdrant_filter(box)
        found = self._client.query_points(
            "chips", query=query.tolist(), query_filter=wanted, limit=K, with_payload=False
        )
        return [int(point.id) for point in found.points]


def _qdrant_filter(box: Box) -> Any:
    from qdrant_client.models import FieldCondition, Filter, Range

    west, south, east, north = box
    wanted = {
        "west": Range(lte=east),
        "east": Range(gte=west),
        "south": Range(lte=north),
        "north": Range(gte=south),
    }
    return Filter(must=[FieldCondition(key=side, range=one) for side, one in wanted.items()])
