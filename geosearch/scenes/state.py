"""Whether a scene's files are those that were indexed: there, of that size, time and content."""

import os
from dataclasses import dataclass
from hashlib import file_digest, sha256

from geosearch.scenes.href import band_files
from geosearch.scenes.remote import container, is_remote, size_and_mtime, uses_network


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when a file does."""

    size_bytes: int
    """Of all files of a scene together; 0 for a remote file whose store does not say."""
    mtime_ns: int
    """When the last of them was written; 0 as well, or a number of a server's ETag."""


def file_state(href: str) -> FileState:
    """Look at a scene's files.

    Raises:
        OSError: One of them is not there.
    """
    states = [_size_and_mtime(file) for file in band_files(href)]
    return FileState(sum(size for size, _ in states), max(mtime for _, mtime in states))


def is_gone(href: str) -> bool:
    """Return whether none of a scene's files is there; what is not on this machine never is."""
    files = band_files(href)
    return not any(is_remote(file) or os.path.lexists(file) for file in files)


def content_sum(href: str) -> str | None:
    """Return the SHA-256 of a scene's file, or of its files' sums in the order of their bands.

    None for a scene whose file only refers to its pixels, or is not on this machine.

    Raises:
        OSError: A file cannot be read.
    """
    files = band_files(href)
    if any(is_remote(file) or file.lower().endswith(".vrt") for file in files):
        return None
    if not all(os.path.isfile(file) for file in files):
        return None
    sums = []
    for name in files:
        with open(name, "rb") as file:
            sums.append(file_digest(file, "sha256").hexdigest())
    return sums[0] if len(sums) == 1 else sha256("\n".join(sums).encode()).hexdigest()


def _size_and_mtime(file: str) -> tuple[int, int]:
    if uses_network(file):
        return size_and_mtime(file)
    status = os.stat(container(file) if is_remote(file) else file)
    return status.st_size, status.st_mtime_ns
