"""Whether a scene's files are those that were indexed: their size and when they were written."""

import os
from dataclasses import dataclass

from geosearch.scenes.href import band_files
from geosearch.scenes.remote import container, is_remote, size_and_mtime, uses_network


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when a file does."""

    size_bytes: int
    """Of all files of a scene together; 0 for a remote file whose store does not say."""
    mtime_ns: int
    """When the last of them was written; 0 as well."""


def file_state(href: str) -> FileState:
    """Look at a scene's files.

    Raises:
        OSError: One of them is not there.
    """
    states = [_size_and_mtime(file) for file in band_files(href)]
    return FileState(sum(size for size, _ in states), max(mtime for _, mtime in states))


def _size_and_mtime(file: str) -> tuple[int, int]:
    if uses_network(file):
        return size_and_mtime(file)
    status = os.stat(container(file) if is_remote(file) else file)
    return status.st_size, status.st_mtime_ns
