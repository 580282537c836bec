"""The sizes of a CLIP, read from its state dict."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from geosearch.encoders.layers.blocks import HEAD_WIDTH
from geosearch.encoders.weights.loading import shape_of
from geosearch.errors import WeightsError

_NOT_CLIP = "give a checkpoint of the CLIP kind, with OpenAI's key names"
RESNET_WIDENING = 32
"""Channels that a residual network's last stage gives over those inside its first."""
_RESNET_STAGES = 4
_RESNET_STRIDE = 32  # pixels of the image to one of the last stage


@dataclass(frozen=True, slots=True)
class VitSizes:
    """An image tower that is a transformer over patches."""

    image_size: int
    """Edge of the input image, pixels."""
    patch_size: int
    """Edge of a patch, pixels."""
    width: int
    layers: int
    heads: int
    hidden: int
    """Width inside the feed-forward part."""

    @property
    def positions(self) -> int:
        """Patches of an image and the class token."""
        return (self.image_size // self.patch_size) ** 2 + 1

    @property
    def token_width(self) -> int:
        """Numbers of a position."""
        return self.width


@dataclass(frozen=True, slots=True)
class ResnetSizes:
    """An image tower that is CLIP's residual network with attention pooling."""

    image_size: int
    """Edge of the input image, pixels."""
    width: int
    """Channels of the first stage inside its blocks; the last stage gives 32 times as many."""
    blocks: tuple[int, ...]
    """Blocks of each stage."""
    heads: int
    """Of the pooling attention."""

    @property
    def positions(self) -> int:
        """Pixels of the third stage: the work of each is about that of a transformer's token."""
        return (self.image_size // 16) ** 2

    @property
    def token_width(self) -> int:
        """Channels of the third stage."""
        return 16 * self.width


@dataclass(frozen=True, slots=True)
class ClipArchitecture:
    """All that must be known to build both towers."""

    dim: int
    """Length of a vector."""
    vision: VitSizes | ResnetSizes
    text_width: int
    text_layers: int
    text_heads: int
    text_hidden: int
    text_length: int
    """Longest text, tokens."""
    vocabulary: int
    activation: str
    """``quickgelu`` or ``gelu``; no checkpoint says which."""

    @property
    def image_size(self) -> int:
        """Edge of the input image, pixels."""
        return self.vision.image_size

    @property
    def image_positions(self) -> int:
        """Tokens of an image, or what stands for them in a residual network."""
        return self.vision.positions

    @property
    def image_width(self) -> int:
        """Numbers of each position."""
        return self.vision.token_width

    def __str__(self) -> str:
        """Describe it for people."""
        if isinstance(self.vision, ResnetSizes):
            tower = f"ResNet of {'-'.join(map(str, self.vision.blocks))} blocks"
        else:
            tower = f"ViT of {self.vision.layers} layers, patch {self.vision.patch_size}"
        return (
            f"{tower}, {self.image_size} px; {self.text_layers} text layers, {self.text_length} "
            f"tokens; {self.dim} dimensions"
        )


def read_architecture(state: Mapping[str, Tensor], *, activation: str) -> ClipArchitecture:
    """Infer every size as the reference's loader does; a head is 64 wide.

    Args:
        state: Weights with one ``positional_embedding`` of the text tower.
        activation: What the weights were trained with.

    Raises:
        WeightsError: A tensor from which sizes are read is missing or has another rank.
    """
    text_length, text_width = shape_of(state, "positional_embedding", 2, _NOT_CLIP)
    resnet = any(key.startswith("visual.layer1.") for key in state)
    return ClipArchitecture(
        dim=shape_of(state, "text_projection", 2, _NOT_CLIP)[1],
        vision=_resnet(state) if resnet else _vit(state),
        text_width=text_width,
        text_layers=_count(state, r"transformer\.resblocks\.(\d+)\."),
        text_heads=_heads(text_width, "text"),
        text_hidden=shape_of(state, "transformer.resblocks.0.mlp.c_fc.weight", 2, _NOT_CLIP)[0],
        text_length=text_length,
        vocabulary=shape_of(state, "token_embedding.weight", 2, _NOT_CLIP)[0],
        activation=activation,
    )


def _vit(state: Mapping[str, Tensor]) -> VitSizes:
    width, _, patch, _ = shape_of(state, "visual.conv1.weight", 4, _NOT_CLIP)
    positions = shape_of(state, "visual.positional_embedding", 2, _NOT_CLIP)[0]
    return VitSizes(
        image_size=round((positions - 1) ** 0.5) * patch,
        patch_size=patch,
        width=width,
        layers=_count(state, r"visual\.transformer\.resblocks\.(\d+)\."),
        heads=_heads(width, "vision"),
        hidden=shape_of(state, "visual.transformer.resblocks.0.mlp.c_fc.weight", 2, _NOT_CLIP)[0],
    )


def _resnet(state: Mapping[str, Tensor]) -> ResnetSizes:
    width = shape_of(state, "visual.layer1.0.conv1.weight", 4, _NOT_CLIP)[0]
    positions = shape_of(state, "visual.attnpool.positional_embedding", 2, _NOT_CLIP)[0]
    return ResnetSizes(
        image_size=round((positions - 1) ** 0.5) * _RESNET_STRIDE,
        width=width,
        blocks=tuple(
            _count(state, rf"visual\.layer{stage}\.(\d+)\.")
            for stage in range(1, _RESNET_STAGES + 1)
        ),
        heads=_heads(RESNET_WIDENING * width, "vision"),
    )


def _count(state: Mapping[str, Tensor], numbered: str) -> int:
    pattern = re.compile(numbered)
    return len({match[1] for key in state if (match := pattern.match(key))})


def _heads(width: int, tower: str) -> int:
    heads = max(width // HEAD_WIDTH, 1)
    if width % heads:
        raise WeightsError(
            f"the {tower} tower is {width} wide, which {heads} heads do not divide",
            hint=f"widths must be a multiple of the head width, {HEAD_WIDTH}",
        )
    return heads
