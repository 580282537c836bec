"""Paths as a caller gives them: one, or several."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from geosearch.errors import UsageError

PathLike: TypeAlias = str | os.PathLike[str]
Paths: TypeAlias = PathLike | Iterable[PathLike]
"""One path, or several: a string is one path, never a list of letters."""


def path_list(paths: Paths, parameter: str = "paths") -> list[str | Path]:
    """Return one path or several as a list; texts stay texts, for they may be URLs.

    Args:
        paths: One path, or an iterable of several.
        parameter: The argument that they were given as.

    Raises:
        UsageError: Something is not a path.
    """
    if isinstance(paths, str | bytes | os.PathLike):
        paths = [paths]
    try:
        given = list(paths)
    except TypeError as error:
        raise _no_path(paths, parameter) from error
    return [_path(path, parameter) for path in given]


def _path(path: object, parameter: str) -> str | Path:
    if not isinstance(path, str | bytes | os.PathLike):
        raise _no_path(path, parameter)
    name = os.fspath(path)
    text = os.fsdecode(name)
    if not text or "\0" in text:
        raise _no_path(text, parameter)
    return text if isinstance(path, str | bytes) else Path(text)


def _no_path(given: object, parameter: str) -> UsageError:
    return UsageError(
        f"{given!r} is not a path", hint="give a path, or a list of paths", parameter=parameter
    )
