"""Knowledge-preserved stretching: a CLIP for 77 tokens reads 248.

Zhang et al., Long-CLIP (arXiv 2403.15378), as its code has it and DGTRS-CLIP's too: the first 20
rows of the table of text positions, which training has seen most, stay; the others are stretched
four times by linear interpolation, and the last ones are continued beyond the end. (The paper's
formula leaves out the offset of 20; the code is what weights were trained with.)
"""

import torch

KEPT = 20
"""Rows that stay: the 21st is the first that is stretched."""
TIMES = 4
SHORT = 77
LONG = TIMES * SHORT - (TIMES - 1) * KEPT


def stretch(positions: torch.Tensor) -> torch.Tensor:
    """Return a table of 248 text positions made from one of 77.

    With P the given table, row r >= 20 is P at 20 + (r - 20) / 4, interpolated linearly, where P
    goes on in a line after its last two rows.

    Args:
        positions: floating [77, width].

    Returns:
        [248, width] of the same type.
    """
    j = torch.arange(TIMES, dtype=positions.dtype)[:, None]
    near, far = positions[KEPT:-1, None], positions[KEPT + 1 :, None]  # [56, 1, width]
    between = ((TIMES - j) * near + j * far) / TIMES  # [56, 4, width]
    last = positions[-1] + j * (positions[-1] - positions[-2]) / TIMES  # [4, width]
    return torch.cat([positions[:KEPT], between.flatten(0, 1), last])
