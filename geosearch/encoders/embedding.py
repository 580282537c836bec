"""Embedding of files: images as the encoder's authors read them, and texts."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.contract import Encoder
from geosearch.encoders.images import IMAGE_ENDINGS, read_image
from geosearch.errors import EncoderError, Refusal, UsageError
from geosearch.progress import track
from geosearch.text import is_readable, shown

_BATCH = 64
_READERS = min(os.cpu_count() or 1, 8)


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
    vectors: list[NDArray[np.float32]] = []
    items: list[str] = []
    refused: list[Refusal] = []
    with track("embedding", len(files), "images", shown=progress) as advance:
        for batch in _read_ahead(encoder, files):
            fitting = [one for one in batch if isinstance(one, _Fitted)]
            refused += [one for one in batch if isinstance(one, Refusal)]
            if fitting:
                vectors.append(encoder.encode_images(np.stack([one.pixels for one in fitting])))
                items += [one.path for one in fitting]
            advance(len(batch))
    if not items:
        reason = refused[0].reason if refused else "no image file among them"
        raise UsageError(
            f"no image could be embedded from {', '.join(map(shown, paths))}: {reason}",
            hint=refused[0].hint if refused else "give image files, or folders that hold some",
        )
    return Embedding(np.concatenate(vectors), tuple(items), tuple(refused))


@dataclass(frozen=True, slots=True)
class _Fitted:
    path: str
    pixels: NDArray[np.uint8]
    """uint8 [size, size, 3]: the encoder's input."""


def _read_ahead(encoder: Encoder, files: Sequence[Path]) -> Iterator[list[_Fitted | Refusal]]:
    """Yield batches of images in the files' order; the next is decoded while one is encoded.

    Memory holds two batches of fitted images, and one of full size for each reader.
    """
    underway: deque[list[Future[_Fitted | Refusal]]] = deque()
    with ThreadPoolExecutor(_READERS, "read images") as readers:
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            underway.append([readers.submit(_read, encoder, file) for file in batch])
            if len(underway) > 1:
                yield [one.result() for one in underway.popleft()]
        for last in underway:
            yield [one.result() for one in last]


def _read(encoder: Encoder, file: Path) -> _Fitted | Refusal:
    if not is_readable(str(file)):
        return Refusal(shown(file), "its name is not UTF-8", "rename it: convmv, or mv")
    try:
        return _Fitted(str(file), encoder.fit(read_image(file)))
    except EncoderError as error:
        return Refusal(str(file), error.message, error.hint)


def find_images(paths: Sequence[str | Path]) -> list[Path]:
    """Return files as given, and folders' image files below them, sorted by path."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.suffix.lower() in IMAGE_ENDINGS)
            files += sorted(p for p in found if not p.is_dir())
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
