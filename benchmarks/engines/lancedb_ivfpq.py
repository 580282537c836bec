"""LanceDB with an index of vectors."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows
from benchmarks.engines.arrow_rows import arrow_table
from benchmarks.engines.engine import MEETS, SIDES, Box, Engine, Setting, blocks


class LanceDB(Engine):
    """IVF_PQ with the filter first and float32 vectors to refine from."""

    name = "LanceDB"
    modules = ("lancedb", "pyarrow")
    packages = ("lancedb",)
    setup = "IVF_PQ, its own number of partitions, dim/8 sub-vectors, BTREE on each bound"
    settings = (
        Setting("nprobes 20, refine 20", {"nprobes": 20, "refine": 20}),
        Setting("nprobes 20, refine 100", {"nprobes": 20, "refine": 100}),
        Setting("nprobes 64, refine 500", {"nprobes": 64, "refine": 500}),
        Setting("exact, without the index"),
    )

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Write a table, then index its vectors and its bounds."""
        import lancedb
        from lancedb.index import BTree, IvfPq

        parts = (np.arange(some.start, some.stop) for some, _ in blocks(rows, 50_000))
        first = arrow_table(rows, np.arange(0))
        batches = (batch for part in parts for batch in arrow_table(rows, part).to_batches())
        table = lancedb.connect(folder).create_table("chips", batches, schema=first.schema)
        table.create_index(
            "vector", config=IvfPq(distance_type="dot", num_sub_vectors=max(rows.dim // 8, 1))
        )
        for side in SIDES:
            table.create_index(side, config=BTree())

    def __init__(self, folder: Path, rows: Rows) -> None:
        import lancedb

        self._table = lancedb.connect(folder).open_table("chips")

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Search with the filter first."""
        search = self._table.search(query, vector_column_name="vector").distance_type("dot")
        if setting.values:
            search = search.nprobes(setting.values["nprobes"])
            search = search.refine_factor(setting.values["refine"])
        else:
            search = search.bypass_vector_index()
        if box is not None:
            search = search.where(MEETS.format(*box), prefilter=True)
        found = search.select(["id", "_distance"]).limit(K).to_arrow()
        return [int(row) for row in found["id"].to_pylist()]
