"""The image tower of `mini`: EfficientNet-Lite0 and a projection into the shared space.

Architecture: Tan and Le, EfficientNet (arXiv 1905.11946), in Google's "Lite" form (no squeeze and
excitation, ReLU6 instead of Swish, stem and head not scaled), with TensorFlow's SAME padding,
which is uneven where the stride is 2. Keys are those of the public PyTorch checkpoint without
their leading underscores; the classifier is left out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import torch
from torch import nn
from torch.nn import functional

from geosearch.encoders.layers.folding import fold_norm
from geosearch.encoders.mini.sizes import DIM

_FEATURES = 1280
_EXACT_BLOCKS = 2
_STAGES = (  # repeats, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding: what is odd goes to the right and below."""

    convolve = staticmethod(functional.conv2d)
    """What computes it; training puts a function here whose backward pass is quicker on CPUs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return [n, out, ceil(h / stride), ceil(w / stride)]."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        pads: list[int] = []
        for extent in (x.shape[-1], x.shape[-2]):
            total = max((-(-extent // stride) - 1) * stride + kernel - extent, 0)
            pads += [total // 2, total - total // 2]
        even = len(set(pads)) == 1
        if not even:
            x = functional.pad(x, pads)
        padding = pads[0] if even else 0
        return self.convolve(x, self.weight, self.bias, stride, padding, 1, self.groups)


def _conv(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> SameConv:
    return SameConv(inputs, outputs, kernel, stride, groups=groups, bias=False)


def _norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)  # as the checkpoint was trained


class Block(nn.Module):
    """Expand, filter each channel on its own, project back; skipped around where shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expands = expansion > 1
        self.skips = stride == 1 and inputs == outputs
        if self.expands:
            self.expand_conv = _conv(inputs, inner)
            self.bn0 = _norm(inner)
            self.act0 = nn.ReLU6()
        self.depthwise_conv = _conv(inner, inner, kernel, stride, groups=inner)
        self.bn1 = _norm(inner)
        self.act1 = nn.ReLU6()
        self.project_conv = _conv(inner, outputs)
        self.bn2 = _norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return [n, outputs, h / stride, w / stride]."""
        y = self.act0(self.bn0(self.expand_conv(x))) if self.expands else x
        y = self.act1(self.bn1(self.depthwise_conv(y)))
        y = self.bn2(self.project_conv(y))
        return x + y if self.skips else y  # type: ignore[no-any-return]


class ImageTower(nn.Module):
    """Images to vectors (not yet of unit length)."""

    def __init__(self, dim: int = DIM) -> None:
        super().__init__()
        self.conv_stem = _conv(3, 32, 3, 2)
        self.bn0 = _norm(32)
        self.act0 = nn.ReLU6()
        blocks, channels = [], 32
        for repeats, kernel, stride, expansion, outputs in _STAGES:
            for i in range(repeats):
                blocks.append(Block(channels, outputs, kernel, stride if i == 0 else 1, expansion))
                channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.conv_head = _conv(channels, _FEATURES)
        self.bn1 = _norm(_FEATURES)
        self.act1 = nn.ReLU6()
        self.projection = nn.Linear(_FEATURES, dim, bias=False)

    def feature_map(self, x: torch.Tensor) -> torch.Tensor:
        """Return [n, 1280, h / 32, w / 32] of images [n, 3, h, w] in 0..255."""
        x = (x - 127) / 128  # exact in bf16 too
        x = self.act0(self.bn0(self.conv_stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.act1(self.bn1(self.conv_head(x)))  # type: ignore[no-any-return]

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return [n, 1280] of images [n, 3, h, w] in 0..255: what the checkpoint classifies by."""
        return self.feature_map(x).mean((2, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return [n, dim] of images [n, 3, h, w] in grey levels 0..255."""
        return self.projection(self.features(x))  # type: ignore[no-any-return]


def checkpoint_keys(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the public checkpoint's tensors under this tower's keys, without the classifier."""
    return {
        ".".join(part.removeprefix("_") for part in key.split(".")): tensor
        for key, tensor in state.items()
        if not key.startswith("_fc.")
    }


def folded(tower: ImageTower) -> ImageTower:
    """Return a copy for inference with every BatchNorm folded into its convolution."""
    result = copy.deepcopy(tower).eval()
    for parent, conv_name, norm_name in list(_normed_convs(result)):
        fold_norm(getattr(parent, conv_name), getattr(parent, norm_name))
        setattr(parent, norm_name, nn.Identity())
    return result


class _Cast(nn.Module):
    """Change of number type between two blocks."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(self.dtype)


def mostly_in(tower: ImageTower, dtype: torch.dtype) -> ImageTower:
    """Turn a folded tower to a shorter number type, but for its first layers; reads float32.

    Stem and first two blocks stay in float32: of the tower's error in bf16 nearly all comes from
    the rounded weights there (cosine to float32 on the worst of 24 demo chips: 0.9955 with all in
    bf16, 0.9997 so), and they are a tenth of its work.
    """
    for part in (*tower.blocks[_EXACT_BLOCKS:], tower.conv_head, tower.projection):
        part.to(dtype)
    tower.blocks.insert(_EXACT_BLOCKS, _Cast(dtype))
    return tower


def _normed_convs(tower: ImageTower) -> Iterator[tuple[nn.Module, str, str]]:
    yield tower, "conv_stem", "bn0"
    for block in tower.blocks:
        if block.expands:
            yield block, "expand_conv", "bn0"
        yield block, "depthwise_conv", "bn1"
        yield block, "project_conv", "bn2"
    yield tower, "conv_head", "bn1"
