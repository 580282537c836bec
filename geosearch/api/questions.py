"""Texts that are asked: each has something to say, and is text."""

from collections.abc import Sequence

from geosearch.errors import UsageError
from geosearch.text import readable


def require_queries(texts: Sequence[str]) -> None:
    """Refuse texts that cannot be asked, before an encoder is loaded for them.

    Raises:
        UsageError: One is empty, or not UTF-8 text.
    """
    hint = 'give a text, e.g. "a river"'
    for number, text in enumerate(texts, start=1):
        which = "the query" if len(texts) == 1 else f"the query {number} of {len(texts)}"
        if not readable(text, which, hint="give it in UTF-8").strip():
            raise UsageError(f"{which} is empty", hint=hint, parameter="query")
