"""Values as JSON text that a terminal and every reader of JSON can hold (RFC 8259)."""

import json
import re
from typing import Any

from geosearch.text import is_readable, shown

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""Return a value as JSON text.

    What a terminal would act on, such as controls and marks of direction, is written as ``\u009b``,
    which reads as the same text. A lone surrogate has no such form (8.2): a text that holds one, as
    a file's name may that is not UTF-8, is written as `shown` shows it.

    Args:
        value: Texts, numbers, lists and dicts of them.
        indent: Blanks a level; None for one line.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if not is_readable(text):
        text = json.dumps(_readable(value), ensure_ascii=False, indent=indent)
    if text.isascii() and (text.isprintable() or indent is not None):
        return text.replace("\x7f", _escaped("\x7f"))
    # a line break between values is ours; within a text, JSON has escaped it already
    return "".join(one if one == "\n" or shown(one) == one else _escaped(one) for one in text)


def ascii_json(text: str) -> str:
    """Return JSON text as the same in ASCII, for where nothing else can be written."""
    # what is not ASCII can only stand within a JSON string
    return _BEYOND_ASCII.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value if is_readable(value) else shown(value)
    if isinstance(value, dict):
        return {_readable(key): _readable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(one) for one in value]
    return value
