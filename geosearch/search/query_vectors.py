"""Vectors that are asked instead of texts: made unit length, or refused.

They come from anywhere: what is no direction, or one of another space, must not rank anything.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError

_FLOATS = frozenset({"float16", "float32", "float64"})


def unit_queries(vectors: object, dim: int) -> NDArray[np.float32]:
    """Bring vectors to unit length.

    Args:
        vectors: float16, float32 or float64, [dim] or [q, dim], of any length but 0.
        dim: Length of the index's vectors.

    Returns:
        float32 [q, dim], unit length; q is 1 for one vector.

    Raises:
        UsageError: They are of another type or dimension, or one holds NaN, infinity, or only
            zeros.
    """
    if not isinstance(vectors, np.ndarray) or vectors.dtype.name not in _FLOATS:
        kind = vectors.dtype if isinstance(vectors, np.ndarray) else type(vectors).__name__
        raise UsageError(
            f"the query is of type {kind}",
            hint="ask with a text, a list of texts, or a NumPy array of float16, 32 or 64",
        )
    table = np.atleast_2d(vectors).astype(np.float64)
    if table.ndim != 2 or table.shape[1] != dim:
        raise UsageError(
            f"the query vector has shape {vectors.shape}, chips have {dim} numbers",
            hint="embed the query with the encoder that `geosearch info` names",
        )
    _require_directions(table)
    # first by the largest number: squares of very large or small ones leave float64's range
    table /= np.abs(table).max(axis=1, keepdims=True)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table.astype(np.float32)


def _require_directions(table: NDArray[np.float64]) -> None:
    for broken, what in (
        (~np.isfinite(table).all(axis=1), "holds NaN or infinity"),
        (~table.any(axis=1), "is zero, which is no direction"),
    ):
        if broken.any():
            one = len(table) == 1
            which = "the query vector" if one else f"query vector {int(broken.argmax())} (from 0)"
            raise UsageError(f"{which} {what}", hint="leave it out, or embed its query again")
