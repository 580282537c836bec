"""Vectors from files of NumPy: what `geosearch embed` writes, or what was made elsewhere."""

import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from geosearch.errors import Refusal, UsageError, first_line
from geosearch.regular_file import open_regular, remedy
from geosearch.text import shown

_MOST_BYTES = 256 * 2**20
_NPY = b"\x93NUMPY"
_ZIP = b"PK"
_HINT = "give an .npy file of one vector or several, or an .npz file that `geosearch embed` wrote"
_BROKEN = (
    ValueError, EOFError, MemoryError, OverflowError, RecursionError, TypeError, SyntaxError,
    RuntimeError, NotImplementedError, BadZipFile, zlib.error, lzma.LZMAError, TokenError,
)  # fmt: skip
"""What NumPy and zipfile raise for files that are damaged, or were made to be."""


@dataclass(frozen=True, slots=True)
class AskedVectors:
    """Vectors of a file that can be asked."""

    vectors: NDArray[Any]
    """[q, dim], in the type they are stored in."""
    names: list[str]
    """[q]: the items, or the file with the number from 0."""
    refused: list[Refusal]
    """Those that are no direction, by their names."""


def read_vectors(path: str | Path) -> AskedVectors:
    """Read vectors, and what to call them.

    Args:
        path: An ``.npy`` file of an array [dim] or [q, dim]; or an ``.npz`` file with such an
            array as ``vectors``, and ``items`` [q] if it likes, as `geosearch embed` writes it.

    Returns:
        Those that have a direction; others are left out and named.

    Raises:
        UsageError: The file cannot be read, is larger than 256 MiB, or holds something else; or
            none of its vectors has a direction.
    """
    path = Path(path)
    with _reading(path), open_regular(path) as file:
        vectors, items = _stored(file, shown(path))
    if vectors.ndim not in (1, 2) or not vectors.size:
        raise UsageError(f"{shown(path)} has vectors of shape {vectors.shape}", hint=_HINT)
    vectors = np.atleast_2d(vectors)
    if items is not None and items.shape != (len(vectors),):
        raise UsageError(
            f"{shown(path)} has {len(vectors)} vectors and {items.size} items", hint=_HINT
        )
    return _usable(vectors, _names(path, items, len(vectors)))


def _names(path: Path, items: NDArray[Any] | None, count: int) -> list[str]:
    if items is not None:
        return [shown(item) for item in items.tolist()]
    name = shown(path.name)
    return [name] if count == 1 else [f"{name}[{number}]" for number in range(count)]


def _usable(vectors: NDArray[Any], names: list[str]) -> AskedVectors:
    if vectors.dtype.kind != "f":
        return AskedVectors(vectors, names, [])  # the search says of what type it is
    largest = np.abs(vectors).max(axis=1)
    usable = np.isfinite(largest) & (largest > 0)
    reasons = np.where(
        np.isfinite(largest), "is zero, which is no direction", "holds NaN or infinity"
    )
    refused = [
        Refusal(names[at], str(reasons[at]), "leave it out, or embed its query again")
        for at in np.flatnonzero(~usable).tolist()
    ]
    if not usable.any():
        raise UsageError(f"{refused[0].input} {refused[0].reason}", hint=refused[0].hint)
    kept = [name for name, one in zip(names, usable.tolist(), strict=True) if one]
    return AskedVectors(vectors[usable], kept, refused)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except KeyError as error:
        raise UsageError(f"{shown(path)} holds no array `vectors`", hint=_HINT) from error
    except OSError as error:
        raise UsageError(
            f"cannot read vectors from {shown(path)}: {error.strerror or error}",
            hint=remedy(error, _HINT),
        ) from error
    except _BROKEN as error:
        raise UsageError(
            f"cannot read vectors from {shown(path)}: {shown(first_line(error))}", hint=_HINT
        ) from error


def _stored(file: BinaryIO, name: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    mark = file.read(len(_NPY))
    file.seek(0)
    if mark == _NPY:
        return _array(file, name), None
    if not mark.startswith(_ZIP):
        raise ValueError("it is not a file of NumPy")  # which would take it for a pickle
    with ZipFile(file) as members:
        found = {}
        for key in ("vectors", "items"):
            if f"{key}.npy" in members.namelist():
                with members.open(f"{key}.npy") as member:
                    found[key] = _array(member, name)
    return found["vectors"], found.get("items")


def _array(file: Any, name: str) -> NDArray[Any]:
    """Read an array whose header was looked at: a forged one may ask for any memory."""
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, _, kind = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, kind = npy.read_array_header_2_0(file)
    else:
        raise ValueError(f"it is of NumPy's format {version[0]}, of which 1 and 2 are read")
    size = max(kind.itemsize, 1)
    for side in shape:
        size *= side
    if size > _MOST_BYTES:
        raise UsageError(
            f"{name} holds {size / 2**20:,.0f} MiB of vectors, {_MOST_BYTES >> 20} are the most",
            hint="ask them in several files",
        )
    file.seek(0)
    # without pickle: a stranger's file must not run code
    array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return array
