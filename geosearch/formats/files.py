"""Answers are written whole or not at all."""

from pathlib import Path

from geosearch.errors import UsageError
from geosearch.replacing import replacing


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
        with replacing(target, shared=True) as beside:
            beside.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}",
            hint="give -o a file in a folder that exists and may be written to",
        ) from error
