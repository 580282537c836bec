"""CLIP's text tower: a causal transformer read at the end mark."""

import torch
from torch import Tensor, nn

from geosearch.encoders.clip.architecture import ClipArchitecture
from geosearch.encoders.layers.blocks import LAYER_NORM_EPS, Transformer


class TextTower(nn.Module):
    """Tokens and positions, blocks that look back only; the end mark's position is projected."""

    def __init__(self, sizes: ClipArchitecture) -> None:
        super().__init__()
        width = sizes.text_width
        self.token_embedding = nn.Embedding(sizes.vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty(sizes.text_length, width))
        self.transformer = Transformer(
            width,
            sizes.text_layers,
            sizes.text_heads,
            sizes.text_hidden,
            sizes.activation,
            causal=True,
        )
        self.ln_final = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.text_projection = nn.Parameter(torch.empty(width, sizes.dim))

    def forward(self, ids: Tensor) -> Tensor:
        """Embed token ids [n, positions] as [n, dim], not of unit length.

        ``positions`` may be fewer than the tower's: nothing before a position depends on what
        follows, so a batch cut at its longest text has the same embeddings.
        """
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        # the end mark has the largest id; argmax gives the first of equals
        ends = self.transformer(x, ids.argmax(dim=1))
        embedded: Tensor = self.ln_final(ends) @ self.text_projection
        return embedded
