"""Which rows of a segment are searched: all but those of removed chips and scenes."""

import numpy as np

from geosearch.index.arrays.aliases import Mask, Rows
from geosearch.index.filtering.blocks import Blocks


class Alive:
    """The rows that have not been removed."""

    def __init__(self, n: int, mask: Mask | None) -> None:
        """Say which they are.

        Args:
            n: Number of rows, removed ones counted.
            mask: bool [n]; None where none is removed.
        """
        self.mask = mask
        """Which rows are searched, bool [n]; None for all of them."""
        self.count = n if mask is None else int(np.count_nonzero(mask))
        """Number of chips that are searched."""
        self._by_block: tuple[Mask, Mask] | None = None

    @property
    def rows(self) -> Rows | None:
        """Rows that are searched, int64 [m], ascending; None for all of them."""
        return None if self.mask is None else np.flatnonzero(self.mask)

    def of_blocks(self, blocks: Blocks) -> tuple[Mask, Mask] | None:
        """Return which of a segment's blocks have rows that are searched, and which only such.

        Returns:
            Two of bool [b]; None where all rows are searched.
        """
        if self.mask is None:
            return None
        if self._by_block is None:
            at = blocks.starts[:-1]
            if not len(at):
                return np.zeros(0, bool), np.zeros(0, bool)
            some = np.logical_or.reduceat(self.mask, at)
            self._by_block = some, np.logical_and.reduceat(self.mask, at)
        return self._by_block
