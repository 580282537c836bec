"""The encoders by name: what is known of one, how to load it, which one is the default."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from geosearch.encoders.compute.device import require_compute
from geosearch.encoders.contract import Encoder
from geosearch.encoders.entries import (
    DGTRS,
    ENTRIES,
    MINI_FAMILY,
    NULL,
    NULL_FAMILY,
    OPEN_CLIP,
    SIGLIP,
    EncoderInfo,
)
from geosearch.encoders.weights import hub
from geosearch.errors import UsageError

MINI = "mini"
DEFAULT = "dgtrs-clip-vit-b-16"
ACTIVATIONS = ("quickgelu", "gelu")

_OPEN_CLIP_PREFIX = "open-clip:"
_LOADERS = {
    DGTRS: "clip.dgtrs",
    OPEN_CLIP: "clip.openclip",
    SIGLIP: "siglip.encoder",
    MINI_FAMILY: "mini",
    NULL_FAMILY: "null",
}
"""Family to the module whose ``load_info`` loads one, imported when it is needed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder that is taken when none is named."""

    name: str
    reason: str
    """Why this one, in a few words."""


def encoder_names() -> list[str]:
    """Return the names of all encoders that have one of their own."""
    return [info.name for info in ENTRIES]


def encoder_info(name: str) -> EncoderInfo:
    """Return what is known about an encoder without loading it.

    Args:
        name: One of :func:`encoder_names`, or ``open-clip:`` and an architecture, as
            ``open-clip:ViT-B-32`` or ``open-clip:ViT-B-32-quickgelu``. An ending ``:gelu`` or
            ``:quickgelu`` names the activation that the weights were trained with.

    Raises:
        UsageError: The name is unknown, or the encoder's activation is fixed.
    """
    plain, activation = _split(name)
    info = _plain_info(plain)
    if activation is None:
        return info
    if info.activation is None:
        raise UsageError(
            f"the activation of {info.name} is fixed",
            hint="omit `activation`",
            parameter="activation",
        )
    return replace(info, name=name, activation=activation)


def with_activation(name: str, activation: str | None) -> str:
    """Return an encoder's name that includes the activation its weights were trained with.

    Such a name is all that an index has to remember.

    Raises:
        UsageError: The encoder or activation is unknown, or the encoder's activation is fixed.
    """
    if activation is None:
        return name
    if activation not in ACTIVATIONS:
        raise UsageError(
            f"unknown activation {activation!r}",
            hint=f"use {' or '.join(ACTIVATIONS)}",
            parameter="activation",
        )
    plain, _ = _split(name)
    other = f"{plain}:{activation}"
    same = encoder_info(other).activation == encoder_info(plain).activation
    return plain if same else other


def _split(name: str) -> tuple[str, str | None]:
    plain, _, ending = name.rpartition(":")
    return (plain, ending) if plain and ending in ACTIVATIONS else (name, None)


def _plain_info(name: str) -> EncoderInfo:
    for info in (*ENTRIES, NULL):
        if info.name == name:
            return info
    if name.startswith(_OPEN_CLIP_PREFIX):
        return _open_clip_info(name)
    names = encoder_names()
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.4)
    guess = f"did you mean {close[0]}? " if close else ""
    raise UsageError(
        f"unknown encoder {name!r}",
        hint=f"{guess}the encoders are {', '.join(names)}, and {_OPEN_CLIP_PREFIX}ARCHITECTURE "
        "with `weights`",
        parameter="encoder",
    )


def _open_clip_info(name: str) -> EncoderInfo:
    from geosearch.encoders.clip.openclip import architecture_of, named_activation

    architecture = name.removeprefix(_OPEN_CLIP_PREFIX)
    return EncoderInfo(
        name,
        OPEN_CLIP,
        None,
        "of the file",
        image_size=architecture_of(architecture).image_size,
        text_length=77,
        size_mb=0,
        description=f"any checkpoint of OpenCLIP's {architecture}",
        architecture=architecture,
        activation=named_activation(architecture),
    )


def load_encoder(
    name: str,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
) -> Encoder:
    """Load an encoder; weights that are not on this machine are fetched from the hub.

    Args:
        name: As :func:`encoder_info` takes it.
        weights: A checkpoint to take instead of the published one; or a folder that holds one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        UsageError: The name, device or precision is unknown.
        EncoderError: The device is not available.
        WeightsError: The weights are missing, unreadable or of another architecture.
    """
    info = encoder_info(name)
    # refused before weights are fetched and read for it
    require_compute(device, precision)
    module = import_module(f"geosearch.encoders.{_LOADERS[info.family]}")
    load: Callable[..., Encoder] = module.load_info
    return load(info, weights, device=device, precision=precision)


def choose_default() -> Choice:
    """Return the encoder to take when none is named, and why.

    It is DGTRS-CLIP B/16 if its weights are on this machine or the hub answers within a few
    seconds, else ``mini``. Loads and fetches nothing.
    """
    best = encoder_info(DEFAULT)
    assert best.repo is not None
    if hub.cached(best.repo):
        return Choice(DEFAULT, "its weights are in the hub's cache")
    if hub.reachable(best.repo):
        return Choice(DEFAULT, f"its weights are fetched from the hub, {best.size_mb} MB, once")
    why = (
        "the hub is not asked: HF_HUB_OFFLINE is set" if hub.offline() else "the hub did not answer"
    )
    return Choice(
        MINI,
        f"it is bundled with geosearch; the weights of {DEFAULT} are not here and {why}; "
        f"`hf download {best.repo}` gets them",
    )


def weights_here(info: EncoderInfo) -> bool:
    """Return whether an encoder can be used without a download and without ``weights``."""
    if info.repo is None:
        return info.family in (MINI_FAMILY, NULL_FAMILY)
    return hub.cached(info.repo, info.file) is not None
