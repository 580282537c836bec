"""A long text as one vector: its sentences, weighed by how far their best chip stands out."""

import numpy as np
from numpy.typing import NDArray

_POWER = 3
"""1 leaves sentences that say little too much, 6 gains nothing on true descriptions."""


def weighed(vectors: NDArray[np.float32], sample: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a text's vector as the sum of its sentences' vectors.

    A sentence that picks something out of the archive has a chip that fits far better than the
    median; one that says little ("This is a satellite image.") fits all chips alike.

    Args:
        vectors: The sentences, float32 [s, dim], unit length.
        sample: Chips of the index, float32 [m, dim], unit length.

    Returns:
        float32 [dim], unit length: the sentences times (maximum - median)^3 over the sample.
    """
    # sentences that fit all chips alike tell nothing; the first one stands for the text
    first: NDArray[np.float32] = vectors[0]
    if len(vectors) == 1:
        return first
    scores = sample @ vectors.T
    apart = scores.max(axis=0) - np.median(scores, axis=0)
    weights = apart**_POWER
    total: NDArray[np.float32] = (weights / max(float(weights.max()), 1e-30)) @ vectors
    length = np.float32(np.linalg.norm(total))
    if length <= 1e-6:
        return first
    total /= length
    return total
