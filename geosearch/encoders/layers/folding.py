"""Constants of CLIP's towers folded into their weights, before they are brought to precision.

What a tower computes stays the same up to rounding; there is less to do for every image.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from geosearch.encoders.layers.blocks import QUICK_FACTOR, Mlp, QuickGELU

_PAIRS = {"conv1": "bn1", "conv2": "bn2", "conv3": "bn3", "0": "1"}
"""Names of convolutions and of the norms that follow them; the last are of a shortcut."""


def fold(tower: nn.Module) -> None:
    """Fold what can be folded, in place; the tower's tensors are replaced, not changed.

    Args:
        tower: In float32, with its weights, for inference.
    """
    for module in list(tower.modules()):
        if isinstance(module, Mlp) and isinstance(module.act, QuickGELU):
            _fold_quick_gelu(module)
        for conv_name, norm_name in _PAIRS.items():
            norm = getattr(module, norm_name, None)
            if isinstance(norm, nn.BatchNorm2d):
                fold_norm(getattr(module, conv_name), norm)
                setattr(module, norm_name, nn.Identity())


class _SiLUInPlace(nn.Module):
    """x * sigmoid(x), in one pass and without a second array of the widest layer."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(x, inplace=True)


def _fold_quick_gelu(mlp: Mlp) -> None:
    """Turn ``x sigmoid(a x)`` into ``silu(a x) / a``: the factors go into the layers around it."""
    mlp.c_fc.weight = _fixed(mlp.c_fc.weight * QUICK_FACTOR)
    mlp.c_fc.bias = _fixed(mlp.c_fc.bias * QUICK_FACTOR)
    mlp.c_proj.weight = _fixed(mlp.c_proj.weight / QUICK_FACTOR)
    mlp.act = _SiLUInPlace()


def fold_norm(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    """Give a convolution the gain and shift of the norm behind it.

    With running mean m, variance v, scale g, shift b: the weight of each output channel becomes
    ``w g / sqrt(v + eps)`` and its bias ``b - m g / sqrt(v + eps)``.
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    conv.weight = _fixed(conv.weight * gain.view(-1, 1, 1, 1))
    conv.bias = _fixed(norm.bias - norm.running_mean * gain)


def _fixed(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor, requires_grad=False)
