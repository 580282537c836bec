"""Embedding of files: images as the encoder's authors read them, and texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.contract import Encoder
from geosearch.encoders.images import IMAGE_ENDINGS, read_image
from geosearch.errors import EncoderError, Refusal, UsageError
from geosearch.progress import track

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors of images or texts, and what could not be embedded."""

    vectors: NDArray[np.float32]
    """float32 [n, dim], unit length."""
    items: tuple[str, ...]
    """File paths or texts, one a vector."""
    refused: tuple[Refusal, ...] = ()
    """Images that could not be read."""


def embed_texts(encoder: Encoder, texts: Sequence[str]) -> Embedding:
    """Embed texts with a loaded encoder, in their order."""
    if not texts:
        raise UsageError("no text to embed", hint="give a file with a text a line")
    return Embedding(encoder.encode_texts(texts), tuple(texts))


def embed_images(
    encoder: Encoder, paths: Sequence[str | Path], *, progress: bool = False
) -> Embedding:
    """Embed image files, and those in folders, with a loaded encoder's own preprocessing.

    Raises:
        UsageError: No image was found.
    """
    files = find_images(paths)
    vectors, items, refused = [], [], []
    with track("embedding", len(files), "images", shown=progress) as advance:
        for start in range(0, len(files), _BATCH):
            names, pixels = [], []
            batch = files[start : start + _BATCH]
            for file in batch:
                try:
                    pixels.append(encoder.fit(read_image(file)))
                    names.append(str(file))
                except EncoderError as error:
                    refused.append(Refusal(str(file), error.message, error.hint))
            if names:
                vectors.append(encoder.encode_images(np.stack(pixels)))
                items += names
            advance(len(batch))
    if not items:
        reason = refused[0].reason if refused else "no image file among them"
        raise UsageError(
            f"no image could be embedded from {', '.join(map(str, paths))}: {reason}",
            hint="give image files, or folders that hold some",
        )
    return Embedding(np.concatenate(vectors), tuple(items), tuple(refused))


def find_images(paths: Sequence[str | Path]) -> list[Path]:
    """Return files as given, and folders' image files below them, sorted by path."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += sorted(p for p in path.rglob("*") if p.suffix.lower() in IMAGE_ENDINGS)
        else:
            files.append(path)
    return files


def write_embedding(embedding: Embedding, path: str | Path) -> None:
    """Write ``vectors`` (float32 [n, dim]) and ``items`` [n] as a NumPy ``.npz`` file.

    Raises:
        UsageError: It cannot be written there.
    """
    try:
        with Path(path).open("wb") as file:  # an open file: numpy would add an ending to a name
            np.savez(file, vectors=embedding.vectors, items=np.array(embedding.items, dtype=str))
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="give -o a file in a folder that exists"
        ) from error
