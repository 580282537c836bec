"""Checks on the texts that a caller gives, before a tokenizer gets them."""

from collections.abc import Collection, Sequence

from geosearch.errors import UsageError
from geosearch.message import Message
from geosearch.text import readable


def require_texts(texts: Sequence[str]) -> None:
    """Require a list of texts.

    Raises:
        UsageError: One string instead of a list of them, or one of them is not UTF-8 text.
    """
    if isinstance(texts, str):  # else each of its letters would be a text
        raise UsageError(
            f"a text instead of a list of texts: {texts[:40]!r}",
            hint="give [text]",
            parameter="texts",
        )
    if not isinstance(texts, Collection):
        raise UsageError(
            Message("`texts` is {}", repr(texts)), hint="give a list of texts", parameter="texts"
        )
    for number, text in enumerate(texts, start=1):
        which = "the text" if len(texts) == 1 else f"text {number} of {len(texts)}"
        if not isinstance(text, str):
            raise UsageError(
                f"{which} is not a text but {text!r}", hint="give texts", parameter="texts"
            )
        readable(text, which, parameter="texts")
