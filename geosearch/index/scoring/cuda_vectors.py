"""A segment's vectors in the memory of a torch device, uploaded once.

They stay in 16 bits: what is computed with them is in float32.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.files.mapped import release_pages

if TYPE_CHECKING:
    import torch

_STEP_ROWS = 65_536
"""Rows that are copied at a time: bounds what is neither mapped nor on the device."""
_RESERVE = 0.1
"""Fraction of a device's memory that is left to others: to encoders, above all."""
_MIN_RESERVE_BYTES = 1 << 30
"""Room for what a search itself takes there, too."""
_MARK_BYTES = 3
"""What a filter's mask takes for each row while it is made."""
_NORM_MARGIN = 1.001
"""Lengths are computed in float32, with an error far below this."""


@dataclass(frozen=True, slots=True)
class DeviceVectors:
    """A segment's vectors on a device."""

    rows: "torch.Tensor"
    """float16 [n, dim]."""
    max_norm: float
    """No vector is longer than this."""


def upload(vectors: NDArray[np.float16], device: str) -> DeviceVectors | None:
    """Copy vectors to a device, a step at a time.

    Args:
        vectors: float16 [n, dim], n >= 1, mapped or not.
        device: As torch names it.

    Returns:
        None if one of them is not finite, so that nothing can be said of scores, or if the
        device has no room for them after all.
    """
    import torch

    try:
        rows = torch.empty(vectors.shape, dtype=torch.float16, device=device)
        max_norm = torch.zeros((), dtype=torch.float32, device=device)
        for first in range(0, len(vectors), _STEP_ROWS):
            # a copy: torch takes no read-only array
            step = torch.from_numpy(np.array(vectors[first : first + _STEP_ROWS])).to(device)
            rows[first : first + len(step)] = step
            lengths = torch.linalg.vector_norm(step, dim=1, dtype=torch.float32)
            max_norm = torch.maximum(max_norm, lengths.max())  # it hands NaN on
            release_pages(vectors)
    except torch.OutOfMemoryError:
        return None
    length = float(max_norm) * _NORM_MARGIN
    return DeviceVectors(rows, length) if np.isfinite(length) else None


def needed_bytes(vectors: NDArray[np.float16]) -> int:
    """Return what vectors take on a device, float16 [n, dim], with masks of their rows."""
    return vectors.nbytes + _MARK_BYTES * len(vectors)


def free_bytes(device: str) -> int | None:
    """Return how much of a device's memory may be taken; None where that is not known."""
    import torch

    if torch.device(device).type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    # what torch keeps for itself and does not use counts as free
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return max(free + kept - max(int(_RESERVE * total), _MIN_RESERVE_BYTES), 0)


def scores(queries: "torch.Tensor", rows: "torch.Tensor", *, fp16_matmul: bool) -> "torch.Tensor":
    """Return inner products, added in float32.

    Args:
        queries: float16 [q, dim].
        rows: float16 [m, dim].
        fp16_matmul: Whether the device multiplies 16-bit matrices into float32 ones.

    Returns:
        float32 [q, m].
    """
    import torch as library

    torch: Any = library  # its stubs lack `out_dtype`
    if fp16_matmul:
        return torch.mm(queries, rows.T, out_dtype=torch.float32)  # type: ignore[no-any-return]
    # 16-bit numbers are whole in TF32 too, should the program have allowed that
    return queries.float() @ rows.float().T


def has_fp16_matmul(device: str, dim: int) -> bool:
    """Return whether a device multiplies 16-bit vectors [dim] into float32 scores; tried out."""
    import torch

    least_above_1, numbers = 1 + 2.0**-10, min(dim, 16)
    rows = torch.zeros(48, dim, dtype=torch.float16, device=device)
    rows[:, :numbers] = least_above_1
    try:
        found = [scores(queries, rows, fp16_matmul=True) for queries in (rows[:1], rows)]
    except (TypeError, RuntimeError):  # older versions of torch, and devices that cannot
        return False
    # the nearest 16-bit number is four times as far away as that
    away = [(one - numbers * least_above_1**2).abs().max() for one in found]
    return bool(max(away) < numbers * 2.0**-22)
