"""Texts that are too long for their place, shortened in the middle.

Paths differ in their ends: in the folder that they begin with, and in the file's name.
"""

from collections.abc import Callable

_MAX_CHARACTERS = 4096
"""Characters of a text that are considered: no place holds more."""


def elided(text: str, fits: Callable[[str], bool], mark: str = "…") -> str:
    """Return the longest shortening of a text that fits, two thirds of it from its end.

    Args:
        text: In one line.
        fits: Whether a text does; a shorter one does where a longer one does.
        mark: Stands for what is left out.
    """
    if len(text) <= _MAX_CHARACTERS and fits(text):
        return text
    low, high = 0, min(len(text) - 1, _MAX_CHARACTERS)
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if fits(_shortened(text, kept, mark)) else (low, kept - 1)
    return _shortened(text, low, mark)


def _shortened(text: str, kept: int, mark: str) -> str:
    head = kept // 3
    tail = kept - head
    return f"{text[:head]}{mark}{text[len(text) - tail :]}"
