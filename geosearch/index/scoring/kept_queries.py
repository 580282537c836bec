"""Embedded texts that are kept beside an approximate tier, to measure it with."""

from pathlib import Path

import numpy as np

from geosearch.index.arrays.aliases import Floats
from geosearch.index.files.faults import DamagedError
from geosearch.index.files.npz import read_array
from geosearch.index.folder.layout import QUERIES

MAX_QUERIES = 64


def keep_queries(folder: Path, queries: Floats | None) -> None:
    """Keep embedded texts beside a tier, float32 [q, dim], for this and later measurements."""
    if queries is not None and len(queries):
        np.save(folder / QUERIES, queries[:MAX_QUERIES].astype(np.float16))


def kept_queries(folder: Path, dim: int) -> Floats | None:
    """Return the texts that are kept beside a tier, float32 [q, dim]; None for none.

    What cannot be read is none: they are measured with, and drawn vectors do as well.
    """
    try:
        queries = read_array(folder / QUERIES)
    except DamagedError:
        return None
    fits = queries.ndim == 2 and queries.shape[1] == dim and np.isfinite(queries).all()
    return queries.astype(np.float32) if fits and len(queries) else None
