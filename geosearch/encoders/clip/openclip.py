"""Any CLIP whose checkpoint has OpenCLIP's layout, which is OpenAI's: RemoteCLIP, GeoRSCLIP, ...

Sizes are read from the file and compared with the architecture that was named. The activation is
a property of the weights that no file states; taking the wrong one costs accuracy silently
(mlfoundations/open_clip, issues 441, 771, 915), so it comes from the name or from the user.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from torch import Tensor

from geosearch.encoders.clip import bpe
from geosearch.encoders.clip.architecture import (
    RESNET_WIDENING,
    ClipArchitecture,
    ResnetSizes,
    VitSizes,
    read_architecture,
)
from geosearch.encoders.clip.dgtrs import NOT_WEIGHTS, SECOND, merge_positions
from geosearch.encoders.clip.encoder import ClipEncoder, load_clip
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.layers.blocks import HEAD_WIDTH
from geosearch.encoders.weights import checkpoint
from geosearch.encoders.weights.locating import find_weights
from geosearch.errors import UsageError, WeightsError

FAMILY = "open-clip"
_WIDENING = 4  # inside the feed-forward parts
_QUICK = "-quickgelu"  # OpenCLIP's own ending of names


@dataclass(frozen=True, slots=True)
class _Vit:
    """An architecture of OpenCLIP with a vision transformer."""

    dim: int
    image_size: int
    patch: int
    width: int
    layers: int
    text_width: int
    text_layers: int = 12
    head_width: int = HEAD_WIDTH


@dataclass(frozen=True, slots=True)
class _Resnet:
    """An architecture of OpenCLIP with a residual network."""

    dim: int
    image_size: int
    width: int
    blocks: tuple[int, ...]
    text_width: int
    text_layers: int = 12


_ARCHITECTURES: dict[str, _Vit | _Resnet] = {  # open_clip, model_configs/*.json
    "RN50": _Resnet(1024, 224, 64, (3, 4, 6, 3), 512),
    "RN101": _Resnet(512, 224, 64, (3, 4, 23, 3), 512),
    "RN50x4": _Resnet(640, 288, 80, (4, 6, 10, 6), 640),
    "RN50x16": _Resnet(768, 384, 96, (6, 8, 18, 8), 768),
    "RN50x64": _Resnet(1024, 448, 128, (3, 15, 36, 10), 1024),
    "ViT-S-32": _Vit(384, 224, 32, 384, 12, 384),
    "ViT-S-16": _Vit(384, 224, 16, 384, 12, 384),
    "ViT-B-32": _Vit(512, 224, 32, 768, 12, 512),
    "ViT-B-32-256": _Vit(512, 256, 32, 768, 12, 512),
    "ViT-B-16": _Vit(512, 224, 16, 768, 12, 512),
    "ViT-L-14": _Vit(768, 224, 14, 1024, 24, 768),
    "ViT-L-14-336": _Vit(768, 336, 14, 1024, 24, 768),
    "ViT-H-14": _Vit(1024, 224, 14, 1280, 32, 1024, 24, head_width=80),
    "ViT-g-14": _Vit(1024, 224, 14, 1408, 40, 1024, 24, head_width=88),
    "ViT-bigG-14": _Vit(1280, 224, 14, 1664, 48, 1280, 32, head_width=104),
}


def architectures() -> list[str]:
    """Return the names of all architectures, as OpenCLIP calls them."""
    return list(_ARCHITECTURES)


def named_activation(architecture: str) -> str:
    """Return what OpenCLIP's configuration of that name computes with."""
    return "quickgelu" if architecture.endswith(_QUICK) else "gelu"


def load_open_clip(
    name: str,
    architecture: str,
    path: Path,
    *,
    activation: str,
    named_by_user: bool = False,
    device: str = "auto",
    precision: str = "auto",
) -> ClipEncoder:
    """Load a checkpoint of a named architecture.

    Args:
        name: The encoder's name.
        architecture: OpenCLIP's name, as ``ViT-B-32``.
        path: The file.
        activation: What the weights were trained with: ``quickgelu`` or ``gelu``.
        named_by_user: The user named the file; else it is in the hub's cache.
        device: ``auto``, ``cpu``, ``cuda``, ...
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        UsageError: The architecture is unknown.
        WeightsError: The file cannot be read, or is of another architecture.
    """
    return load_clip(
        FAMILY,
        name,
        path,
        partial(read_open_clip, architecture, path, activation=activation),
        named_by_user=named_by_user,
        device=device,
        precision=precision,
    )


def load_info(
    info: EncoderInfo, weights: str | Path | None, *, device: str, precision: str
) -> ClipEncoder:
    """Load an encoder of this family; see :func:`geosearch.encoders.load_encoder`."""
    assert info.architecture is not None  # every entry of this family names both
    assert info.activation is not None
    file = find_weights(info, weights)
    return load_open_clip(
        info.name,
        info.architecture,
        file.path,
        activation=info.activation,
        named_by_user=file.named_by_user,
        device=device,
        precision=precision,
    )


def read_open_clip(
    architecture: str, path: Path, *, activation: str
) -> tuple[ClipArchitecture, dict[str, Tensor]]:
    """Return the sizes and the weights of a checkpoint of a named architecture.

    One that was stretched to long texts has a second table of text positions, as DGTRS-CLIP's;
    the two are merged.

    Raises:
        UsageError: The architecture is unknown.
        WeightsError: The file cannot be read, or is of another architecture.
    """
    wanted = architecture_of(architecture)
    stored = checkpoint.read_state_dict(path)
    state = {key: value for key, value in stored.items() if key not in NOT_WEIGHTS}
    if SECOND in state:
        state = merge_positions(state)
    return _checked(path, state, architecture, wanted, activation), state


def sizes_of(architecture: str, *, activation: str, text_length: int) -> ClipArchitecture:
    """Return the sizes of a named architecture, without weights.

    Raises:
        UsageError: The architecture is unknown.
    """
    wanted = architecture_of(architecture)
    return ClipArchitecture(
        dim=wanted.dim,
        vision=_vision_sizes(wanted),
        text_width=wanted.text_width,
        text_layers=wanted.text_layers,
        text_heads=wanted.text_width // HEAD_WIDTH,
        text_hidden=_WIDENING * wanted.text_width,
        text_length=text_length,
        vocabulary=bpe.VOCABULARY,
        activation=activation,
    )


def _vision_sizes(wanted: _Vit | _Resnet) -> VitSizes | ResnetSizes:
    if isinstance(wanted, _Resnet):
        heads = RESNET_WIDENING * wanted.width // HEAD_WIDTH
        return ResnetSizes(wanted.image_size, wanted.width, wanted.blocks, heads)
    return VitSizes(
        image_size=wanted.image_size,
        patch_size=wanted.patch,
        width=wanted.width,
        layers=wanted.layers,
        heads=wanted.width // wanted.head_width,
        hidden=_WIDENING * wanted.width,
    )


def architecture_of(architecture: str) -> _Vit | _Resnet:
    """Return the sizes of an architecture by OpenCLIP's name.

    Raises:
        UsageError: The architecture is unknown.
    """
    plain = architecture.removesuffix(_QUICK)
    if plain not in _ARCHITECTURES:
        close = get_close_matches(plain.replace("/", "-"), architectures(), n=1, cutoff=0.5)
        guess = f"did you mean {close[0]}? " if close else ""
        raise UsageError(
            f"unknown architecture {architecture!r}",
            hint=f"{guess}known are {', '.join(architectures())}",
            parameter="encoder",
        )
    return _ARCHITECTURES[plain]


def _checked(
    path: Path,
    state: Mapping[str, Tensor],
    architecture: str,
    wanted: _Vit | _Resnet,
    activation: str,
) -> ClipArchitecture:
    """Return the sizes of the file if they are those of the architecture.

    Raises:
        WeightsError: They are not; says what the file holds.
    """
    sizes = read_architecture(state, activation=activation)
    found = _summary(sizes)
    if _alike(found, wanted):
        return _with_heads(sizes, wanted)
    same = [name for name, known in _ARCHITECTURES.items() if _alike(found, known)]
    fits = f"it is a {same[0]}: name that" if same else "no architecture that geosearch knows fits"
    raise WeightsError(
        f"{path} does not hold a {architecture}, but a {sizes}",
        hint=f"{fits}; check that the file belongs to the named encoder",
    )


def _with_heads(sizes: ClipArchitecture, wanted: _Vit | _Resnet) -> ClipArchitecture:
    """Set the head width of the image tower, which no tensor shows."""
    if isinstance(sizes.vision, VitSizes) and isinstance(wanted, _Vit):
        heads = sizes.vision.width // wanted.head_width
        return replace(sizes, vision=replace(sizes.vision, heads=heads))
    return sizes


def _summary(sizes: ClipArchitecture) -> _Vit | _Resnet:
    vision, text = sizes.vision, (sizes.text_width, sizes.text_layers)
    if isinstance(vision, ResnetSizes):
        return _Resnet(sizes.dim, vision.image_size, vision.width, vision.blocks, *text)
    vit = (vision.image_size, vision.patch_size, vision.width, vision.layers)
    return _Vit(sizes.dim, *vit, *text)


def _alike(one: _Vit | _Resnet, other: _Vit | _Resnet) -> bool:
    """Compare all but the head width, which no file shows."""
    if isinstance(one, _Vit) and isinstance(other, _Vit):
        return replace(one, head_width=0) == replace(other, head_width=0)
    return one == other
