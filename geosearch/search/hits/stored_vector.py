"""A chip's vector: read when it is first asked for, as most hits are never asked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index import Segment


class StoredVector:
    """The vector of a row of a segment.

    Where it is pickled, the vector is: its segment may be compacted before it is unpickled.
    """

    __slots__ = ("_known", "_row", "_segment")

    def __init__(self, segment: Segment, row: int) -> None:
        self._segment: Segment | None = segment
        self._row = row
        self._known: NDArray[np.float32] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _known_vector, (self.read(),)

    def read(self) -> NDArray[np.float32]:
        """Return it as it is stored, in 16 bits: float32 [dim], of unit length but for that."""
        if self._known is None:
            assert self._segment is not None
            self._known = self._segment.vectors[self._row].astype(np.float32)
            self._known.flags.writeable = False
        return self._known


def _known_vector(vector: NDArray[np.float32]) -> StoredVector:
    stored = StoredVector.__new__(StoredVector)
    stored._segment, stored._row, stored._known = None, 0, vector
    return stored
