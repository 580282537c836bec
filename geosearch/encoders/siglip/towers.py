"""SigLIP's two towers: transformers without masks, read by an attention and at the last position.

Zhai et al., arXiv 2303.15343; after Hugging Face transformers, models/siglip, whose names the
attributes carry, so that weights are loaded by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from geosearch.encoders.weights.loading import shape_of
from geosearch.errors import WeightsError

LAYER_NORM_EPS = 1e-6
_HEAD_WIDTHS = {1152: 72}  # of so400m; all others are 64 wide
_HEAD_WIDTH = 64
_ALL = slice(None)
"""Of positions."""
_NOT_SIGLIP = "give a SigLIP checkpoint with the key names of Hugging Face transformers"


@dataclass(frozen=True, slots=True)
class SiglipSizes:
    """All that must be known to build both towers."""

    image_size: int
    """Edge of the input image, pixels."""
    patch_size: int
    """Edge of a patch, pixels."""
    width: int
    hidden: int
    """Width inside the feed-forward parts."""
    vision_layers: int
    text_layers: int
    text_length: int
    """Tokens of every text: shorter ones are padded, and the padding is read."""
    vocabulary: int

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.width

    @property
    def image_width(self) -> int:
        """Numbers of each patch."""
        return self.width

    @property
    def image_positions(self) -> int:
        """Patches of an image."""
        return (self.image_size // self.patch_size) ** 2

    @property
    def heads(self) -> int:
        """Of every attention."""
        return self.width // _HEAD_WIDTHS.get(self.width, _HEAD_WIDTH)


def read_sizes(state: Mapping[str, Tensor]) -> SiglipSizes:
    """Infer all sizes; the image's from the rows of its position table, whatever a card says.

    Raises:
        WeightsError: A tensor from which sizes are read is missing or has another rank.
    """
    shape = partial(shape_of, state, hint=_NOT_SIGLIP)
    width, _, patch, _ = shape("vision_model.embeddings.patch_embedding.weight", 4)
    positions = shape("vision_model.embeddings.position_embedding.weight", 2)[0]
    length, text_width = shape("text_model.embeddings.position_embedding.weight", 2)
    if text_width != width:
        raise WeightsError(
            f"the image tower is {width} wide and the text tower {text_width}", hint=_NOT_SIGLIP
        )
    return SiglipSizes(
        image_size=round(positions**0.5) * patch,
        patch_size=patch,
        width=width,
        hidden=shape("vision_model.encoder.layers.0.mlp.fc1.weight", 2)[0],
        vision_layers=_layers(state, "vision_model"),
        text_layers=_layers(state, "text_model"),
        text_length=length,
        vocabulary=shape("text_model.embeddings.token_embedding.weight", 2)[0],
    )


class VisionTower(nn.Module):
    """Patches, positions, blocks; one learned question asks all patches."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        patches = sizes.image_positions
        self.embeddings = nn.ModuleDict(
            {
                "patch_embedding": nn.Conv2d(
                    3, sizes.width, sizes.patch_size, stride=sizes.patch_size
                ),
                "position_embedding": nn.Embedding(patches, sizes.width),
            }
        )
        self.encoder = _Encoder(sizes, sizes.vision_layers)
        self.post_layernorm = nn.LayerNorm(sizes.width, eps=LAYER_NORM_EPS)
        self.head = _PoolingHead(sizes)

    def forward(self, images: Tensor) -> Tensor:
        """Embed normalised images [n, 3, size, size] as [n, width], not of unit length."""
        patches = self.embeddings["patch_embedding"](images).flatten(2).transpose(1, 2)
        x = patches + self.embeddings["position_embedding"].weight
        embedded: Tensor = self.head(self.post_layernorm(self.encoder(x)))
        return embedded


class TextTower(nn.Module):
    """Tokens, positions, blocks; the last position is projected, padding or not."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "token_embedding": nn.Embedding(sizes.vocabulary, sizes.width),
                "position_embedding": nn.Embedding(sizes.text_length, sizes.width),
            }
        )
        self.encoder = _Encoder(sizes, sizes.text_layers)
        self.final_layer_norm = nn.LayerNorm(sizes.width, eps=LAYER_NORM_EPS)
        self.head = nn.Linear(sizes.width, sizes.width)

    def forward(self, ids: Tensor) -> Tensor:
        """Embed token ids [n, text_length] as [n, width], not of unit length."""
        x = self.embeddings["token_embedding"](ids) + self.embeddings["position_embedding"].weight
        embedded: Tensor = self.head(self.final_layer_norm(self.encoder.at_the_end(x)))
        return embedded


class _Encoder(nn.Module):
    def __init__(self, sizes: SiglipSizes, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Block(sizes) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x

    def at_the_end(self, x: Tensor) -> Tensor:
        """[n, positions, width] to [n, width]: the last position, all that the last block does."""
        for layer in self.layers[:-1]:
            x = layer(x)
        last = self.layers[-1]
        assert isinstance(last, _Block)
        read: Tensor = last(x, slice(-1, None))
        return read[:, 0]


class _Block(nn.Module):
    """x = x + attention(norm(x)); x = x + mlp(norm(x)); at the positions that are read."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(sizes.width, eps=LAYER_NORM_EPS)
        self.self_attn = _Attention(sizes)
        self.layer_norm2 = nn.LayerNorm(sizes.width, eps=LAYER_NORM_EPS)
        self.mlp = _Mlp(sizes)

    def forward(self, x: Tensor, read: slice = _ALL) -> Tensor:
        x = x[:, read] + self.self_attn(self.layer_norm1(x), read)
        mlp: Tensor = self.mlp(self.layer_norm2(x))
        return x + mlp


class _Attention(nn.Module):
    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.q_proj = nn.Linear(sizes.width, sizes.width)
        self.k_proj = nn.Linear(sizes.width, sizes.width)
        self.v_proj = nn.Linear(sizes.width, sizes.width)
        self.out_proj = nn.Linear(sizes.width, sizes.width)

    def forward(self, x: Tensor, read: slice) -> Tensor:
        q = _split(self.q_proj(x[:, read]), self.heads)
        k, v = (_split(project(x), self.heads) for project in (self.k_proj, self.v_proj))
        mixed = functional.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.out_proj(_joined(mixed))
        return out


class _Mlp(nn.Module):
    """Widen, bend by GELU's tanh form, narrow."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.fc1 = nn.Linear(sizes.width, sizes.hidden)
        self.fc2 = nn.Linear(sizes.hidden, sizes.width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(functional.gelu(self.fc1(x), approximate="tanh"))
        return out


class _PoolingHead(nn.Module):
    """h = attention(probe, all patches); h + mlp(norm(h))."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.probe = nn.Parameter(torch.empty(1, 1, sizes.width))
        self.attention = _JointAttention(sizes)
        self.layernorm = nn.LayerNorm(sizes.width, eps=LAYER_NORM_EPS)
        self.mlp = _Mlp(sizes)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.attention(self.probe.expand(len(x), -1, -1), x)
        out: Tensor = (pooled + self.mlp(self.layernorm(pooled)))[:, 0]
        return out


class _JointAttention(nn.Module):
    """Attention whose three projections lie in one matrix, as torch's own module stores them."""

    def __init__(self, sizes: SiglipSizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * sizes.width, sizes.width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * sizes.width))
        self.out_proj = nn.Linear(sizes.width, sizes.width)

    def forward(self, asking: Tensor, asked: Tensor) -> Tensor:
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        q, k, v = (
            _split(functional.linear(x, weight, bias), self.heads)
            for x, weight, bias in zip((asking, asked, asked), weights, biases, strict=True)
        )
        out: Tensor = self.out_proj(_joined(functional.scaled_dot_product_attention(q, k, v)))
        return out


def _split(x: Tensor, heads: int) -> Tensor:
    """[n, positions, width] to [n, heads, positions, width / heads]."""
    n, positions, _ = x.shape
    return x.reshape(n, positions, heads, -1).transpose(1, 2)


def _joined(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)


def _layers(state: Mapping[str, Tensor], tower: str) -> int:
    prefix = f"{tower}.encoder.layers."
    return len({key[len(prefix) :].split(".")[0] for key in state if key.startswith(prefix)})
