"""Texts that are too long for their place, shortened in the middle.

Paths differ in their ends: in the folder that they begin with, and in the file's name.
"""

from collections.abc import Callable

_MOST = 4096
"""Characters of a text that are looked at: no place holds more."""


def elided(text: str, fits: Callable[[str], bool], mark: str = "…") -> str:
    """Return the longest shortening of a text that fits, two thirds of it from its end.

    Args:
        text: In one line.
        fits: Whether a text does; a shorter one does where a longer one does.
        mark: Stands for what is left out.
    """
    if len(text) <= _MOST and fits(text):
        return text
    least, most = 0, min(len(text) - 1, _MOST)
    while least < most:
        kept = (least + most + 1) // 2
        least, most = (kept, most) if fits(_shortened(text, kept, mark)) else (least, kept - 1)
    return _shortened(text, least, mark)


def _shortened(text: str, kept: int, mark: str) -> str:
    head = kept // 3
    tail = kept - head
    return f"{text[:head]}{mark}{text[len(text) - tail :]}"
