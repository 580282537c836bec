"""Paths as a caller gives them: one, or several."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from geosearch.errors import UsageError

PathLike: TypeAlias = str | os.PathLike[str]
Paths: TypeAlias = PathLike | Iterable[PathLike]
"""One path, or several: a string is one path, never a list of letters."""


def path_list(paths: Paths, what: str = "a path") -> list[str | Path]:
    """Return one path or several as a list; texts stay texts, for they may be URLs.

    Args:
        paths: One path, or an iterable of several.
        what: What each of them is, for the message.

    Raises:
        UsageError: Something is not a path.
    """
    hint = "give a path, or a list of paths"
    if isinstance(paths, str | bytes | os.PathLike):
        paths = [paths]
    try:
        given = list(paths)
    except TypeError as error:
        raise UsageError(f"{paths!r} is not {what}", hint=hint) from error
    return [_path(path, what, hint) for path in given]


def _path(path: object, what: str, hint: str) -> str | Path:
    if not isinstance(path, str | bytes | os.PathLike):
        raise UsageError(f"{path!r} is not {what}", hint=hint)
    name = os.fspath(path)
    text = os.fsdecode(name)
    if not text or "\0" in text:
        raise UsageError(f"{text!r} is not {what}", hint=hint)
    return text if isinstance(path, str | bytes) else Path(text)
