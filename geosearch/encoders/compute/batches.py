"""How many images or texts are computed at once, and how they get to the device."""

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_POSITIONS_PER_THREAD = 1024
"""On a CPU: so few that what one layer hands to the next stays in its caches."""
_POSITIONS_ELSEWHERE = 1 << 16
"""On a GPU: enough to fill it, few enough for its memory with the largest tower."""
_MAX_IMAGES = 1024
_FRACTION_OF_FREE = 0.5
_WIDTHS_PER_POSITION = 16
"""Numbers that a block keeps of each position, in widths: 4 inside the feed-forward part and as
much again for its result, 3 of query, key and value, and what goes in, out and around."""
_NUMBERS_PER_PIXEL = 12
"""Three colours on their way from bytes over float32 to the tower's numbers, as float32."""
_BYTES = 4
_IN_FLIGHT = 2


def images_at_once(device: str, *, positions: int, width: int, edge_px: int) -> int:
    """Return how many images to compute at once.

    Args:
        device: A resolved one.
        positions: Tokens of an image, or what stands for them in a convolutional tower.
        width: Numbers of each.
        edge_px: Longest edge of the images, before or after they are resized on the device.
    """
    kind = torch.device(device).type
    if kind == "cpu":
        return max(_POSITIONS_PER_THREAD * torch.get_num_threads() // positions, 1)
    maximum = min(max(_POSITIONS_ELSEWHERE // positions, 1), _MAX_IMAGES)
    if kind != "cuda":
        return maximum
    free, _ = torch.cuda.mem_get_info(device)
    numbers = positions * width * _WIDTHS_PER_POSITION + edge_px**2 * _NUMBERS_PER_PIXEL
    return max(min(maximum, int(free * _FRACTION_OF_FREE) // (numbers * _BYTES)), 1)


def on_device(chips: NDArray[np.uint8], at_once: int, device: str) -> Iterator[Tensor]:
    """Yield batches uint8 [n, h, w, 3] on the device, the next on its way while one is computed.

    For CUDA they go from page-locked memory on a stream of their own; at most two are under way,
    so that neither memory grows with the number of chips.
    """
    starts = range(0, len(chips), at_once)
    parts = (np.ascontiguousarray(chips[start : start + at_once]) for start in starts)
    if torch.device(device).type != "cuda":
        for part in parts:
            # a copy where needed, because torch does not take read-only arrays
            yield torch.from_numpy(part if part.flags.writeable else part.copy()).to(device)
        return
    yield from _on_cuda(parts, torch.device(device))


def _on_cuda(parts: Iterator[NDArray[np.uint8]], device: torch.device) -> Iterator[Tensor]:
    copying = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    computing = torch.cuda.current_stream(device)
    computed: deque[torch.cuda.Event] = deque()
    for part in parts:
        if len(computed) == _IN_FLIGHT:
            computed.popleft().synchronize()
        pinned = torch.empty(part.shape, dtype=torch.uint8, pin_memory=True)
        pinned.numpy()[...] = part
        with torch.cuda.stream(copying):
            there = pinned.to(device, non_blocking=True)
        computing.wait_stream(copying)
        there.record_stream(computing)  # else its memory would be given away too early
        yield there
        computed.append(computing.record_event())


def unit(features: Tensor) -> Tensor:
    """Bring features [n, dim] to unit length, in float32."""
    return functional.normalize(features.float(), dim=1)


def to_numpy(found: Sequence[Tensor]) -> NDArray[np.float32]:
    """Join vectors [n, dim] of several batches on the CPU: the one wait for the device."""
    there = found[-1].device
    joined: NDArray[np.float32] = torch.cat([part.to(there) for part in found]).cpu().numpy()
    return joined
