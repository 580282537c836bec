"""Files that survive a crash: written beside, flushed to the disk, renamed into place."""

import os
import shutil
from pathlib import Path

from geosearch.errors import IndexFolderError


def write_durable(path: Path, data: bytes) -> None:
    """Replace a file by another, atomically: a reader sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def move_durable(source: Path, target: Path) -> None:
    """Move a finished folder to its place; all its files are on the disk before it is there."""
    for path in source.rglob("*"):
        if path.is_file():
            _sync(path)
        elif path.is_dir():
            sync_folder(path)
    sync_folder(source)
    source.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where the system can."""
    if os.name == "posix":
        _sync(folder)


def _sync(path: Path) -> None:
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
