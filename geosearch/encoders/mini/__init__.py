"""`mini`: the small encoder that ships inside the package.

An EfficientNet-Lite0 for images of 128 x 128 pixels and the sentence encoder all-MiniLM-L6-v2 for
texts, aligned on captioned aerial and satellite images by ``python -m workshop.mini train``; see
``docs/explanation/mini.md`` for what it is, and is not, good for.
"""

from pathlib import Path

from geosearch.encoders.compute.device import resolve_device, resolve_precision
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.images.pixels import fit
from geosearch.encoders.mini.encoder import MiniEncoder, fingerprint_of
from geosearch.encoders.mini.image_tower import DIM, IMAGE_SIZE, ImageTower, SameConv, folded
from geosearch.encoders.mini.image_tower import checkpoint_keys as image_checkpoint_keys
from geosearch.encoders.mini.text_tower import (
    TEXT_LENGTH,
    WIDTH,
    Head,
    SentenceEncoder,
    TextTower,
)
from geosearch.encoders.mini.text_tower import checkpoint_keys as text_checkpoint_keys
from geosearch.encoders.mini.tokens import tokenize, vocabulary_bytes
from geosearch.encoders.mini.weights import read, save, sentence_state
from geosearch.errors import WeightsError

__all__ = [
    "DIM",
    "IMAGE_SIZE",
    "TEXT_LENGTH",
    "WIDTH",
    "Head",
    "ImageTower",
    "MiniEncoder",
    "SameConv",
    "SentenceEncoder",
    "TextTower",
    "bundled_weights",
    "fit",
    "folded",
    "image_checkpoint_keys",
    "load",
    "load_info",
    "read",
    "save",
    "sentence_state",
    "text_checkpoint_keys",
    "tokenize",
    "vocabulary_bytes",
]


def bundled_weights() -> Path:
    """Return the file of weights that ships with the package."""
    return Path(__file__).resolve().parent.parent / "data" / "mini.safetensors"


def load_info(
    info: EncoderInfo, weights: str | Path | None, *, device: str, precision: str
) -> MiniEncoder:
    """Load the encoder of this family; see :func:`geosearch.encoders.load_encoder`."""
    path = None if weights is None else Path(weights)
    return load(device=device, precision=precision, weights=path)


def load(
    *, device: str = "auto", precision: str = "auto", weights: Path | None = None
) -> MiniEncoder:
    """Load `mini`.

    Args:
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        weights: A file that ``python -m workshop.mini train`` wrote; None for the bundled one.

    Raises:
        WeightsError: The file is missing, unreadable, or of another layout.
    """
    path = bundled_weights() if weights is None else weights
    device = resolve_device(device)
    image, text = read(path)
    try:
        fingerprint = fingerprint_of(path.read_bytes())
    except OSError as error:
        raise WeightsError(f"cannot read the weights {path}", hint="check the file") from error
    return MiniEncoder(
        image,
        text,
        fingerprint=fingerprint,
        device=device,
        precision=resolve_precision(device, precision),
    )
