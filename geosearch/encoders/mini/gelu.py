"""The exact GELU without a library of special functions."""

import math

import numpy as np
from numpy.typing import NDArray

# Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: |error| <= 1.5e-7
_P = 0.3275911
_A = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``x`` times the normal distribution's cumulative function at ``x``, float32.

    Hendrycks and Gimpel, arXiv 1606.08415: ``x (1 + erf(x / sqrt 2)) / 2``, which is
    ``max(x, 0) - |x| erfc(|x| / sqrt 2) / 2``. It is off by at most 1e-7 of ``|x|``.
    """
    size = np.abs(x)
    z = size * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(_P) * z)
    sum_ = np.full_like(t, _A[0])
    for factor in _A[1:]:
        sum_ *= t
        sum_ += np.float32(factor)
    sum_ *= t
    np.multiply(z, -z, out=z)
    np.exp(z, out=z)
    size *= np.float32(0.5)
    size *= sum_
    size *= z
    found: NDArray[np.float32] = np.maximum(x, 0)
    found -= size
    return found
