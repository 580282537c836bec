"""Files that survive a crash: written beside, flushed to the disk, renamed into place."""

import errno
import os
from pathlib import Path
from stat import S_ISREG

from geosearch.index.files.faults import occupied

WRITING = (
    os.O_WRONLY
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # else opening a pipe waits for who reads from it
    | getattr(os, "O_BINARY", 0)
)
"""How files of ours are opened that are written."""


def write_durable(path: Path, data: bytes, index_id: str) -> None:
    """Replace a file by another, atomically: a reader sees the old one or the new one.

    Args:
        path: The file, in a folder of ours.
        data: Its new content.
        index_id: Of the index: what is written first has it in its name.
    """
    beside = path.with_name(part_name(path.name, index_id))
    write_new(_opened(beside), data)
    beside.replace(path)
    sync_folder(path.parent)


def write_plain(path: Path, data: bytes) -> None:
    """Write a file that need not be on the disk yet; a link in its place is not followed.

    Raises:
        IndexFolderError: Something else than a file is in its place.
    """
    write_new(_opened(path), data, flush=False)


def _opened(path: Path) -> int:
    try:
        return os.open(path, WRITING, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise occupied(path, "it is a link or not a file") from error
        raise


def write_new(handle: int, data: bytes, *, flush: bool = True) -> None:
    """Write all of a file that is open, flush it to the disk, and close it.

    Raises:
        OSError: It cannot be written, or is not a regular file.
    """
    with open(handle, "wb") as file:
        if not S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        file.truncate(0)
        file.write(data)
        file.flush()
        if flush:
            os.fsync(handle)


def reserve(path: Path, size_bytes: int) -> None:
    """Make a file of a size whose blocks are all there.

    A mapped file with holes kills the process (SIGBUS) where the disk gets full while it is
    written; this fails before, as an error.
    """
    with path.open("wb") as file:
        file.truncate(size_bytes)
        if size_bytes and hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(file.fileno(), 0, size_bytes)
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # the file system cannot
                    raise


def part_name(name: str, index_id: str) -> str:
    """Return the name under which a file is written before it is renamed to its place.

    Nobody else has drawn the index's id: a file with it in its name is ours.
    """
    return f".{name}.{index_id}.part"


def sync_all(folder: Path) -> None:
    """Flush a folder to the disk with all that is in it."""
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)
        elif path.is_dir():
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can."""
    if os.name == "posix":
        sync_file(folder)


def sync_file(path: Path) -> None:
    """Flush a file to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """Flush what is open to the disk."""
    os.fsync(handle)
