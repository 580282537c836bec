"""Files that survive a crash: written beside, flushed to the disk, renamed into place."""

import errno
import os
import shutil
from pathlib import Path

from geosearch.errors import IndexFolderError


def write_durable(path: Path, data: bytes) -> None:
    """Replace a file by another, atomically: a reader sees the old one or the new one."""
    beside = part_of(path)
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


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


def part_of(path: Path) -> Path:
    """Return where a file is written before it is renamed to its place."""
    return path.with_name(f".{path.name}.part")


def move_durable(source: Path, target: Path) -> None:
    """Move a finished folder to its place; all its files are on the disk before it is there."""
    for path in source.rglob("*"):
        if path.is_file():
            sync_file(path)
        elif path.is_dir():
            sync_folder(path)
    sync_folder(source)
    source.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can."""
    if os.name == "posix":
        sync_file(folder)


def sync_file(path: Path) -> None:
    """Flush a file to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_folder(folder: Path) -> None:
    """Remove a folder that nobody needs any more; one that has gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def cannot_write(path: Path, error: OSError) -> IndexFolderError:
    """Return the error for a place in the index that cannot be written."""
    return IndexFolderError(
        f"cannot write {path}: {error.strerror or error}",
        hint="check the disk's space and the folder's permissions, then run the same command again",
    )
