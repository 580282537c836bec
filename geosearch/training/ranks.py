"""Processes that train together, as ``torchrun`` starts them: one batch, shared out.

Every process holds the whole model and a slice of the batch. The loss is computed by each over
the vectors of all, so it is that of the whole batch, and the gradients of the slices are summed.
PyTorch's DistributedDataParallel would take their mean while the backward pass runs, which is
wrong where a batch is embedded twice (``pairs/learner.py``).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed, nn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which of the processes this one is."""

    number: int = 0
    """This process, counted from 0."""
    count: int = 1
    """Number of processes."""

    @property
    def first(self) -> bool:
        """Whether this process speaks and writes for all."""
        return self.number == 0

    def own(self, rows: Sequence[T]) -> Sequence[T]:
        """Return this process's slice of a batch's rows; they must divide by the count."""
        each = len(rows) // self.count
        return rows[self.number * each : (self.number + 1) * each]

    def gathered(self, own: torch.Tensor) -> torch.Tensor:
        """Return the rows of all processes in order; the gradient reaches this one's only.

        Args:
            own: [n, ...], of the same shape in every process.
        """
        if self.count == 1:
            return own
        parts = [torch.empty_like(own) for _ in range(self.count)]
        distributed.all_gather(parts, own.detach().contiguous())
        parts[self.number] = own
        return torch.cat(parts)

    def gathered_objects(self, own: Sequence[T]) -> list[T]:
        """Return the objects of all processes in order."""
        if self.count == 1:
            return list(own)
        parts: list[list[T]] = [[] for _ in range(self.count)]
        distributed.all_gather_object(parts, list(own))
        return [one for part in parts for one in part]

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace gradients by their sum over all processes, in one message per number type."""
        if self.count == 1:
            return
        gradients = [one.grad for one in parameters if one.grad is not None]
        for dtype in {gradient.dtype for gradient in gradients}:
            alike = [gradient for gradient in gradients if gradient.dtype == dtype]
            joint = torch.cat([gradient.reshape(-1) for gradient in alike])
            distributed.all_reduce(joint)
            for gradient, summed in zip(
                alike, torch.split(joint, [one.numel() for one in alike]), strict=True
            ):
                gradient.copy_(summed.view_as(gradient))

    def agreed(self, number: int) -> int:
        """Return the first process's number."""
        if self.count == 1:
            return number
        told = [number]
        distributed.broadcast_object_list(told)
        return told[0]


ALONE = Ranks()
"""One process."""


@contextmanager
def joined(device: str) -> Iterator[tuple[Ranks, str]]:
    """Join the processes that ``torchrun`` started, if it did.

    Args:
        device: What was asked for; every process takes a CUDA device of its own.

    Yields:
        The ranks, and this process's device.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Ranks(distributed.get_rank(), count), device
    finally:
        distributed.destroy_process_group()
