"""Ranges of rows as bits are the rows, one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.ann.bitmap import bitmap


@settings(deadline=None)
@given(st.sets(st.integers(0, 99), min_size=1), st.integers(1, 60), st.booleans())
def test_a_bitmap_has_the_bits_of_the_rows(chosen: set[int], repeats: int, sparse: bool) -> None:
    """Few ranges among many rows are marked in another way than many among few."""
    rows = np.array(sorted(chosen), dtype=np.int64)
    rows = (rows + 101 * np.arange(repeats)[:, None]).ravel()
    ranges = RowRanges.of_rows(rows)
    total = 101 * repeats + (8 * 500 * len(ranges) if sparse else 0)
    expected = np.zeros(total, bool)
    expected[rows] = True
    bits = np.unpackbits(bitmap(ranges, total), bitorder="little")[:total]
    assert (bits == expected).all()
