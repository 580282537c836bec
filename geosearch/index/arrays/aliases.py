"""Names for the types of arrays; shapes are told where they are used."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Numbers of rows."""
Numbers: TypeAlias = NDArray[np.int64]
"""Other integers, such as places in an array of rows."""
Mask: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float32]
"""Queries and scores."""
Halves: TypeAlias = NDArray[np.float16]
"""Vectors as they are stored."""
