"""Activations inside the convolutions, for inference on CPUs.

After folding, what remains between two convolutions is ReLU6, which torch computes in a pass of
its own over memory: a third of the tower's time. oneDNN computes it on what a convolution has
just summed, while that is still in registers; torch's compiler uses the same operator.
"""

import torch
from torch import nn

from geosearch.encoders.mini.image_tower import Block, ImageTower, SameConv


def fuse(tower: ImageTower) -> ImageTower:
    """Let a folded tower's convolutions clamp their own results, in place.

    A convolution stays as it is where torch has no such operator, or the processor cannot compute
    it in the weights' type: oneDNN has no bf16 without AVX-512. The result differs from the plain
    tower's by rounding only.
    """
    _fuse(tower, "conv_stem", "act0")
    _fuse(tower, "conv_head", "act1")
    for block in tower.blocks:
        if isinstance(block, Block):
            if block.expands:
                _fuse(block, "expand_conv", "act0")
            _fuse(block, "depthwise_conv", "act1")
    return tower


def _fuse(parent: nn.Module, conv_name: str, act_name: str) -> None:
    conv = getattr(parent, conv_name)
    assert isinstance(conv, SameConv)
    if not _available(conv.weight.dtype):
        return
    vars(conv)["convolve"] = _conv_relu6
    setattr(parent, act_name, nn.Identity())


def _conv_relu6(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    groups: int,
) -> torch.Tensor:
    """Compute ``relu6(conv2d(...))`` in one pass."""
    clamp = ("hardtanh", [0.0, 6.0], "")
    return torch.ops.mkldnn._convolution_pointwise(  # type: ignore[no-any-return]
        x, weight, bias, [padding] * 2, [stride] * 2, [dilation] * 2, groups, *clamp
    )


def _available(dtype: torch.dtype) -> bool:
    """Try it: the operator is internal to torch and may go, or change, with a version."""
    x, weight = torch.full((1, 1, 4, 4), 7.0, dtype=dtype), torch.ones(2, 1, 1, 1, dtype=dtype)
    try:
        clamped = _conv_relu6(x, weight, torch.zeros(2, dtype=dtype), 1, 0, 1, 1)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool((clamped == 6.0).all())
