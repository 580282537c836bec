"""Texts to search for or to embed: from a file, one per line or a JSON list, or from the caller."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geosearch.arguments import checked
from geosearch.errors import Refusal, UsageError, first_line
from geosearch.paths import PathLike
from geosearch.regular_file import read_regular, remedy
from geosearch.reporting import warn_refused
from geosearch.text import decoded, is_readable, readable, shown

_MAX_BYTES = 256 << 20
_FORM = "give a UTF-8 file with one text per line, or a .json file that is a list of strings"
_LINE_END = re.compile(r"\r\n|\r|\n")
_SHOWN_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Texts:
    """What a file of texts holds."""

    texts: list[str]
    """Those that can be used, in order."""
    refused: list[Refusal]
    """The others, each by its line or entry, from 1."""


@checked
def read_texts(path: PathLike) -> Texts:
    """Read one text per line, or a ``.json`` file that is a list of strings; some may be empty.

    Raises:
        UsageError: It cannot be read as that, or none of its texts can be used.
    """
    return _sorted(str(path), lambda text: None)


@checked
def read_queries(path: PathLike) -> Texts:
    """Read texts to search for, as `read_texts` does; none may be empty.

    Raises:
        UsageError: It cannot be read, or none of its texts can be used.
    """
    return _sorted(str(path), lambda text: None if text.strip() else "is empty")


def require_queries(texts: Sequence[str]) -> None:
    """Refuse texts that cannot be searched for, before an encoder is loaded for them.

    Raises:
        UsageError: One is empty, or not UTF-8 text.
    """
    hint = 'give a text, e.g. "a river"'
    for number, text in enumerate(texts, start=1):
        which = "the query" if len(texts) == 1 else f"the query {number} of {len(texts)}"
        if not readable(text, which, hint="give it in UTF-8", parameter="query").strip():
            raise UsageError(f"{which} is empty", hint=hint, parameter="query")


def _sorted(path: str, wrong: Callable[[str], str | None]) -> Texts:
    """Return those texts of a file of which nothing is wrong, and the others."""
    name = shown(path)
    entries = _entries(path)
    place = "entry" if _is_json(path) else "line"
    texts, refused = [], []
    for number, entry in enumerate(entries, start=1):
        reason = _unusable(entry) or wrong(entry)
        if reason is None:
            texts.append(entry)
        else:
            empty = reason == "is empty"
            hint = "give a text, or delete it" if empty else "correct it, or delete it"
            refused.append(Refusal(f"{place} {number} of {name}", reason, hint))
    if not texts:
        first = refused[0] if refused else Refusal(name, "holds no text", "give at least one text")
        raise UsageError(f"{first.input} {first.reason}", hint=first.hint, parameter="path")
    warn_refused(__name__, refused)
    return Texts(texts, refused)


def _unusable(entry: Any) -> str | None:
    if not isinstance(entry, str):
        return f"is not a text: {shown(json.dumps(entry))[:_SHOWN_LETTERS]}"
    if not is_readable(entry):
        return f"is not UTF-8 text: {shown(entry)[:_SHOWN_LETTERS]}"
    return None


def _entries(path: str) -> list[Any]:
    name = shown(path)
    try:
        data = read_regular(path, _MAX_BYTES, streams=True)
    except OSError as error:
        raise UsageError(
            f"cannot read texts from {name}: {error.strerror}",
            hint=remedy(error, _FORM),
            parameter="path",
        ) from error
    text = decoded(data, name, in_parts=not _is_json(path), parameter="path")
    if not _is_json(path):
        lines = _LINE_END.split(text)
        if len(lines) > 1 and not lines[-1]:
            lines.pop()  # what comes after the last line's end
        # files with marks that were joined have marks within
        return [line.removeprefix("\ufeff") for line in lines]
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = shown(first_line(error))
        raise UsageError(
            f"cannot read texts from {name}: {reason}", hint=_FORM, parameter="path"
        ) from error
    if not isinstance(entries, list):
        raise UsageError(f"{name} is not a JSON list of strings", hint=_FORM, parameter="path")
    return [one.removeprefix("\ufeff") if isinstance(one, str) else one for one in entries]


def _is_json(path: str) -> bool:
    return Path(path).suffix.lower() == ".json"
