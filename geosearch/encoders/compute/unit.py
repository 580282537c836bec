"""Vectors of unit length."""

import numpy as np
from numpy.typing import NDArray

_SHORTEST = np.float32(1e-12)  # what torch's normalize takes for a vector without direction


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring vectors, float32 [n, dim], to unit length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = vectors / np.maximum(lengths, _SHORTEST)
    return scaled
