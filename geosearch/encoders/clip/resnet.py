"""CLIP's residual image tower: three convolutions as stem, pooling instead of strides, attention.

After openai/CLIP, model.py (ModifiedResNet): He et al. (arXiv 1512.03385) with the stem of
"ResNet-D" and antialiased strides, read by one attention over the last stage's pixels, in which
their mean asks. Attributes carry the names of the reference's state dict.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from geosearch.encoders.clip.architecture import ResnetSizes

_WIDENING = 4  # a block's output over its inner channels


class ResnetTower(nn.Module):
    """Stem, four stages, attention pooling."""

    def __init__(self, sizes: ResnetSizes, dim: int) -> None:
        super().__init__()
        width = sizes.width
        self.conv1 = nn.Conv2d(3, width // 2, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width // 2)
        self.conv2 = nn.Conv2d(width // 2, width // 2, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width // 2)
        self.conv3 = nn.Conv2d(width // 2, width, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        channels = width
        for stage, blocks in enumerate(sizes.blocks, start=1):
            inner = width * 2 ** (stage - 1)
            stride = 1 if stage == 1 else 2
            self.add_module(f"layer{stage}", _stage(channels, inner, blocks, stride))
            channels = inner * _WIDENING
        grid = sizes.image_size // 32
        self.attnpool = AttentionPool(grid * grid, channels, sizes.heads, dim)

    def forward(self, images: Tensor) -> Tensor:
        """Embed normalised images [n, 3, size, size] as [n, dim], not of unit length."""
        x = functional.relu_(self.bn1(self.conv1(images)))
        x = functional.relu_(self.bn2(self.conv2(x)))
        x = functional.relu_(self.bn3(self.conv3(x)))
        x = functional.avg_pool2d(x, 2)
        for name, stage in self.named_children():
            if name.startswith("layer"):
                x = stage(x)
        embedded: Tensor = self.attnpool(x)
        return embedded


class Bottleneck(nn.Module):
    """Narrow, filter, widen, beside a shortcut; a stride is an average over its pixels."""

    def __init__(self, channels: int, inner: int, stride: int) -> None:
        super().__init__()
        outer = inner * _WIDENING
        self.stride = stride
        self.conv1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outer, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outer)
        self.downsample: nn.Sequential | None = None
        if stride > 1 or channels != outer:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, outer, 1, bias=False), nn.BatchNorm2d(outer)
            )

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to [n, outer, h / stride, w / stride]."""
        y = functional.relu_(self.bn1(self.conv1(x)))
        y = self._pool(functional.relu_(self.bn2(self.conv2(y))))
        y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(self._pool(x))
        return functional.relu_(y.add_(shortcut))

    def _pool(self, x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, self.stride) if self.stride > 1 else x


class AttentionPool(nn.Module):
    """One attention over all pixels and their mean; the mean asks."""

    def __init__(self, pixels: int, channels: int, heads: int, dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.positional_embedding = nn.Parameter(torch.empty(pixels + 1, channels))
        self.q_proj = nn.Linear(channels, channels)
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.c_proj = nn.Linear(channels, dim)

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to [n, dim]."""
        tokens = x.flatten(2).transpose(1, 2)
        tokens = torch.cat([tokens.mean(1, keepdim=True), tokens], dim=1)
        tokens = tokens + self.positional_embedding
        q = self._split(self.q_proj(tokens[:, :1]))
        k, v = self._split(self.k_proj(tokens)), self._split(self.v_proj(tokens))
        mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2)
        pooled: Tensor = self.c_proj(mixed.flatten(1))
        return pooled

    def _split(self, x: Tensor) -> Tensor:
        """[n, positions, channels] to [n, heads, positions, channels / heads]."""
        n, positions, _ = x.shape
        return x.reshape(n, positions, self.heads, -1).transpose(1, 2)


def _stage(channels: int, inner: int, blocks: int, stride: int) -> nn.Sequential:
    first = Bottleneck(channels, inner, stride)
    others = (Bottleneck(inner * _WIDENING, inner, 1) for _ in range(blocks - 1))
    return nn.Sequential(first, *others)
