"""What geosearch says: its own words, kept apart from the values of others in them.

The library names parameters and calls as a Python program writes them, in backticks: `max_memory`,
`geosearch.verify(repair=True)`. The command line shows its own options and commands in their place.
It looks for them in our words only: a file that is called `` `bands`.tif `` keeps its name.
"""

import re
from collections.abc import Callable

_VALUE = "{}"
_QUOTED = re.compile(r"`([^`]+)`")


class Message(str):
    """A line of words and values; for a Python program, a text as any other.

    It stays one where it is handed on. A text that is made of it by other means is plain, and is
    shown as it is.
    """

    words: str
    """Our words, with ``{}`` where a value goes."""
    values: tuple[str, ...]
    """What goes there: texts of others, or messages."""

    def __new__(cls, words: str, *values: object) -> "Message":
        """Put values into words.

        Args:
            words: A text with ``{}`` for each value; it is written in the code, not computed.
            values: Messages stay messages; of anything else its `str`.
        """
        texts = tuple(one if isinstance(one, Message) else str(one) for one in values)
        made = super().__new__(cls, _filled(words, texts))
        made.words = words
        made.values = texts
        return made

    def __getnewargs__(self) -> tuple[str, ...]:  # type: ignore[override]  # of what `__new__` takes
        """Be the same in another process."""
        return (self.words, *self.values)

    def reworded(self, quoted: Callable[[str], str]) -> str:
        """Return the line with what is in backticks in our words as someone else calls it.

        Args:
            quoted: Given a parameter or a call without its backticks, returns what to write in
                its place, with backticks if it shall have any. ``{}`` stands for a value.
        """
        words = _QUOTED.sub(lambda found: quoted(found[1]), self.words)
        return _filled(
            words, [v.reworded(quoted) if isinstance(v, Message) else v for v in self.values]
        )


def named(parameter: str) -> Message:
    """Return a parameter as messages name it, for one that is not known when the code is written.

    Args:
        parameter: Its Python name, never a text of a user.
    """
    return Message(f"`{parameter}`")


def _filled(words: str, values: "list[str] | tuple[str, ...]") -> str:
    first, *others = words.split(_VALUE)
    if len(others) != len(values):
        raise ValueError(f"{len(values)} values for {words!r}")
    return first + "".join(v + after for v, after in zip(values, others, strict=True))
