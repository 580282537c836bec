"""Ranges of rows as bits, the form in which FAISS takes a filter."""

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Rows
from geosearch.index.arrays.row_ranges import RowRanges

_BYTES_PER_RANGE = 500
"""Marking all bytes at once takes as long as going from one range to the next takes for so many."""

Bits = NDArray[np.uint8]


def bitmap(ranges: RowRanges, rows: int) -> Bits:
    """Return ranges as bits of ``rows`` rows, uint8, the least significant bit first."""
    first, last = ranges.starts, ranges.stops
    bits = _whole_bytes((first + 7) // 8, last // 8, (rows + 7) // 8)
    # bytes that a range begins or ends in; one that does both is their common part
    head = np.where(first % 8, 0xFF << (first % 8), 0) & 0xFF
    tail = (1 << (last % 8)) - 1
    within = first // 8 == last // 8
    np.bitwise_or.at(
        bits, (first // 8)[within], ((0xFF << (first % 8)) & tail)[within].astype(np.uint8)
    )
    apart = ~within
    np.bitwise_or.at(bits, (first // 8)[apart], head[apart].astype(np.uint8))
    ends = apart & (last % 8 > 0)
    np.bitwise_or.at(bits, (last // 8)[ends], tail[ends].astype(np.uint8))
    return bits


def _whole_bytes(low: Rows, high: Rows, count: int) -> Bits:
    """Return ``count`` bytes of which those from a low to its high are all ones, uint8."""
    if len(low) * _BYTES_PER_RANGE <= count:
        bits = np.zeros(count, np.uint8)
        for begin, end in zip(low.tolist(), high.tolist(), strict=True):
            bits[begin:end] = 0xFF
        return bits
    some = low < high
    edges = np.zeros(count + 1, np.int8)
    np.add.at(edges, low[some], 1)
    np.subtract.at(edges, high[some], 1)
    inside = np.cumsum(edges[:-1], dtype=np.int8).view(np.uint8)
    return np.multiply(inside, np.uint8(0xFF))
