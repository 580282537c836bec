"""Rows as ranges of consecutive numbers, the form in which a filter answers.

A bounding box of three million rows is some hundred ranges; to write down their numbers one by one
would take longer than the search itself.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Rows

_FEW_RANGES = 8
"""So many are written down faster one by one."""


def edges_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where ranges of consecutive numbers begin, and the number after each, int64 [r, 2].

    Args:
        numbers: int64 [m], ascending.
    """
    if not len(numbers):
        return np.zeros((0, 2), np.int64)
    (ends,) = (numbers[1:] - numbers[:-1] != 1).nonzero()
    edges = np.empty((len(ends) + 1, 2), np.int64)
    edges[0, 0], edges[-1, 1] = numbers[0], numbers[-1] + 1
    edges[1:, 0], edges[:-1, 1] = numbers[ends + 1], numbers[ends] + 1
    return edges


@dataclass(frozen=True, eq=False)
class RowRanges:
    """Ranges of rows, ascending; none overlap."""

    edges: NDArray[np.int64]
    """[r, 2], first row of each range, and the one after its last."""

    @classmethod
    def span(cls, start: int, stop: int) -> "RowRanges":
        """Return the one range from a row up to another; none where it would be empty."""
        edges = [[start, stop]] if start < stop else []
        return cls(np.array(edges, np.int64).reshape(-1, 2))

    @classmethod
    def of_rows(cls, rows: Rows) -> "RowRanges":
        """Return ascending rows int64 [m] as ranges."""
        return cls(edges_of(rows))

    @classmethod
    def joined(cls, *parts: "RowRanges") -> "RowRanges":
        """Return the ranges of several, those that touch made one; none may overlap."""
        edges = np.sort(np.concatenate([part.edges for part in parts]), axis=None)
        # where two touch, the end of one is the beginning of the other
        touch = edges[1:] == edges[:-1]
        stay = np.ones(len(edges), bool)
        stay[1:][touch] = stay[:-1][touch] = False
        return cls(edges[stay].reshape(-1, 2))

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self.edges)

    @property
    def starts(self) -> Rows:
        """First row of each range, int64 [r]."""
        return self.edges[:, 0]

    @property
    def stops(self) -> Rows:
        """The row after the last of each range, int64 [r]."""
        return self.edges[:, 1]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Rows of each range, int64 [r]."""
        return self.edges[:, 1] - self.edges[:, 0]

    @cached_property
    def count(self) -> int:
        """Number of rows; a search asks for it several times."""
        return int((self.edges[:, 1] - self.edges[:, 0]).sum())

    def rows(self) -> Rows:
        """Return the rows one by one, int64 [m], ascending."""
        edges = self.edges
        if 0 < len(edges) <= _FEW_RANGES:
            return np.concatenate([np.arange(first, last) for first, last in edges.tolist()])
        lengths = edges[:, 1] - edges[:, 0]
        # each range's numbers are those of one long count, moved to where the range begins
        before = np.cumsum(lengths) - lengths
        every = np.arange(int(lengths.sum()), dtype=np.int64)
        return np.asarray(every + np.repeat(edges[:, 0] - before, lengths))
