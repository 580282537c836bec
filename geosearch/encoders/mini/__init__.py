"""`mini`: the small encoder that ships inside the package.

An EfficientNet-Lite0 for images of 128 x 128 pixels and the sentence encoder all-MiniLM-L6-v2 for
texts, aligned on captioned aerial and satellite images by ``python -m workshop.mini train``; see
``docs/explanation/mini.md`` for what it is, and is not, good for.

Importing this, loading `mini`, and encoding texts costs no torch.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.encoders.compute.device import require_compute
from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.images.pixels import fit
from geosearch.encoders.mini.arrays import StoredArrays, arrays_in, does_not_fit, read_content
from geosearch.encoders.mini.encoder import MiniEncoder, fingerprint_of
from geosearch.encoders.mini.sizes import DIM, IMAGE_SIZE, TEXT_LENGTH, WIDTH
from geosearch.encoders.mini.tokens import tokenize, vocabulary_bytes
from geosearch.lazy import lazy_names

if TYPE_CHECKING:
    from geosearch.encoders.mini.image_tower import ImageTower, SameConv, folded
    from geosearch.encoders.mini.image_tower import checkpoint_keys as image_checkpoint_keys
    from geosearch.encoders.mini.text_tower import Head, SentenceEncoder, TextTower
    from geosearch.encoders.mini.text_tower import checkpoint_keys as text_checkpoint_keys
    from geosearch.encoders.mini.weights import read, save, sentence_state

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


_HOME = {
    "Head": "text_tower",
    "ImageTower": "image_tower",
    "SameConv": "image_tower",
    "SentenceEncoder": "text_tower",
    "TextTower": "text_tower",
    "folded": "image_tower",
    "image_checkpoint_keys": "image_tower:checkpoint_keys",
    "read": "weights",
    "save": "weights",
    "sentence_state": "weights",
    "text_checkpoint_keys": "text_tower:checkpoint_keys",
}

__getattr__ = lazy_names(__name__, _HOME)


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
        UsageError: The device or the precision is unknown.
        EncoderError: The device is not there.
        WeightsError: The file is missing, unreadable, or of another layout. That the image tower
            does not fit is said when an image is first encoded.
    """
    require_compute(device, precision)
    path = bundled_weights() if weights is None else weights
    content = read_content(path)
    stored = arrays_in(content, path)
    try:
        return MiniEncoder(
            partial(_image_tower, stored, path),
            stored.text,
            fingerprint=fingerprint_of(content),
            device=device,
            precision=precision,
        )
    except ValueError as error:
        raise does_not_fit(path, error) from error


def _image_tower(stored: StoredArrays, path: Path) -> "ImageTower":
    from geosearch.encoders.mini.weights import image_tower

    try:
        return image_tower(stored.image)
    except (RuntimeError, TypeError, ValueError) as error:
        raise does_not_fit(path, error) from error
