"""Texts from a file: one a line, or a JSON list."""

import codecs
import json
from dataclasses import dataclass
from pathlib import Path

from geosearch.errors import Refusal, UsageError
from geosearch.regular_file import read_regular, remedy
from geosearch.text import is_readable, shown

_HINT = "give a UTF-8 file with a text a line, or a .json file that is a list of strings"
_MOST_BYTES = 256 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Texts:
    """What was read of a file of texts, and what was left out."""

    texts: tuple[str, ...]
    """In their order."""
    refused: tuple[Refusal, ...]
    """Those that are not UTF-8 text, by their places."""


def read_texts(path: str) -> Texts:
    """Read a text a line, or a ``.json`` file that is a list of strings.

    A byte order mark is no part of a text. A text that is not UTF-8 costs itself only.

    Raises:
        UsageError: The file cannot be read as that, or holds no text that can be used.
    """
    in_json = Path(path).suffix.lower() == ".json"
    try:
        text = _decoded(read_regular(path, _MOST_BYTES, streams=True))
        texts = json.loads(text) if in_json else _lines(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot read texts from {path}: {reason}", hint=remedy(error, _HINT)
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot read texts from {path}: {error}", hint=_HINT) from error
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise UsageError(f"{path} is not a JSON list of strings", hint=_HINT)
    place = "entry" if in_json else "line"
    refused = [
        Refusal(f"{place} {number} of {path}", f"it is not UTF-8 text: {shown(one)}", _HINT)
        for number, one in enumerate(texts, start=1)
        if not is_readable(one)
    ]
    if refused and len(refused) == len(texts):
        raise UsageError(f"{refused[0].input}: {refused[0].reason}", hint=_HINT)
    return Texts(tuple(one for one in texts if is_readable(one)), tuple(refused))


def read_queries(path: str) -> Texts:
    """Read texts that all have something to ask.

    Raises:
        UsageError: There is none, or one is empty.
    """
    read = read_texts(path)
    place = "entry" if Path(path).suffix.lower() == ".json" else "line"
    for number, text in enumerate(read.texts, start=1):
        if not text.strip():
            raise UsageError(
                f"{place} {number} of {path} is empty", hint="say what to look for, or delete it"
            )
    if not read.texts:
        raise UsageError(f"{path} holds no text", hint="say what to look for")
    return read


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF_16):
        return data.decode("utf-16", "surrogatepass")
    # bytes that are not UTF-8 are kept: whose text they are in is not known yet
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n")
