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


def runs_of(rows: Rows) -> Runs:
    """Return ascending rows as runs."""
    if not len(rows):
        return np.zeros((0, 2), np.int64)
    edges = np.flatnonzero(np.diff(rows) != 1) + 1
    starts = np.concatenate([[0], edges])
    stops = np.concatenate([edges, [len(rows)]])
    return np.stack([rows[starts], rows[stops - 1] + 1], axis=1)


def rows_of(runs: Runs) -> Rows:
    """Return the rows of runs, one by one."""
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
    runs = runs[np.argsort(runs[:, 0], kind="stable")]
    if len(runs) < 2:
        return runs
    apart = np.flatnonzero(runs[1:, 0] != runs[:-1, 1]) + 1
    starts = np.concatenate([[0], apart])
    stops = np.concatenate([apart, [len(runs)]])
    return np.stack([runs[starts, 0], runs[stops - 1, 1]], axis=1)
