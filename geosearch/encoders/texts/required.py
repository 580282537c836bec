"""Texts as a caller gives them: a list of what is text, before a tokenizer gets it."""

from collections.abc import Sequence

from geosearch.errors import UsageError
from geosearch.text import readable


def require_texts(texts: Sequence[str]) -> None:
    """Refuse what is not a list of texts.

    Raises:
        UsageError: One string instead of a list of them, or one of them is not UTF-8 text.
    """
    if isinstance(texts, str):  # else each of its letters would be a text
        raise UsageError(f"one text where a list is due: {texts[:40]!r}", hint="use [text]")
    for number, text in enumerate(texts, start=1):
        which = "the text" if len(texts) == 1 else f"text {number} of {len(texts)}"
        if not isinstance(text, str):
            raise UsageError(f"{which} is not a text but {text!r}", hint="give texts")
        readable(text, which)
