"""What a text says before an encoder reads it: typing errors mended, and what to remark on."""

from collections.abc import Sequence
from dataclasses import dataclass

from geosearch.encoders import Encoder, WordReader
from geosearch.message import Message
from geosearch.text import shown
from geosearch.vocabulary import excluded, spelled


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of a query as it is read."""

    asked: str
    """As it was written."""
    read_as: str
    """What the encoder gets."""
    notes: tuple[str, ...] = ()
    """What is to be said of it, one line each."""


def read_wording(text: str, encoder: Encoder, *, as_written: bool = False) -> Wording:
    """Return a text with its typing errors mended, and what is to be said of it.

    Args:
        text: A query.
        encoder: What it is for; one that does not tell words apart mends none.
        as_written: Mend nothing.
    """
    notes = [*_note_on_exclusion(text)]
    if as_written or not isinstance(encoder, WordReader):
        return Wording(text, text, tuple(notes))
    spelling = spelled(text, encoder.token_count)
    notes += [
        Message("taking {} for {}; `as_written` keeps it", _quoted(word), _quoted(better))
        for word, better in spelling.mended
    ]
    if spelling.unknown:
        notes.append(f"words that the encoder does not know: {_listed(spelling.unknown)}")
    return Wording(text, spelling.text, tuple(notes))


def _note_on_exclusion(text: str) -> Sequence[str]:
    what = excluded(text)
    if what is None:
        return ()
    return (
        Message("encoders ignore words such as without: give `avoid` {} instead", _quoted(what)),
    )


def _quoted(word: str) -> str:
    return f'"{shown(word)}"'


def _listed(words: Sequence[str]) -> str:
    few = ", ".join(map(_quoted, words[:5]))
    return few if len(words) <= 5 else f"{few} and {len(words) - 5} more"
