"""Rows as an Arrow table, for the engines that take one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import Rows
from benchmarks.engines.engine import SIDES


def arrow_table(rows: Rows, which: NDArray[np.int64]) -> Any:
    """Return rows as an Arrow table: id, bounds, vector."""
    import pyarrow as pa

    vectors = pa.array(rows.vectors[which].astype(np.float32).ravel())
    columns: dict[str, Any] = {"id": which}
    columns |= {side: rows.bounds[which, at] for at, side in enumerate(SIDES)}
    columns["vector"] = pa.FixedSizeListArray.from_arrays(vectors, rows.dim)
    return pa.table(columns)
