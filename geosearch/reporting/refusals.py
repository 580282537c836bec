"""Warnings of what was left out, for programs: logged whatever reporter a function was given.

Logging prints what no handler takes. So that a program which has configured none stays silent, as
the Python documentation asks of libraries, ours is given one that drops everything.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from geosearch.text import shown

if TYPE_CHECKING:
    from logging import Logger

    from geosearch.errors import Refusal

_ROOT = "geosearch"


def warn_refused(name: str, refused: Iterable["Refusal"]) -> None:
    """Log each input that was left out, with where it is, why, and what to do about it.

    Args:
        name: The logger: the ``__name__`` of the module that left it out.
        refused: What was left out.
    """
    for one in refused:
        place = one.input if one.path in (None, one.input) else f"{one.input} ({one.path})"
        text = shown(f"{place}: {one.reason}; {one.hint}")
        _logger(name).warning("refused: %s", text)


def warn_missing(name: str, missing: Iterable[tuple[str, str]]) -> None:
    """Log each scene of an index whose file is gone.

    Args:
        name: The logger.
        missing: Id of each, and where its file was.
    """
    for scene, path in missing:
        _logger(name).warning("missing: %s: its file %s is gone", shown(scene), shown(path))


def _logger(name: str) -> "Logger":
    # imported here: the start of a command must not wait for it
    import logging

    root = logging.getLogger(_ROOT)
    if not root.handlers:
        root.addHandler(logging.NullHandler())
    return logging.getLogger(name)
