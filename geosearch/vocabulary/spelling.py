"""Spelling: one typing error a word is mended, if that makes a word of what maps and pictures show.

One error is a letter too many, one too few, a wrong one, or two that changed places: the distance
of Damerau (1964) is 1.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import ascii_lowercase

_FILE = "words.tsv"
_MIN_LETTERS = 4
"""Shorter words have too many neighbours."""
_MAX_LETTERS = 40
"""Nothing longer is a word of a text, and each letter adds to what is tried."""
_WORD = re.compile(r"[^\W\d_]+")
# what a word is part of where it stands beside such a sign: a name, a number, an address
_PART_OF_MORE = re.compile(r"[\w@/\\.'’]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text as it is read."""

    text: str
    """With mended words."""
    mended: tuple[tuple[str, str], ...] = ()
    """Words as they were written, and what they are taken for."""
    unknown: tuple[str, ...] = ()
    """Words that are neither known nor near one that is."""


def spelled(text: str, token_count: Callable[[str], int]) -> Spelling:
    """Mend the words of a text that an encoder does not know.

    Args:
        text: A query.
        token_count: Returns the number of tokens that the encoder splits a word into; a word of one
            token is one that it knows.

    Returns:
        The text, with each unknown word of four letters and more replaced by the most frequent of
        the `known words` within one typing error. A word that has none stays, and is named.
    """
    mended: dict[str, str] = {}
    unknown: dict[str, None] = {}

    def read(match: re.Match[str]) -> str:
        word = match[0]
        if not _MIN_LETTERS <= len(word) <= _MAX_LETTERS or _is_part(text, match):
            return word
        lower = word.lower()
        if _is_known(lower, token_count):
            return word
        if better := nearest_word(lower):
            mended[word] = better
            return better
        unknown[word] = None
        return word

    result = _WORD.sub(read, text)
    return Spelling(result, tuple(mended.items()), tuple(unknown))


def _is_part(text: str, match: re.Match[str]) -> bool:
    """Return whether a word is part of a name, a number or an address."""
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 2]
    if before and _PART_OF_MORE.match(before):
        return True
    # the end of a sentence is no part of a name
    return bool(after) and bool(_PART_OF_MORE.match(after)) and not _ends_sentence(after)


def _ends_sentence(after: str) -> bool:
    return after[0] in ".'’" and not after[1:].strip().isalnum()


def _is_known(word: str, token_count: Callable[[str], int]) -> bool:
    return word in known_words() or token_count(word) <= 1 or _form_of_known(word, token_count)


def _form_of_known(word: str, token_count: Callable[[str], int]) -> bool:
    """Return whether a word is a regular form of one that is known: rooftops, dockside's."""
    stems = [word[:-1]] if word.endswith("s") else []
    stems += [word[:-2]] if word.endswith(("es", "ed", "ly")) else []
    stems += [word[:-3], f"{word[:-3]}e"] if word.endswith("ing") else []
    stems += [f"{word[:-3]}y"] if word.endswith("ies") else []
    return any(
        len(stem) >= _MIN_LETTERS and (stem in known_words() or token_count(stem) <= 1)
        for stem in stems
    )


@cache
def known_words() -> dict[str, int]:
    """Return the words that spelling is mended by, and how often captions have each."""
    text = resources.files("geosearch.vocabulary").joinpath(_FILE).read_text("utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {word: int(count) for word, count in pairs}


def nearest_word(word: str) -> str | None:
    """Return the most frequent known word within one typing error; None where there is none."""
    words = known_words()
    near = {other for other in _one_error(word) if other in words and len(other) >= _MIN_LETTERS}
    return min(near, key=lambda other: (-words[other], other), default=None)


def _one_error(word: str) -> Iterator[str]:
    """Yield all that a word may have been before one typing error."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
