"""Answers are written whole or not at all."""

import os
from pathlib import Path

from geosearch.errors import UsageError


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8; see ``write_bytes``."""
    write_bytes(path, text.encode())


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that no half file is left.

    Something that is there and is no regular file (``/dev/stdout``) is written to directly.

    Raises:
        UsageError: It cannot be written there.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            beside.write_bytes(data)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}",
            hint="give -o a file in a folder that exists and may be written to",
        ) from error
