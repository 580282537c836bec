"""The encoders by name: what they are, how to get one, which one is taken by default."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from geosearch.encoders import hub
from geosearch.encoders.contract import Encoder
from geosearch.errors import UsageError

MINI = "mini"
DEFAULT = "dgtrs-clip-vit-b-16"


@dataclass(frozen=True, slots=True)
class Entry:
    """An encoder that can be named."""

    name: str
    repo: str | None
    """Hub repository of the weights; None if they ship with geosearch."""
    licence: str
    image_size: int
    """Edge of the input image, pixels."""
    text_length: int
    """Longest text, tokens."""
    size_mb: int
    """Weights, millions of bytes."""
    description: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder that is taken when none is named."""

    name: str
    reason: str
    """Why this one, in a few words."""


_ENTRIES = (
    Entry(
        DEFAULT,
        "MitsuiChen14/DGTRS-CLIP-ViT-B-16",
        "Apache-2.0",
        image_size=224,
        text_length=248,
        size_mb=599,
        description="DGTRS-CLIP B/16, tuned on 2 million satellite images with long texts",
    ),
    Entry(
        "dgtrs-clip-vit-l-14",
        "MitsuiChen14/DGTRS-CLIP-ViT-L-14",
        "Apache-2.0",
        image_size=224,
        text_length=248,
        size_mb=1712,
        description="DGTRS-CLIP L/14: larger and slower, for machines with a GPU",
    ),
    Entry(
        MINI,
        None,
        "research",
        image_size=128,
        text_length=256,
        size_mb=33,
        description="ships with geosearch: small and quick, for trying things out",
    ),
)


def names() -> list[str]:
    """Return the names of all encoders."""
    return [one.name for one in _ENTRIES]


def entry(name: str) -> Entry:
    """Return what is known about an encoder without loading it.

    Raises:
        UsageError: There is none of that name.
    """
    for one in _ENTRIES:
        if one.name == name:
            return one
    close = get_close_matches(name.lower(), names(), n=1, cutoff=0.4)
    meant = f"did you mean {close[0]}? " if close else ""
    raise UsageError(
        f"there is no encoder {name!r}", hint=f"{meant}the encoders are {', '.join(names())}"
    )


def load(
    name: str, *, weights: str | Path | None = None, device: str = "auto", precision: str = "auto"
) -> Encoder:
    """Load an encoder; weights that are not on this machine are fetched from the hub.

    Args:
        name: One of :func:`names`.
        weights: A checkpoint to take instead of the published one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: ``auto``, ``float32`` or ``bf16``.

    Raises:
        UsageError: The name, device or precision means nothing.
        EncoderError: The device is not there.
        WeightsError: The weights are missing, unreadable or of another architecture.
    """
    repo = entry(name).repo
    named = None if weights is None else Path(weights)
    if repo is None:
        from geosearch.encoders import mini

        return mini.load(weights=named, device=device, precision=precision)
    from geosearch.encoders.dgtrs import load_dgtrs

    path = named or hub.cached(repo) or hub.fetch(repo)
    return load_dgtrs(
        name, path, named_by_user=named is not None, device=device, precision=precision
    )


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
    return Choice(
        MINI,
        f"it ships with geosearch; the weights of {DEFAULT} are not here and the hub did not "
        f"answer: `hf download {best.repo}` gets them",
    )
