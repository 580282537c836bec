"""Runs: rows as ranges of consecutive numbers, the form in which a filter answers.

A bounding box of three million rows is some hundred runs; their numbers one by one would take
longer to write down than the search itself.
"""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Row numbers int64 [m], ascending."""
Runs = NDArray[np.int64]
"""First row and the one behind the last of each run, int64 [r, 2], ascending, apart."""

_FEW_RUNS = 8
"""So many are written down faster one by one."""


def runs_of(rows: Rows) -> Runs:
    """Return ascending rows as runs."""
    if not len(rows):
        return np.zeros((0, 2), np.int64)
    (ends,) = (rows[1:] - rows[:-1] != 1).nonzero()
    runs = np.empty((len(ends) + 1, 2), np.int64)
    runs[0, 0], runs[-1, 1] = rows[0], rows[-1] + 1
    runs[1:, 0], runs[:-1, 1] = rows[ends + 1], rows[ends] + 1
    return runs


def rows_of(runs: Runs) -> Rows:
    """Return the rows of runs, one by one."""
    if 0 < len(runs) <= _FEW_RUNS:
        return np.concatenate([np.arange(first, last) for first, last in runs.tolist()])
    lengths = runs[:, 1] - runs[:, 0]
    # each run's numbers are those of one long count, moved to where the run begins
    before = np.cumsum(lengths) - lengths
    every = np.arange(int(lengths.sum()), dtype=np.int64)
    return np.asarray(every + np.repeat(runs[:, 0] - before, lengths))


def run_rows(runs: Runs) -> int:
    """Return how many rows runs hold."""
    return int((runs[:, 1] - runs[:, 0]).sum())


def joined(runs: Runs) -> Runs:
    """Return runs in any order as ascending ones, those that touch made one; none overlap."""
    edges = np.sort(runs, axis=None)
    # where two touch, the end of one is the beginning of the other
    touch = edges[1:] == edges[:-1]
    stay = np.ones(len(edges), bool)
    stay[1:][touch] = stay[:-1][touch] = False
    return edges[stay].reshape(-1, 2)
