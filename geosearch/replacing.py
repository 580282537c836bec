"""Files that are there whole, or as they were before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Give a place beside a file to write to, and put what is there in the file's place.

    Nothing is left beside, and the file stays as it was, where writing fails.

    Args:
        path: The file.
        shared: Whether several processes may write it at a time: each then has its own place.
            Otherwise what a killed process leaves there is overwritten by the next one.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part" if shared else f"{path.name}.new")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
