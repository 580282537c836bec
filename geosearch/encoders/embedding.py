"""Embedding of files: images as the encoder's authors read them, and texts."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.catalog import load_encoder
from geosearch.encoders.contract import Encoder
from geosearch.encoders.images.image_files import IMAGE_ENDINGS, read_image
from geosearch.encoders.texts.required import require_texts
from geosearch.errors import EncoderError, Refusal, UsageError
from geosearch.outputs import NPZ, output_file, require_output
from geosearch.paths import Paths, path_list
from geosearch.reporting import LOG, Reporter
from geosearch.text import is_readable, shown

_BATCH = 64
_READERS = min(os.cpu_count() or 1, 8)


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors of images or texts, and what could not be embedded."""

    vectors: NDArray[np.float32]
    """float32 [n, dim], unit length."""
    items: tuple[str, ...]
    """File paths or texts, one per vector."""
    refused: tuple[Refusal, ...] = ()
    """Images that could not be read."""


@overload
def embed_texts(texts: Sequence[str], encoder: Encoder | str) -> Embedding: ...
@overload
def embed_texts(texts: Encoder, encoder: Sequence[str]) -> Embedding: ...
def embed_texts(texts: Any, encoder: Any) -> Embedding:
    """Embed texts, in their order.

    Args:
        texts: A list.
        encoder: The name of one, or one that `load_encoder` gave, which may also come first.

    Raises:
        UsageError: There is no text, or one is not UTF-8 text.
        EncoderError: The encoder that is named cannot be loaded.
    """
    texts, encoder = _in_order(texts, encoder)
    require_texts(texts)
    if not texts:
        raise UsageError("no text to embed", hint="give at least one text")
    return Embedding(_loaded(encoder).encode_texts(texts), tuple(texts))


@overload
def embed_images(
    paths: Paths, encoder: Encoder | str, *, reporter: Reporter = ...
) -> Embedding: ...
@overload
def embed_images(paths: Encoder, encoder: Paths, *, reporter: Reporter = ...) -> Embedding: ...
def embed_images(paths: Any, encoder: Any, *, reporter: Reporter = LOG) -> Embedding:
    """Embed image files, and those in folders, with an encoder's own preprocessing.

    Args:
        paths: One or several.
        encoder: The name of one, or one that `load_encoder` gave, which may also come first.
        reporter: Receives the progress.

    Raises:
        UsageError: No image was found.
        EncoderError: The encoder that is named cannot be loaded.
    """
    paths, encoder = _in_order(paths, encoder)
    files = find_images(paths)
    if not files:
        raise _nothing_embedded(paths, "no image file among them")
    encoder = _loaded(encoder)
    vectors: list[NDArray[np.float32]] = []
    items: list[str] = []
    refused: list[Refusal] = []
    with reporter.track("embedding", len(files), "images") as advance:
        for batch in _read_ahead(encoder, files):
            fitting = [one for one in batch if isinstance(one, _Fitted)]
            refused += [one for one in batch if isinstance(one, Refusal)]
            if fitting:
                vectors.append(encoder.encode_images(np.stack([one.pixels for one in fitting])))
                items += [one.path for one in fitting]
            advance(len(batch))
    if not items:
        raise _nothing_embedded(paths, refused[0].reason, refused[0].hint)
    return Embedding(np.concatenate(vectors), tuple(items), tuple(refused))


def _in_order(inputs: Any, encoder: Any) -> tuple[Any, Encoder | str]:
    """Return inputs and encoder, whichever came first.

    Raises:
        UsageError: Neither is an encoder, or the name of one.
    """
    if isinstance(inputs, Encoder) or not isinstance(encoder, str | Encoder):
        inputs, encoder = encoder, inputs
    if not isinstance(encoder, str | Encoder):
        raise UsageError(
            f"{encoder!r} is not an encoder", hint='give the name of one: encoder="mini"'
        )
    return inputs, encoder


def _loaded(encoder: Encoder | str) -> Encoder:
    """Return an encoder that may be named; vectors that leave geosearch are the reference's."""
    return load_encoder(encoder, precision="float32") if isinstance(encoder, str) else encoder


def _nothing_embedded(
    paths: Paths, reason: str, hint: str = "give image files, or folders that hold some"
) -> UsageError:
    named = ", ".join(map(shown, path_list(paths)))
    return UsageError(f"no image could be embedded from {named}: {reason}", hint=hint)


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


def find_images(paths: Paths) -> list[Path]:
    """Return files as given, and folders' image files below them, sorted by path."""
    files: list[Path] = []
    for path in map(Path, path_list(paths)):
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.suffix.lower() in IMAGE_ENDINGS)
            files += sorted(p for p in found if not p.is_dir())
        else:
            files.append(path)
    return files


def write_embedding(embedding: Embedding, path: str | Path) -> None:
    """Write ``vectors`` (float32 [n, dim]) and ``items`` [n] as a NumPy ``.npz`` file.

    Raises:
        UsageError: It cannot be written there, or ends as those of another format.
    """
    require_output(path, NPZ)
    with output_file(path) as file:  # an open file: numpy would add an ending to a name
        np.savez(file, vectors=embedding.vectors, items=np.array(embedding.items, dtype=str))
