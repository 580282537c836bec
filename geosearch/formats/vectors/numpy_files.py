"""Vectors from files of NumPy: what `geosearch embed` writes, or what was made elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from geosearch.errors import Refusal, UsageError, first_line
from geosearch.message import Message
from geosearch.regular_file import open_regular, remedy
from geosearch.text import shown

_MAX_BYTES = 256 * 2**20
_NPY = b"\x93NUMPY"
_ZIP = b"PK"
_HINT = Message(
    "give an .npy file of one vector or several, or an .npz file that "
    "`geosearch.write_embedding()` wrote"
)
_MAX_LISTED_BYTES = 1 << 16
_LISTING_END, _LISTING_ELSEWHERE = b"PK\x05\x06", b"PK\x06\x07"
"""What a ZIP file ends with (APPNOTE 4.3.16), and before it in large ones (4.3.15)."""
_MAX_END_BYTES = 22 + 0xFFFF


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """Vectors of a file that can be used as queries."""

    vectors: NDArray[Any]
    """[q, dim], in the type they are stored in."""
    names: list[str]
    """[q]: the items, or the file with the number from 0."""
    refused: list[Refusal]
    """Vectors without a direction, by name."""


def read_vectors(path: str | Path) -> QueryVectors:
    """Read vectors, and what to call them.

    Args:
        path: An ``.npy`` file of an array [dim] or [q, dim]; or an ``.npz`` file with such an
            array as ``vectors``, and optionally ``items`` [q], as `geosearch embed` writes it.

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
        raise UsageError(
            f"{shown(path)} has vectors of shape {vectors.shape}", hint=_HINT, parameter="path"
        )
    vectors = np.atleast_2d(vectors)
    if items is not None and items.shape != (len(vectors),):
        raise UsageError(
            f"{shown(path)} has {len(vectors)} vectors and {items.size} items",
            hint=_HINT,
            parameter="path",
        )
    return _usable(vectors, _names(path, items, len(vectors)))


def _names(path: Path, items: NDArray[Any] | None, count: int) -> list[str]:
    if items is not None:
        return [shown(item) for item in items.tolist()]
    name = shown(path.name)
    return [name] if count == 1 else [f"{name}[{number}]" for number in range(count)]


def _usable(vectors: NDArray[Any], names: list[str]) -> QueryVectors:
    if vectors.dtype.kind != "f":
        return QueryVectors(vectors, names, [])  # the search says of what type it is
    largest = np.abs(vectors).max(axis=1)
    usable = np.isfinite(largest) & (largest > 0)
    reasons = np.where(
        np.isfinite(largest), "is zero, which has no direction", "holds NaN or infinity"
    )
    refused = [
        Refusal(names[at], str(reasons[at]), "leave it out, or embed its query again")
        for at in np.flatnonzero(~usable).tolist()
    ]
    if not usable.any():
        raise UsageError(
            f"{refused[0].input} {refused[0].reason}", hint=refused[0].hint, parameter="path"
        )
    kept = [name for name, one in zip(names, usable.tolist(), strict=True) if one]
    return QueryVectors(vectors[usable], kept, refused)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except KeyError as error:
        raise UsageError(
            f"{shown(path)} has no array `vectors`", hint=_HINT, parameter="path"
        ) from error
    except OSError as error:
        raise UsageError(
            f"cannot read vectors from {shown(path)}: {error.strerror or error}",
            hint=remedy(error, _HINT),
            parameter="path",
        ) from error
    except Exception as error:  # of a forged file, each decompressor raises types of its own
        raise UsageError(
            f"cannot read vectors from {shown(path)}: {shown(first_line(error))}",
            hint=_HINT,
            parameter="path",
        ) from error


def _stored(file: BinaryIO, name: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    mark = file.read(len(_NPY))
    file.seek(0)
    if mark == _NPY:
        size = file.seek(0, 2)
        file.seek(0)
        return _array(file, name, size), None
    if not mark.startswith(_ZIP):
        raise ValueError("it is not a NumPy file")  # which would take it for a pickle
    _require_short_listing(file)
    with ZipFile(file) as members:
        sizes = {member.filename: member.file_size for member in members.infolist()}
        found = {}
        for key in ("vectors", "items"):
            if f"{key}.npy" in sizes:
                with members.open(f"{key}.npy") as member:
                    found[key] = _array(member, name, sizes[f"{key}.npy"])
    return found["vectors"], found.get("items")


def _array(file: Any, name: str, size: int) -> NDArray[Any]:
    """Read an array whose header was looked at: a forged one may ask for any memory.

    Args:
        file: At its beginning.
        name: What it is called in errors.
        size: Its bytes, which for a member of a ZIP file are a claim, too.
    """
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, _, kind = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, kind = npy.read_array_header_2_0(file)
    else:
        raise ValueError(f"NumPy format {version[0]} is not supported; 1 and 2 are")
    claimed = max(kind.itemsize, 1)
    for side in shape:
        claimed *= side
    if claimed > _MAX_BYTES:
        raise UsageError(
            f"{name} holds {claimed / 2**20:,.0f} MiB of vectors; "
            f"the maximum is {_MAX_BYTES >> 20} MiB",
            hint="split them into several files",
            parameter="path",
        )
    if kind.itemsize == 0 or claimed > size - file.tell():
        raise ValueError(f"its header claims {shape} values of {kind}, more than it holds")
    file.seek(0)
    # without pickle: a stranger's file must not run code
    array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return array


def _require_short_listing(file: BinaryIO) -> None:
    """Refuse a ZIP file that lists thousands of members: all of the list is held at once."""
    size = file.seek(0, 2)
    file.seek(max(size - _MAX_END_BYTES, 0))
    end = file.read()
    at = end.rfind(_LISTING_END)
    listed = int.from_bytes(end[at + 12 : at + 16], "little")
    if at >= 0 and (listed > _MAX_LISTED_BYTES or _LISTING_ELSEWHERE in end[max(at - 20, 0) : at]):
        raise ValueError("it lists too many arrays")
    file.seek(0)
