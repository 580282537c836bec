"""DuckDB, exact."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Rows
from benchmarks.engines.arrow_rows import arrow_table
from benchmarks.engines.engine import MEETS, SIDES, Box, Engine, Setting


class DuckDB(Engine):
    """Exact: all vectors that pass are scored."""

    name = "DuckDB"
    modules = ("duckdb", "pyarrow")
    packages = ("duckdb",)
    setup = "FLOAT[n] column, rows ordered by place"
    settings = (Setting("exact"),)

    @classmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Insert the rows, those of a place together."""
        import duckdb

        # its guide to indexing: order by what is filtered, so that whole row groups are skipped
        cells = np.floor(rows.bounds / 4)
        order = np.lexsort((cells[:, 0], cells[:, 1]))
        with duckdb.connect(str(folder / "chips.duckdb")) as database:
            sides = ", ".join(f"{side} DOUBLE" for side in SIDES)
            database.execute(f"CREATE TABLE chips (id BIGINT, {sides}, vector FLOAT[{rows.dim}])")
            for first in range(0, rows.count, 50_000):
                table = arrow_table(rows, order[first : first + 50_000])
                database.register("part", table)
                database.execute("INSERT INTO chips SELECT * FROM part")
                database.unregister("part")

    def __init__(self, folder: Path, rows: Rows) -> None:
        import duckdb

        self._database = duckdb.connect(
            str(folder / "chips.duckdb"), read_only=True, config={"threads": 1}
        )
        self._dim = rows.dim

    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Order the rows that pass by inner product."""
        where = "" if box is None else f"WHERE {MEETS.format('$2', '$3', '$4', '$5')}"
        found = self._database.execute(
            f"SELECT id FROM chips {where} "
            f"ORDER BY array_inner_product(vector, $1::FLOAT[{self._dim}]) DESC LIMIT {K}",
            [query.tolist(), *(box or ())],
        )
        return [row for (row,) in found.fetchall()]
