"""Vectors that are asked instead of texts: made unit length, or refused.

They come from anywhere: what is not a direction, or one of another space, must not rank anything.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError

_FLOATS = frozenset({np.float16, np.float32, np.float64})


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
    if not isinstance(vectors, np.ndarray) or vectors.dtype.type not in _FLOATS:
        kind = vectors.dtype if isinstance(vectors, np.ndarray) else type(vectors).__name__
        raise UsageError(
            f"the query is of type {kind}",
            hint="ask with a text, a list of texts, or a NumPy array of float16, 32 or 64",
            parameter="query",
        )
    table = np.atleast_2d(vectors).astype(np.float64)
    if table.ndim != 2 or table.shape[1] != dim:
        raise wrong_shape(vectors.shape, dim)
    # first by the largest number: squares of very large or small ones leave float64's range
    largest = np.abs(table).max(axis=1, keepdims=True)
    if not all(0 < one < np.inf for one in largest.ravel().tolist()):  # NaN is refused too
        raise _no_direction(largest[:, 0])
    table /= largest
    table /= np.sqrt((table * table).sum(axis=1, keepdims=True))
    return table.astype(np.float32)


def wrong_shape(shape: tuple[int, ...], dim: int) -> UsageError:
    """Return the error for a query vector that is not one of the index."""
    return UsageError(
        f"the query vector has shape {shape}, but the index has vectors of {dim} numbers",
        hint="embed the query with the encoder of the index",
        parameter="query",
    )


def _no_direction(largest: NDArray[np.float64]) -> UsageError:
    """Return the error for vectors that have no direction, by the largest number of each."""
    broken = ~np.isfinite(largest)
    what = "holds NaN or infinity" if broken.any() else "is zero, which is not a direction"
    number = int((broken if broken.any() else largest == 0).argmax())
    which = "the query vector" if len(largest) == 1 else f"query vector {number} (from 0)"
    return UsageError(
        f"{which} {what}", hint="leave it out, or embed its query again", parameter="query"
    )
