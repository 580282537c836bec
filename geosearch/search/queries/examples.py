"""Examples that hits should look like: image files, pixels, and chips of the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder
from geosearch.errors import EncoderError, SceneError, UsageError
from geosearch.index import Generation
from geosearch.search.hits.chip import Chip
from geosearch.search.hits.find_chip import find_chip, has_chip
from geosearch.search.hits.hit import Hit
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.search.asking import AnyExample

_MOST = 1000
_SHOWN_LETTERS = 200
_HINT = "give image files, or ids of chips of this index"


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What hits should look like."""

    names: tuple[str, ...]
    """Of files and chips."""
    vectors: tuple[NDArray[np.float32], ...]
    """Each [dim], unit length but for rounding."""


def read_examples(
    given: AnyExample | Sequence[AnyExample], index: Generation, encoder: Callable[[], Encoder]
) -> Examples:
    """Return examples as vectors.

    A text is the id of a chip if the index has that chip, else the name of a file.

    Args:
        given: One or several; none is no example.
        index: Where the chips are.
        encoder: Returns the index's encoder; it is only asked for images.

    Raises:
        UsageError: One is neither an image nor a chip, or cannot be read.
        EncoderError: The encoder cannot be loaded.
    """
    names, vectors = [], []
    for one in _listed(given):
        name, vector = _example(one, index, encoder)
        names.append(name)
        vectors.append(vector)
    return Examples(tuple(names), tuple(vectors))


def example_pixels(path: str | Path, size_px: int) -> NDArray[np.uint8]:
    """Read an image file as it is shown: a plain picture as it is, a raster as scenes are.

    Images of 16 bits, of one band, of many, or of any size are rasters, placed or not.

    Args:
        path: The file.
        size_px: Edge of what it is read for, pixels: a large one is read at about twice that.

    Returns:
        uint8 [h, w, 3].

    Raises:
        UsageError: It cannot be read.
    """
    from geosearch.encoders import is_plain_image, read_image  # Pillow comes with them
    from geosearch.scenes import read_picture  # GDAL comes with it

    try:
        return read_image(path) if is_plain_image(path) else read_picture(path, size_px)
    except (EncoderError, SceneError) as error:
        raise UsageError(
            f"{shown(path)} cannot be used as an image: {error.message}",
            hint=error.hint,
            parameter="like",
        ) from error


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str | Path | np.ndarray | Hit | Chip):
        return [given]
    if not isinstance(given, Sequence):
        raise _not_an_example(given)
    if len(given) > _MOST:
        raise UsageError(
            f"{len(given):,} examples are given, more than {_MOST:,}",
            hint="give fewer: their mean is what is asked",
            parameter="like",
        )
    return list(given)


def _example(
    one: Any, index: Generation, encoder: Callable[[], Encoder]
) -> tuple[str, NDArray[np.float32]]:
    if isinstance(one, Hit | Chip):
        return one.id, _of_this_index(one, index)
    if isinstance(one, str) and has_chip(index, one):
        return one, find_chip(index, one, parameter="like").stored.read()
    if isinstance(one, str | Path):
        _require_there(one, index)
        return str(one), _encoded(example_pixels(one, encoder().image_size), encoder())
    if not isinstance(one, np.ndarray):
        raise _not_an_example(one)
    if one.dtype != np.uint8 or one.ndim != 3 or one.shape[2] != 3 or 0 in one.shape:
        raise UsageError(
            f"an image of type {one.dtype} and shape {one.shape} cannot be used",
            hint="give pixels as uint8 [height, width, 3]; a file may be of any type",
            parameter="like",
        )
    return f"an image of {one.shape[1]} x {one.shape[0]} px", _encoded(one, encoder())


def _of_this_index(one: Hit | Chip, index: Generation) -> NDArray[np.float32]:
    if one.encoder != index.spec.fingerprint:
        raise UsageError(
            f"the chip {shown(one.id)} is of another encoder's index: {one.encoder}",
            hint="give an image of it: index.chip(id).pixels()",
            parameter="like",
        )
    return one.vector


def _require_there(path: str | Path, index: Generation) -> None:
    """Refuse what is neither a file nor a chip, and say what the closest chip would be."""
    try:
        there = Path(path).exists()
    except (OSError, ValueError):  # longer than any path, or with a zero byte
        there = False
    if there:
        return
    name = shown(path)[:_SHOWN_LETTERS]
    if isinstance(path, Path):
        raise UsageError(f"there is no image {name}", hint="check the path", parameter="like")
    if "@" in path:
        find_chip(index, path, parameter="like")  # which says what is wrong with it
    raise UsageError(
        f"{name} is neither an image file nor a chip of this index", hint=_HINT, parameter="like"
    )


def _encoded(pixels: NDArray[np.uint8], encoder: Encoder) -> NDArray[np.float32]:
    try:
        vector: NDArray[np.float32] = encoder.encode_images(encoder.fit(pixels)[None])[0]
    except EncoderError as error:
        raise UsageError(error.message, hint=error.hint, parameter="like") from error
    return vector


def _not_an_example(one: Any) -> UsageError:
    return UsageError(
        f"`like` holds {shown(repr(one))[:_SHOWN_LETTERS]}, which is no image",
        hint=_HINT,
        parameter="like",
    )
