"""CLIP's image tower: a vision transformer read at its class token."""

import torch
from torch import Tensor, nn

from geosearch.encoders.clip.architecture import VitSizes
from geosearch.encoders.layers.blocks import LAYER_NORM_EPS, Transformer


class VitTower(nn.Module):
    """Patches, class token, positions, blocks; the class token is projected."""

    def __init__(self, sizes: VitSizes, dim: int, activation: str) -> None:
        super().__init__()
        width, patch = sizes.width, sizes.patch_size
        grid = sizes.image_size // patch
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(grid * grid + 1, width))
        self.ln_pre = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.transformer = Transformer(
            width, sizes.layers, sizes.heads, sizes.hidden, activation, causal=False
        )
        self.ln_post = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.proj = nn.Parameter(torch.empty(width, dim))

    def forward(self, images: Tensor) -> Tensor:
        """Embed normalised images [n, 3, size, size] as [n, dim], not of unit length."""
        patches = self.conv1(images).flatten(2).transpose(1, 2)  # [n, grid * grid, width]
        first = self.class_embedding.expand(len(images), 1, -1)
        x = torch.cat([first, patches], dim=1) + self.positional_embedding
        at_class_token = torch.zeros(len(x), dtype=torch.int64, device=x.device)
        read = self.transformer(self.ln_pre(x), at_class_token)
        embedded: Tensor = self.ln_post(read) @ self.proj
        return embedded
