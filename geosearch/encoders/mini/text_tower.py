"""The text tower of `mini`: the sentence encoder all-MiniLM-L6-v2, frozen, and a head of our own.

MiniLM: Wang et al., arXiv 2002.10957; the sentence encoder: Reimers and Gurevych, arXiv
1908.10084 (mean of the last layer over the text's tokens, unit length). A BERT with post-norm
layers, exact GELU and LayerNorm's epsilon of 1e-12. Position and token-type tables are one here:
there is only one type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

from geosearch.encoders.mini.sizes import (
    DIM,
    EPSILON,
    HEAD_INNER,
    HEADS,
    INNER,
    LAYERS,
    TEXT_LENGTH,
    WIDTH,
)


class Table(nn.Module):
    """A table of token vectors, kept in 8 bits: only the rows looked up are made float."""

    values: torch.Tensor
    scale: torch.Tensor

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.register_buffer("values", torch.zeros(rows, width, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(rows))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return float32 [..., width] of int64 ids [...]."""
        return self.values[ids].float() * self.scale[ids].unsqueeze(-1)


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.attended = nn.Linear(WIDTH, WIDTH)
        self.attended_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.widen = nn.Linear(WIDTH, INNER)
        self.narrow = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Return [n, t, 384]; ``seen`` is bool [n, 1, 1, t], false for padding."""
        n, t, _ = x.shape
        query, key, value = (
            part(x).view(n, t, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        mixed = mixed.transpose(1, 2).reshape(n, t, WIDTH)
        x = self.attended_norm(x + self.attended(mixed))
        return self.norm(x + self.narrow(functional.gelu(self.widen(x))))  # type: ignore[no-any-return]


class SentenceEncoder(nn.Module):
    """All-MiniLM-L6-v2: tokens to sentence vectors of unit length."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.words = Table(vocabulary, WIDTH)
        self.positions = nn.Parameter(torch.zeros(TEXT_LENGTH, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, 384] of unit length.

        Args:
            ids: int64 [n, t], padded to the longest text of the batch.
            present: bool [n, t], false for padding.
        """
        x = self.norm(self.words(ids) + self.positions[: ids.shape[1]])
        seen = present[:, None, None, :]
        for layer in self.layers:
            x = layer(x, seen)
        weight = present.unsqueeze(-1).to(x.dtype)
        return functional.normalize((x * weight).sum(1) / weight.sum(1), dim=-1)


class Head(nn.Module):
    """From sentence vectors into the space that images share: 384 -> 1024 -> 512, exact GELU."""

    def __init__(self, dim: int = DIM) -> None:
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, HEAD_INNER)
        self.fc2 = nn.Linear(HEAD_INNER, dim)

    def forward(self, sentences: torch.Tensor) -> torch.Tensor:
        """Return [n, dim] (not yet of unit length) of unit vectors [n, 384]."""
        # unit vectors have components of 0.05: bring them to the size that layers start from
        return self.fc2(functional.gelu(self.fc1(sentences * math.sqrt(WIDTH))))  # type: ignore[no-any-return]


class TextTower(nn.Module):
    """Tokens to vectors (not yet of unit length): the frozen sentence encoder and the head."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.sentences = SentenceEncoder(vocabulary)
        self.head = Head()

    def forward(self, ids: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, dim]; arguments as of :class:`SentenceEncoder`."""
        return self.head(self.sentences(ids, present))  # type: ignore[no-any-return]


_LAYER_KEYS = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "norm",
}


def checkpoint_keys(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return MiniLM's published tensors under the keys of :class:`SentenceEncoder`, as floats.

    The words' table is float32 under ``words.values``; the pooler, which sentence vectors do not
    use, is left out.
    """
    table = state["embeddings.position_embeddings.weight"]
    kind = state["embeddings.token_type_embeddings.weight"][0]
    result = {
        "words.values": state["embeddings.word_embeddings.weight"],
        "positions": table[:TEXT_LENGTH] + kind,
        "norm.weight": state["embeddings.LayerNorm.weight"],
        "norm.bias": state["embeddings.LayerNorm.bias"],
    }
    for layer in range(LAYERS):
        for theirs, ours in _LAYER_KEYS.items():
            for part in ("weight", "bias"):
                tensor = state[f"encoder.layer.{layer}.{theirs}.{part}"]
                result[f"layers.{layer}.{ours}.{part}"] = tensor
    return result
