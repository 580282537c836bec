"""Whether a scene's files are those that were indexed: their size and when they were written."""

import os
from dataclasses import dataclass

from geosearch.scenes.href import band_files


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when a file does."""

    size_bytes: int
    """Of all files of a scene together."""
    mtime_ns: int
    """When the last of them was written."""


def file_state(href: str) -> FileState:
    """Look at a scene's files.

    Raises:
        OSError: One of them is not there.
    """
    states = [os.stat(file) for file in band_files(href)]
    return FileState(
        sum(state.st_size for state in states), max(state.st_mtime_ns for state in states)
    )
