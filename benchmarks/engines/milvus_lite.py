"""milvus-lite, a server of its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows
from benchmarks.engines.engine import MEETS, SIDES, SLOW_ROWS, Box, Engine, Setting, blocks


class MilvusLite(Engine):
    """milvus-lite through pymilvus; it runs a server of its own."""

    name = "milvus-lite"
    modules = ("pymilvus", "milvus_lite")
    packages = ("milvus-lite", "pymilvus")
    setup = "IVF_FLAT, 1,024 lists, and INVERTED on each bound"
    settings = (
        Setting("nprobe 64", {"nprobe": 64}),
        Setting("nprobe 256", {"nprobe": 256}),
    )
    max_rows = SLOW_ROWS

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Insert the rows, flush them, then index vectors and bounds."""
        from pymilvus import DataType, MilvusClient

        client = MilvusClient(str(folder / "chips.db"))
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.dim)
        for side in SIDES:
            schema.add_field(side, DataType.DOUBLE)
        client.create_collection("chips", schema=schema)
        for some, vectors in blocks(rows, 2_000):
            client.insert("chips", list(_records(rows, some, vectors)))
        client.flush("chips")
        how = client.prepare_index_params()
        lists = {"nlist": min(1024, max(rows.count // 39, 1))}
        how.add_index("vector", index_type="IVF_FLAT", metric_type="IP", params=lists)
        for side in SIDES:
            how.add_index(side, index_type="INVERTED")
        client.create_index("chips", how)
        client.load_collection("chips")
        client.close()

    def __init__(self, folder: Path, rows: Rows) -> None:
        from pymilvus import MilvusClient

        self._client = MilvusClient(str(folder / "chips.db"))
        self._client.load_collection("chips")

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with a filter expression."""
        found = self._client.search(
            "chips",
            data=[query.tolist()],
            anns_field="vector",
            limit=K,
            filter="" if box is None else MEETS.format(*box),
            search_params={"metric_type": "IP", "params": setting.values},
        )
        return [int(hit["id"]) for hit in found[0]]


def _records(
    rows: Rows, some: slice, vectors: NDArray[np.float32]
) -> Iterator[dict[str, int | float | list[float]]]:
    for at, row in enumerate(range(some.start, some.stop)):
        bounds = dict(zip(SIDES, rows.bounds[row].tolist(), strict=True))
        yield {"id": row, "vector": vectors[at].tolist(), **bounds}
