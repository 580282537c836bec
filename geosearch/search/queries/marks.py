"""Chips that were marked as right or wrong answers to a question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geosearch.errors import UsageError, first_line
from geosearch.json_text import json_text
from geosearch.outputs import JSON, require_output, write_text
from geosearch.regular_file import read_regular, remedy
from geosearch.text import decoded, is_readable, shown

if TYPE_CHECKING:
    from geosearch.search.asking import AnyMarks

_MAX_MARKS = 100_000
_MAX_BYTES = 64 << 20
_MAX_LETTERS = 8192
_SHOWN_LETTERS = 100
_FORM = 'give {"right": [ids], "wrong": [ids]}, ids of chips as hits have them'


@dataclass(frozen=True, slots=True)
class Marks:
    """Ids of chips that answer a question, and of such that do not."""

    right: tuple[str, ...] = ()
    """In the order they were marked, each once."""
    wrong: tuple[str, ...] = ()
    """Likewise."""

    def __post_init__(self) -> None:
        for name in ("right", "wrong"):
            object.__setattr__(self, name, _ids(getattr(self, name), name))
        if len(self) > _MAX_MARKS:
            raise _error(f"{len(self):,} chips are marked, more than {_MAX_MARKS:,}")
        both = set(self.right) & set(self.wrong)
        if both:
            first = _quoted(next(one for one in self.right if one in both))
            more = f", and so are {len(both) - 1} more" if len(both) > 1 else ""
            raise UsageError(
                f"the chip {first} is marked as right and as wrong{more}",
                hint="keep one of the two marks",
                parameter="marks",
            )

    def __len__(self) -> int:
        return len(self.right) + len(self.wrong)

    @property
    def ids(self) -> frozenset[str]:
        """All chips that are marked."""
        return frozenset(self.right) | frozenset(self.wrong)

    def with_more(self, right: Iterable[str] = (), wrong: Iterable[str] = ()) -> Marks:
        """Return these and more.

        Raises:
            UsageError: A chip is then marked as right and as wrong.
        """
        return Marks((*self.right, *right), (*self.wrong, *wrong))

    def save(self, path: str | Path) -> None:
        """Write them as a file that `read_marks` reads.

        Raises:
            UsageError: It cannot be written, or does not end in ``.json``.
        """
        require_output(path, JSON)
        plain = {"right": list(self.right), "wrong": list(self.wrong)}
        write_text(path, json_text(plain, indent=1) + "\n")


def read_marks(given: AnyMarks) -> Marks:
    """Return marks that are given as such, as a dict, or as a JSON file of it.

    Raises:
        UsageError: They cannot be read, are of another form, or contradict each other.
    """
    if isinstance(given, Marks):
        return given
    if isinstance(given, str | Path):
        return _from(_document(given), shown(given))
    return _from(given, "`marks`")


def _from(given: Any, name: str) -> Marks:
    if not isinstance(given, Mapping):
        raise _error(f"{name} is not an object with right and wrong")
    if unknown := [key for key in given if key not in ("right", "wrong")]:
        raise _error(f"{name} has {_quoted(unknown[0])} beside right and wrong")
    return Marks(given.get("right", ()), given.get("wrong", ()))


def _document(path: str | Path) -> Any:
    name = shown(path)
    try:
        data = read_regular(path, _MAX_BYTES, streams=True)
    except OSError as error:
        raise UsageError(
            f"cannot read marks from {name}: {error.strerror}",
            hint=remedy(error, _FORM),
            parameter="marks",
        ) from error
    try:
        return json.loads(decoded(data, name))
    except (ValueError, RecursionError) as error:
        raise _error(f"cannot read marks from {name}: {shown(first_line(error))}") from error


def _ids(given: Any, name: str) -> tuple[str, ...]:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise _error(f'"{name}" is not a list of ids: {_quoted(given)}')
    some = islice(given, _MAX_MARKS + 1)
    return tuple(dict.fromkeys(map(_id, some)))


def _id(one: Any) -> str:
    if not isinstance(one, str) or not one.strip() or not is_readable(one):
        raise _error(f"{_quoted(one)} is not the id of a chip")
    if len(one) > _MAX_LETTERS:
        raise _error(f"an id has {len(one):,} letters, more than {_MAX_LETTERS:,}")
    return one


def _error(fault: str) -> UsageError:
    return UsageError(fault, hint=_FORM, parameter="marks")


def _quoted(value: object) -> str:
    text = shown(value if isinstance(value, str) else repr(value))
    return f'"{text[:_SHOWN_LETTERS]}{"..." if len(text) > _SHOWN_LETTERS else ""}"'
