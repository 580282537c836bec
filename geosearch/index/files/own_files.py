"""Files of an index are opened only where they are regular files: no links, folders or pipes.

A link may lead to somebody's files, and a pipe makes its reader wait for ever. Nothing is
followed, and nothing is waited for.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR, S_ISFIFO, S_ISLNK, S_ISREG
from typing import BinaryIO

from geosearch.errors import IndexFolderError
from geosearch.index.files.faults import cannot_read, damaged, occupied

_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # else opening a pipe waits for who writes into it
    | getattr(os, "O_BINARY", 0)
)
_HASH_BYTES = 1 << 22


def open_regular(path: Path, size: int | None = None) -> int:
    """Open a file for reading, and return its descriptor.

    Args:
        path: The file.
        size: How many bytes it should have; None where any number will do.

    Raises:
        IndexFolderError: It is missing, not a regular file, of another size, or cannot be opened.
    """
    try:
        handle = os.open(path, _READ)
    except OSError as error:
        raise cannot_read(path, error) from error
    try:
        _require(path, os.fstat(handle), size)
    except BaseException:
        os.close(handle)
        raise
    return handle


def require_file(path: Path, size: int) -> None:
    """Refuse a file that is missing, not a regular file, or of another size; nothing is opened.

    Raises:
        IndexFolderError: It is so.
    """
    try:
        found = os.lstat(path)
    except OSError as error:
        raise cannot_read(path, error) from error
    _require(path, found, size)


def require_folder(path: Path) -> None:
    """Refuse a folder of an index that is missing, a link or something else.

    Raises:
        IndexFolderError: It is so.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError as error:
        raise cannot_read(path, error) from error
    if not S_ISDIR(mode):
        raise occupied(path, f"it is {_kind(mode)}, not a folder")


def _require(path: Path, found: os.stat_result, size: int | None) -> None:
    if not S_ISREG(found.st_mode):
        raise occupied(path, f"it is {_kind(found.st_mode)}, not a file")
    if size is not None and found.st_size != size:
        raise damaged(path, f"it has {found.st_size} bytes and should have {size}")


def _kind(mode: int) -> str:
    known = ((S_ISLNK, "a link"), (S_ISDIR, "a folder"), (S_ISFIFO, "a pipe"), (S_ISREG, "a file"))
    return next((name for is_one, name in known if is_one(mode)), "a device or socket")


@contextmanager
def reading(path: Path, size: int | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, as `open_regular` does.

    Raises:
        IndexFolderError: It is missing, not a regular file, of another size, or cannot be opened.
    """
    with open(open_regular(path, size), "rb") as file:
        yield file


def read_file(path: Path, max_bytes: int) -> bytes:
    """Return what is in a file of no more than so many bytes.

    Raises:
        IndexFolderError: It is missing, not a regular file, too long, or cannot be read.
    """
    with reading(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                raise damaged(path, f"it has {size:,} bytes; the maximum is {max_bytes:,}")
            return file.read(size)  # and no more: room for as many as may be is taken at once
        except IndexFolderError:
            raise
        except OSError as error:
            raise cannot_read(path, error) from error


def file_sum(path: Path) -> str:
    """Return the SHA-256 of a file: the standard tools check it too.

    Raises:
        IndexFolderError: It is missing, not a regular file, or cannot be read.
    """
    digest = sha256()
    with reading(path) as file:
        try:
            while block := file.read(_HASH_BYTES):
                digest.update(block)
        except OSError as error:
            raise cannot_read(path, error) from error
    return digest.hexdigest()


def file_size(path: Path) -> int:
    """Return the bytes of a file.

    Raises:
        IndexFolderError: It is missing, or not a regular file.
    """
    try:
        found = os.lstat(path)
    except OSError as error:
        raise cannot_read(path, error) from error
    _require(path, found, None)
    return found.st_size
