"""The encoders by name: how to get one, which one is taken by default."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from geosearch.encoders import hub
from geosearch.encoders.contract import Encoder
from geosearch.encoders.entries import (
    DGTRS,
    ENTRIES,
    MINI_FAMILY,
    NULL,
    NULL_FAMILY,
    OPEN_CLIP,
    SIGLIP,
    Entry,
)
from geosearch.errors import UsageError, WeightsError

MINI = "mini"
DEFAULT = "dgtrs-clip-vit-b-16"
ACTIVATIONS = ("quickgelu", "gelu")

_ANY = "open-clip:"
_TOKENIZERS = ("spiece.model", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder that is taken when none is named."""

    name: str
    reason: str
    """Why this one, in a few words."""


def names() -> list[str]:
    """Return the names of all encoders that have one of their own."""
    return [one.name for one in ENTRIES]


def entry(name: str) -> Entry:
    """Return what is known about an encoder without loading it.

    Args:
        name: One of :func:`names`, or ``open-clip:`` and an architecture, as
            ``open-clip:ViT-B-32`` or ``open-clip:ViT-B-32-quickgelu``. An ending ``:gelu`` or
            ``:quickgelu`` says what the weights were trained with.

    Raises:
        UsageError: There is none of that name, or its activation is no choice.
    """
    plain, activation = _split(name)
    known = _entry(plain)
    if activation is None:
        return known
    if known.activation is None:
        raise UsageError(
            f"the activation of {known.name} is no choice", hint="leave --activation out"
        )
    return replace(known, name=name, activation=activation)


def with_activation(name: str, activation: str | None) -> str:
    """Return an encoder's name that says what its weights were trained with.

    Such a name is all that an index has to remember.

    Raises:
        UsageError: There is no such encoder or activation, or the encoder has no choice.
    """
    if activation is None:
        return name
    if activation not in ACTIVATIONS:
        raise UsageError(
            f"there is no activation {activation!r}", hint=f"use {' or '.join(ACTIVATIONS)}"
        )
    plain, _ = _split(name)
    other = f"{plain}:{activation}"
    return plain if entry(other).activation == entry(plain).activation else other


def _split(name: str) -> tuple[str, str | None]:
    plain, _, ending = name.rpartition(":")
    return (plain, ending) if plain and ending in ACTIVATIONS else (name, None)


def _entry(name: str) -> Entry:
    for one in (*ENTRIES, NULL):
        if one.name == name:
            return one
    if name.startswith(_ANY):
        return _any_open_clip(name)
    close = get_close_matches(name.lower(), names(), n=1, cutoff=0.4)
    meant = f"did you mean {close[0]}? " if close else ""
    raise UsageError(
        f"there is no encoder {name!r}",
        hint=f"{meant}the encoders are {', '.join(names())}, and {_ANY}ARCHITECTURE with --weights",
    )


def _any_open_clip(name: str) -> Entry:
    from geosearch.encoders.openclip import architecture_of, named_activation

    architecture = name.removeprefix(_ANY)
    wanted = architecture_of(architecture)
    return Entry(
        name,
        OPEN_CLIP,
        None,
        "of the file",
        image_size=wanted.image_size,
        text_length=77,
        size_mb=0,
        description=f"any checkpoint of OpenCLIP's {architecture}, given with --weights",
        architecture=architecture,
        activation=named_activation(architecture),
    )


def load(
    name: str,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
) -> Encoder:
    """Load an encoder; weights that are not on this machine are fetched from the hub.

    Args:
        name: As :func:`entry` takes it.
        weights: A checkpoint to take instead of the published one; or a folder that holds one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        UsageError: The name, device or precision means nothing.
        EncoderError: The device is not there.
        WeightsError: The weights are missing, unreadable or of another architecture.
    """
    known = entry(name)
    if (device, precision) != ("auto", "auto"):
        _require_compute(device, precision)
    if known.family == MINI_FAMILY:
        from geosearch.encoders import mini

        named = None if weights is None else Path(weights)
        return mini.load(weights=named, device=device, precision=precision)
    if known.family == NULL_FAMILY:
        from geosearch.encoders.null import NullEncoder

        return NullEncoder()
    path, by_user = find_weights(known, weights)
    if known.family == SIGLIP:
        from geosearch.encoders.siglip import SiglipEncoder

        return SiglipEncoder(
            name,
            path,
            find_tokenizer(known, path),
            named_by_user=by_user,
            device=device,
            precision=precision,
        )
    activation = known.activation
    assert activation is not None  # every entry of the two families names one
    if known.family == DGTRS:
        from geosearch.encoders.dgtrs import load_dgtrs

        return load_dgtrs(
            name,
            path,
            activation=activation,
            named_by_user=by_user,
            device=device,
            precision=precision,
        )
    from geosearch.encoders.openclip import load_open_clip

    assert known.architecture is not None
    return load_open_clip(
        name,
        known.architecture,
        path,
        activation=activation,
        named_by_user=by_user,
        device=device,
        precision=precision,
    )


def _require_compute(device: str, precision: str) -> None:
    """Refuse what cannot compute here, before weights are fetched and read for it."""
    from geosearch.encoders.device import resolve_device, resolve_precision

    resolve_precision(resolve_device(device), precision)


def choose_default() -> Choice:
    """Return the encoder to take when none is named, and why.

    It is DGTRS-CLIP B/16 if its weights are on this machine or the hub answers within a few
    seconds, else ``mini``. Loads and fetches nothing.
    """
    best = entry(DEFAULT)
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
        f"it ships with geosearch; the weights of {DEFAULT} are not here and {why}; "
        f"`hf download {best.repo}` gets them",
    )


def weights_here(known: Entry) -> bool:
    """Say whether an encoder can be used without a download and without ``--weights``."""
    if known.repo is None:
        return known.family in (MINI_FAMILY, NULL_FAMILY)
    return hub.cached(known.repo, known.file) is not None


def find_weights(known: Entry, named: str | Path | None) -> tuple[Path, bool]:
    """Return the file of weights, and whether the user named it.

    Raises:
        WeightsError: It is not here and cannot be fetched.
    """
    if named is not None:
        path = Path(named)
        if path.is_dir():
            path = hub.checkpoint_in(path)
        return path, True
    if known.repo is None:
        raise WeightsError(
            f"the weights of {known.name} are on no hub", hint="give the file: --weights FILE"
        )
    return hub.cached(known.repo, known.file) or hub.fetch(known.repo, known.file), False


def find_tokenizer(known: Entry, weights: Path) -> Path:
    """Return the tokenizer of a SigLIP: beside its weights, in the hub's cache, or fetched.

    Raises:
        WeightsError: It is nowhere.
    """
    from geosearch.encoders.siglip import tokenizer_beside

    assert known.repo is not None
    if beside := tokenizer_beside(weights):
        return beside
    for name in _TOKENIZERS:
        if cached := hub.cached(known.repo, name):
            return cached
    try:
        return hub.fetch(known.repo, _TOKENIZERS[0])
    except WeightsError as error:
        raise WeightsError(
            f"there is no tokenizer beside {weights}: {error.message}",
            hint=f"put {' or '.join(_TOKENIZERS)} from the repository {known.repo} beside the "
            "weights",
        ) from error
