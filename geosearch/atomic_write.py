"""Files that are there whole, or as they were before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LONGEST_BYTES = 200
"""Of a name that gets something added; file systems take 255."""


@contextmanager
def atomic_write(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Yield a place beside a file to write to, and move it to the file's place afterwards.

    Where writing fails, the file stays as it was and nothing is left beside it.

    Args:
        path: The file.
        shared: Whether several processes may write it at a time: each then has its own place.
            Otherwise what a killed process leaves there is overwritten by the next one.
    """
    # cut: a name may be as long as the system lets it be
    name = os.fsdecode(os.fsencode(path.name)[:_LONGEST_BYTES])
    beside = path.with_name(f".{name}.{os.getpid()}.part" if shared else f"{name}.new")
    try:
        yield beside
        beside.replace(path)
    finally:
        with suppress(OSError, ValueError):  # what went wrong before says more
            beside.unlink(missing_ok=True)
