"""Raw arrays in files, mapped read-only."""

import mmap
import os
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geosearch.index.files.faults import cannot_read, damaged
from geosearch.index.files.own_files import open_regular


def map_array(path: Path, kind: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array read-only; its file must have exactly that size.

    Raises:
        IndexFolderError: It is missing, not a regular file, or larger or smaller than it should be.
    """
    handle = open_regular(path, array_bytes(kind, shape))
    try:
        return map_open(path, handle, kind, shape)
    finally:
        os.close(handle)


def map_open(path: Path, handle: int, kind: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a raw array whose file is open, and of that size; its name may have gone.

    Raises:
        IndexFolderError: The system does not map it.
    """
    if not prod(shape):  # an empty file cannot be mapped
        return np.zeros(shape, dtype=kind)
    try:
        with open(handle, "rb", closefd=False) as file:
            return np.memmap(file, kind, "r", shape=shape).view(np.ndarray)
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # it has become shorter
        raise damaged(path, "it has become shorter") from error


def array_bytes(kind: DTypeLike, shape: tuple[int, ...]) -> int:
    """Return the bytes of a raw array."""
    # Python's numbers do not wrap round: a forged row count cannot make a small size
    return np.dtype(kind).itemsize * prod(shape)


def release_pages(mapped: NDArray[Any]) -> None:
    """Take the pages of a mapped file out of this process; what was written there stays."""
    # an array that is not mapped has none, a view has those of what it is a view of
    pages = getattr(mapped, "_mmap", None) or getattr(mapped.base, "_mmap", None)
    if pages is not None and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
