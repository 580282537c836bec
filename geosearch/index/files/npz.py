"""NumPy's archives of arrays, read as a stranger's: bounded by the size of the file.

Ours are stored without compression, so that what their members claim to hold cannot be more than
the file has. Each member carries a CRC-32, which is checked when it is read.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import IndexFolderError, first_line
from geosearch.index.files.faults import damaged
from geosearch.index.files.own_files import file_size, reading

BROKEN_ARCHIVE = (
    OSError, KeyError, ValueError, EOFError, BadZipFile, zlib.error, TypeError, AttributeError,
    IndexError, OverflowError, MemoryError, RuntimeError, SyntaxError,
)  # fmt: skip
"""What NumPy and zipfile may raise on a file that is not an archive of ours."""


@contextmanager
def arrays_in(path: Path) -> Iterator[Any]:
    """Open an archive of arrays; whatever goes wrong while it is read is damage of it.

    Raises:
        IndexFolderError: It is missing, not a regular file, or not such an archive.
    """
    size = file_size(path)
    with reading(path) as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                if sum(member.file_size for member in stored.zip.infolist()) > size:
                    raise damaged(path, "it claims to hold more than it has bytes")
                yield stored
        except IndexFolderError:
            raise
        except BROKEN_ARCHIVE as error:
            raise damaged(path, first_line(error)) from error


def read_array(path: Path) -> NDArray[Any]:
    """Return the one array of an ``.npy`` file.

    Raises:
        IndexFolderError: It is missing, not a regular file, or not such a file.
    """
    with reading(path) as file:
        try:
            return np.asarray(np.load(file, allow_pickle=False))
        except BROKEN_ARCHIVE as error:
            raise damaged(path, first_line(error)) from error
