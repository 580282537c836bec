"""Stretching is what Long-CLIP's code does, and a straight line stays one."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from geosearch.encoders.clip.stretching import stretch


def longclip(table: np.ndarray) -> np.ndarray:
    """Read the loops of Long-CLIP's ``load_from_clip`` row by row."""
    length, kept = len(table), 20
    out = np.zeros((4 * length - 3 * kept, table.shape[1]))
    for i in range(kept):
        out[i] = table[i]
    for i in range(length - 1 - kept):
        for j in range(4):
            out[4 * i + kept + j] = (4 - j) / 4 * table[i + kept] + j / 4 * table[i + 1 + kept]
    for j in range(4):
        out[4 * length - 3 * kept - 4 + j] = table[-1] + j * (table[-1] - table[-2]) / 4
    return out


def test_it_equals_the_loops_of_the_authors() -> None:
    table = torch.randn(77, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    stretched = stretch(table)
    assert stretched.shape == (248, 5)
    np.testing.assert_allclose(stretched.numpy(), longclip(table.numpy()), rtol=0, atol=1e-15)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_straight_line_is_stretched_to_a_straight_line(start: float, slope: float) -> None:
    rows = torch.arange(77, dtype=torch.float64)
    found = stretch((start + slope * rows)[:, None])[:, 0]
    places = torch.cat([torch.arange(20.0), 20 + torch.arange(228) / 4])
    torch.testing.assert_close(found, start + slope * places.double(), rtol=0, atol=1e-9)
