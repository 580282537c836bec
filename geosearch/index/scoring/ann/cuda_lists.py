"""Lists of the approximate tier, made on a torch device: their centres, and which rows go where.

Lloyd's k-means in the plain distance, as FAISS does it: from rows drawn at random, and where a list
gets no row, a large one is divided. Sums are products of matrices: the same on each run, which
adding row by row on a GPU is not.
"""

import sys
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Halves
from geosearch.index.files.mapped import release_pages

if TYPE_CHECKING:
    import torch


_STEP_ROWS = 16_384
"""Rows that are float32, with their scores by list, at a time."""
_APART = 2.0**-10
"""By so much of its size a centre is moved to either side, to divide a list; as FAISS does."""


def computing_device() -> str | None:
    """Return the CUDA device on which this process keeps most, as its encoder does; None for none.

    Who chose another device for the encoder, or has none, is not surprised.
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return None
    return f"cuda:{max(range(torch.cuda.device_count()), key=torch.cuda.memory_allocated)}"


def list_centres(
    sample: Halves, lists: int, device: str, *, iterations: int, seed: int
) -> Floats | None:
    """Return centres of lists by k-means, float32 [lists, dim]; None if memory is out.

    Args:
        sample: float16 [m, dim], m >= lists.
        lists: Number of lists.
        device: As torch names it.
        iterations: How often rows are divided again.
        seed: Of the rows to begin with.
    """
    import torch

    first = np.random.default_rng(seed).choice(len(sample), lists, replace=False)
    try:
        rows = torch.from_numpy(sample).to(device)
        centres = rows[torch.from_numpy(first).to(device)].float()
        for _ in range(iterations):
            centres = _moved(rows, centres)
        return centres.cpu().numpy()
    except torch.OutOfMemoryError:
        return None


def _moved(rows: "torch.Tensor", centres: "torch.Tensor") -> "torch.Tensor":
    import torch

    sums, counts = torch.zeros_like(centres), centres.new_zeros(len(centres))
    for part in rows.split(_STEP_ROWS):  # type: ignore[no-untyped-call]
        nearest = _nearest(part.float(), centres, _offsets(centres))
        mine = torch.nn.functional.one_hot(nearest, len(centres)).float()
        sums += mine.T @ part.float()
        counts += mine.sum(0)
    moved = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None], centres)
    empty = torch.nonzero(counts == 0)[:, 0]
    large = counts.argsort(descending=True, stable=True)[: len(empty)]
    large = large[counts[large] > 1]
    # up in half of the directions and down in the others, and the other way round
    side = _APART * (1 - 2 * (torch.arange(centres.shape[1], device=centres.device) % 2))
    moved[empty[: len(large)]] = moved[large] * (1 + side)
    moved[large] = moved[large] * (1 - side)
    return moved


def chosen_lists(
    vectors: Halves, centres: Floats, mean: Floats, device: str
) -> NDArray[np.int64] | None:
    """Return the list of each row, int64 [n]; None if the device's memory is out.

    Args:
        vectors: float16 [n, dim], mapped or not.
        centres: float32 [lists, dim], of rows less their mean.
        mean: float32 [dim].
        device: As torch names it.
    """
    import torch

    chosen = np.empty(len(vectors), np.int64)
    try:
        there, middle = (torch.from_numpy(one).to(device) for one in (centres, mean))
        for first in range(0, len(vectors), _STEP_ROWS):
            # a copy: torch takes no read-only array
            part = torch.from_numpy(np.array(vectors[first : first + _STEP_ROWS])).to(device)
            nearest = _nearest(part.float() - middle, there, _offsets(there))
            chosen[first : first + len(part)] = nearest.cpu().numpy()
            release_pages(vectors)
    except torch.OutOfMemoryError:
        return None
    return chosen


def _offsets(centres: "torch.Tensor") -> "torch.Tensor":
    """Return half the squared length of each centre, float32 [lists]."""
    return (centres * centres).sum(1) / 2


def _nearest(
    rows: "torch.Tensor", centres: "torch.Tensor", offsets: "torch.Tensor"
) -> "torch.Tensor":
    # of |x - c|^2, what depends on c
    return (rows @ centres.T - offsets).argmax(1)
