"""Vectors from files of NumPy: what `geosearch embed` writes, or what was made elsewhere."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError, first_line

_MOST_BYTES = 256 * 2**20
_NPY = b"\x93NUMPY"
_HINT = "give an .npy file of one vector or several, or an .npz file that `geosearch embed` wrote"


def read_vectors(path: str | Path) -> tuple[NDArray[Any], list[str]]:
    """Read vectors, and what to call them.

    Args:
        path: An ``.npy`` file of an array [dim] or [q, dim]; or an ``.npz`` file with such an
            array as ``vectors``, and ``items`` [q] if it likes, as `geosearch embed` writes it.

    Returns:
        The array [q, dim] in the type it is stored in, and q names: the items, or the file with
        the number from 0.

    Raises:
        UsageError: The file cannot be read, is larger than 256 MiB, or holds something else.
    """
    path = Path(path)
    try:
        _require_size(path)
        vectors, items = _stored(path)
    except UsageError:
        raise
    except KeyError as error:
        raise UsageError(f"{path} holds no array `vectors`", hint=_HINT) from error
    # a forged header may ask for any memory
    except (OSError, ValueError, EOFError, BadZipFile, MemoryError) as error:
        reason = f"cannot read vectors from {path}: {first_line(error)}"
        raise UsageError(reason, hint=_HINT) from error
    if vectors.ndim not in (1, 2) or not vectors.size:
        raise UsageError(f"{path} has vectors of shape {vectors.shape}", hint=_HINT)
    vectors = np.atleast_2d(vectors)
    if items is not None and items.shape != (len(vectors),):
        raise UsageError(f"{path} has {len(vectors)} vectors and {items.size} items", hint=_HINT)
    if items is not None:
        return vectors, [str(item) for item in items]
    if len(vectors) == 1:
        return vectors, [path.name]
    return vectors, [f"{path.name}[{number}]" for number in range(len(vectors))]


def _stored(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    with path.open("rb") as file:
        if not file.read(len(_NPY)).startswith((_NPY, b"PK")):
            raise ValueError("it is no file of NumPy")  # which would take it for a pickle
    # without pickle: a stranger's file must not run code
    stored: Any = np.load(path, allow_pickle=False)
    if isinstance(stored, np.ndarray):
        return stored, None
    with stored:
        return stored["vectors"], stored.get("items")


def _require_size(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(2) == b"PK":  # it may be compressed, to a thousandth
            with ZipFile(path) as members:
                size = sum(member.file_size for member in members.infolist())
    if size > _MOST_BYTES:
        raise UsageError(
            f"{path} holds {size / 2**20:,.0f} MiB of vectors, {_MOST_BYTES >> 20} are the most",
            hint="ask them in several files",
        )
