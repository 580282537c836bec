"""Real embeddings that a large archive is grown from: of drawn chips, of images, or published ones.

With nothing given, chips that geosearch draws are embedded by `mini`, so that a benchmark needs
no data; the texts are then those that `geosearch eval recall` asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from benchmarks.cases.archive import Base
from benchmarks.options import PATH
from geosearch.demo import training_chip
from geosearch.encoders import Encoder, embed_images, load_encoder
from geosearch.errors import UsageError
from geosearch.ingest import CALIBRATION_TEXTS
from geosearch.reporting import CONSOLE

DRAWN_CHIPS = 3_000

_ENCODER = "mini"
_SIZE_PX = 128
_MIN_IMAGES = 100  # an archive is grown along neighbours: fewer images have none to speak of
_NAMES = ("images", "vectors", "model", "drawn")
_OPTIONS = (
    click.option(
        "--images", type=PATH, multiple=True, help="Folder of real images to embed; repeatable."
    ),
    click.option("--vectors", type=PATH, help="Published embeddings, .npz: NAME/images, ..."),
    click.option("--model", metavar="NAME", help="Which of them. Default: the first."),
    click.option(
        "--drawn", default=DRAWN_CHIPS, show_default=True, help="Number of chips to draw otherwise."
    ),
)

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class EmbeddingSource:
    """Which embeddings an archive is grown from; drawn chips where nothing is given."""

    images: tuple[Path, ...] = ()
    """Folders of images to embed with `mini`."""
    vectors: Path | None = None
    """A file of published embeddings."""
    model: str | None = None
    """Which of them; None for the first."""
    drawn: int = DRAWN_CHIPS
    """How many chips to draw otherwise."""


def embedding_options(command: Command) -> Command:
    """Add the options that are the fields of :class:`EmbeddingSource`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def take_source(options: dict[str, Any]) -> EmbeddingSource:
    """Take the options of :func:`embedding_options` out of a command's."""
    return EmbeddingSource(**{name: options.pop(name) for name in _NAMES})


def read_base(source: EmbeddingSource) -> Base:
    """Return the embeddings of a source.

    Raises:
        UsageError: There are none of that name, too few, or two sources.
    """
    if source.vectors and source.images:
        raise UsageError("both --images and --vectors are given", hint="give one of them")
    if source.vectors:
        base = published_base(source.vectors, source.model)
    elif source.images:
        base = base_of_images(source.images)
    else:
        base = drawn_base(source.drawn)
    if len(base.images) < _MIN_IMAGES:
        raise UsageError(
            f"{len(base.images)} different images in {base.name}",
            hint=f"an archive needs at least {_MIN_IMAGES} to grow from",
        )
    return base


def drawn_base(count: int, seed: int = 0) -> Base:
    """Draw chips as the training of `mini` does, and embed them."""
    encoder = load_encoder(_ENCODER, device="cpu")
    rng = np.random.default_rng(seed)
    vectors = []
    with CONSOLE.track("drawing", count, "chips") as advance:
        for first in range(0, count, 64):
            some = min(64, count - first)
            chips = np.stack([training_chip(rng, _SIZE_PX)[0] for _ in range(some)])
            vectors.append(encoder.encode_images(chips))
            advance(some)
    return _base(f"{count:,} drawn chips", encoder, np.concatenate(vectors))


def base_of_images(folders: Sequence[Path]) -> Base:
    """Embed image files, and those in folders.

    Raises:
        UsageError: No image was found.
    """
    encoder = load_encoder(_ENCODER, device="cpu")
    embedded = embed_images(encoder, folders, reporter=CONSOLE)
    names = ", ".join(folder.name for folder in folders)
    return _base(f"{len(embedded.items):,} images of {names}", encoder, embedded.vectors)


def _base(what: str, encoder: Encoder, images: NDArray[np.float32]) -> Base:
    return Base(
        f"{what}, by {encoder.fingerprint}",
        _different(images),
        encoder.encode_texts(list(CALIBRATION_TEXTS)),
    )


def published_base(path: Path, model: str | None = None) -> Base:
    """Read embeddings of images, and of their classes' names and prompts, [..., dim] each.

    Args:
        path: A file of arrays ``NAME/images``, ``NAME/class_texts``, ``NAME/prompt_texts``.
        model: The NAME; None for the first.

    Raises:
        UsageError: The file has no such arrays.
    """
    try:
        opened = np.load(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="give an .npz file") from error
    with opened as arrays:
        return _base_in(arrays, path, model)


def _base_in(arrays: NpzFile, path: Path, model: str | None) -> Base:
    ending = "/images"
    models = [name.removesuffix(ending) for name in arrays.files if name.endswith(ending)]
    if (model or "") not in ["", *models] or not models:
        raise UsageError(
            f"{path} has no {model or 'NAME'}/images", hint=f"it has {', '.join(models) or 'none'}"
        )
    model = model or models[0]
    kinds = (f"{model}/class_texts", f"{model}/prompt_texts")
    texts = [_flat(arrays[kind]) for kind in kinds if kind in arrays.files]
    if not texts:
        raise UsageError(f"{path} has no texts of {model}", hint=f"it needs {' or '.join(kinds)}")
    images = _different(_flat(arrays[f"{model}/images"]))
    return Base(f"{path.name}, by {model}", images, _different(np.concatenate(texts)))


def _flat(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    flat = vectors.reshape(-1, vectors.shape[-1]).astype(np.float32)
    return np.asarray(flat / np.linalg.norm(flat, axis=1, keepdims=True), dtype=np.float32)


def _different(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each vector once, in their order: sets of images repeat some.

    Rounded, since an image embedded again in another batch differs in its last bits.
    """
    _, first = np.unique(vectors.round(4), axis=0, return_index=True)
    return vectors[np.sort(first)]
