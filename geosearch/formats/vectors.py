"""Vectors from files of NumPy: what `geosearch embed` writes, or what was made elsewhere."""

from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from geosearch.errors import UsageError, first_line
from geosearch.regular_file import open_regular, remedy

_MOST_BYTES = 256 * 2**20
_MOST_LISTED_BYTES = 1 << 16
_NPY, _ZIP = b"\x93NUMPY", b"PK"
_LISTING_END, _LISTING_ELSEWHERE = b"PK\x05\x06", b"PK\x06\x07"
"""What a ZIP file ends with (APPNOTE 4.3.16), and before it in large ones (4.3.15)."""
_MOST_END_BYTES = 22 + 0xFFFF
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
        with open_regular(path) as file:
            vectors, items = _stored(file, path)
    except UsageError:
        raise
    except OSError as error:
        reason = f"cannot read vectors from {path}: {error.strerror or first_line(error)}"
        raise UsageError(reason, hint=remedy(error, _HINT)) from error
    except KeyError as error:
        raise UsageError(f"{path} holds no array `vectors`", hint=_HINT) from error
    except Exception as error:  # of a forged file, each decompressor raises types of its own
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


def _stored(file: BinaryIO, path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    size = file.seek(0, 2)
    file.seek(0)
    first = file.read(len(_NPY))
    _require_size(size, path)
    if first == _NPY:
        return _array(file, size), None
    if not first.startswith(_ZIP):
        raise ValueError("it is not a file of NumPy")  # which would take it for a pickle
    _require_short_listing(file, size)
    with ZipFile(file) as members:
        sizes = {member.filename: member.file_size for member in members.infolist()}
        _require_size(sum(sizes.values()), path)  # they may be compressed, to a thousandth
        found = {}
        for name in ("vectors", "items"):
            if f"{name}.npy" in sizes:
                with members.open(f"{name}.npy") as member:
                    found[name] = _array(member, sizes[f"{name}.npy"])
    return found["vectors"], found.get("items")


def _array(file: Any, size: int) -> NDArray[Any]:
    """Read an array that is no larger than its file: NumPy takes the memory that is claimed."""
    file.seek(0)
    version = npy.read_magic(file)
    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in read_header:
        raise ValueError(f"version {version} of NumPy's format is not read")
    shape, _, kind = read_header[version](file)
    claimed = kind.itemsize * int(np.prod(shape, dtype=object)) if shape else kind.itemsize
    if kind.itemsize == 0 or claimed > size - file.tell() or min(shape, default=0) < 0:
        raise ValueError(f"it claims {shape} numbers of {kind}, more than it holds")
    file.seek(0)
    # without pickle: a stranger's file must not run code
    array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return array


def _require_size(size: int, path: Path) -> None:
    if size > _MOST_BYTES:
        raise UsageError(
            f"{path} holds {size / 2**20:,.0f} MiB of vectors, {_MOST_BYTES >> 20} are the most",
            hint="ask them in several files",
        )


def _require_short_listing(file: BinaryIO, size: int) -> None:
    """Refuse a ZIP file that lists thousands of members: all of the list is held at once."""
    file.seek(-min(size, _MOST_END_BYTES), 2)
    end = file.read()
    at = end.rfind(_LISTING_END)
    listed = int.from_bytes(end[at + 12 : at + 16], "little")
    if at >= 0 and (listed > _MOST_LISTED_BYTES or _LISTING_ELSEWHERE in end[max(at - 20, 0) : at]):
        raise ValueError("it lists too many arrays")
    file.seek(0)
