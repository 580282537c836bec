"""A running average of weights, without the noise of the last steps."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


class Average(Generic[M]):
    """Exponential moving average of a module's parameters and statistics."""

    def __init__(self, module: M, span_steps: float) -> None:
        """Begin with the module as it is; the average is for use, not for training.

        Args:
            module: What is trained.
            span_steps: Number of steps that the average reaches back, about.
        """
        self.module = copy.deepcopy(module).requires_grad_(False).eval()
        self._span = span_steps

    @torch.no_grad()
    def follow(self, module: M, step: int) -> None:
        """Take in the weights after a step, counted from 0.

        The early average is short, or it would remember where training began.
        """
        rate = max(1 / self._span, 19 / (step + 20))
        for mean, new in zip(
            self.module.state_dict().values(), module.state_dict().values(), strict=True
        ):
            if mean.is_floating_point():
                mean.lerp_(new, rate)
            else:
                mean.copy_(new)
