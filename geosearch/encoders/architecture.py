"""The sizes of a CLIP with a vision transformer, read from its state dict."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from geosearch.encoders.blocks import HEAD_WIDTH
from geosearch.errors import WeightsError

_NOT_CLIP = "give a checkpoint of the CLIP kind with a vision transformer (OpenAI's key names)"


@dataclass(frozen=True, slots=True)
class ClipArchitecture:
    """All that must be known to build both towers."""

    dim: int
    """Length of a vector."""
    image_size: int
    """Edge of the input image, pixels."""
    patch_size: int
    """Edge of a patch, pixels."""
    vision_width: int
    vision_layers: int
    vision_heads: int
    vision_hidden: int
    """Width inside the feed-forward part."""
    text_width: int
    text_layers: int
    text_heads: int
    text_hidden: int
    text_length: int
    """Longest text, tokens."""
    vocabulary: int
    activation: str
    """``quickgelu`` or ``gelu``; no checkpoint says which."""


def read_architecture(state: Mapping[str, Tensor], *, activation: str) -> ClipArchitecture:
    """Infer every size as the reference's loader does; a head is 64 wide.

    Args:
        state: Weights with one ``positional_embedding`` of the text tower.
        activation: What the weights were trained with.

    Raises:
        WeightsError: A tensor from which sizes are read is missing or has another rank.
    """
    conv = _shape(state, "visual.conv1.weight", 4)
    positions = _shape(state, "visual.positional_embedding", 2)
    text_length, text_width = _shape(state, "positional_embedding", 2)
    grid = round((positions[0] - 1) ** 0.5)
    return ClipArchitecture(
        dim=_shape(state, "text_projection", 2)[1],
        image_size=grid * conv[2],
        patch_size=conv[2],
        vision_width=conv[0],
        vision_layers=_layers(state, "visual.transformer"),
        vision_heads=_heads(conv[0], "vision"),
        vision_hidden=_shape(state, "visual.transformer.resblocks.0.mlp.c_fc.weight", 2)[0],
        text_width=text_width,
        text_layers=_layers(state, "transformer"),
        text_heads=_heads(text_width, "text"),
        text_hidden=_shape(state, "transformer.resblocks.0.mlp.c_fc.weight", 2)[0],
        text_length=text_length,
        vocabulary=_shape(state, "token_embedding.weight", 2)[0],
        activation=activation,
    )


def _shape(state: Mapping[str, Tensor], key: str, rank: int) -> tuple[int, ...]:
    if key not in state:
        raise WeightsError(f"the weights have no {key!r}", hint=_NOT_CLIP)
    shape = tuple(state[key].shape)
    if len(shape) != rank or 0 in shape:
        raise WeightsError(
            f"{key!r} has shape {list(shape)}, {rank} dimensions expected", hint=_NOT_CLIP
        )
    return shape


def _layers(state: Mapping[str, Tensor], tower: str) -> int:
    pattern = re.compile(rf"{re.escape(tower)}\.resblocks\.(\d+)\.")
    return len({match[1] for key in state if (match := pattern.match(key))})


def _heads(width: int, tower: str) -> int:
    heads = max(width // HEAD_WIDTH, 1)
    if width % heads:
        raise WeightsError(
            f"the {tower} tower is {width} wide, which {heads} heads do not divide",
            hint=f"widths must be a multiple of the head width, {HEAD_WIDTH}",
        )
    return heads
