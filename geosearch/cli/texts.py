"""Texts from a file: one a line, or a JSON list."""

import json
from pathlib import Path

from geosearch.errors import UsageError


def read_texts(path: str) -> list[str]:
    """Read a text a line, or a ``.json`` file that is a list of strings.

    Raises:
        UsageError: It cannot be read as that.
    """
    hint = "give a UTF-8 file with a text a line, or a .json file that is a list of strings"
    try:
        text = Path(path).read_text(encoding="utf-8")
        if Path(path).suffix.lower() != ".json":
            return text.removesuffix("\n").split("\n")
        texts = json.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read texts from {path}: {error}", hint=hint) from error
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise UsageError(f"{path} is not a JSON list of strings", hint=hint)
    return texts


def read_queries(path: str) -> list[str]:
    """Read texts that all have something to ask.

    Raises:
        UsageError: There is none, or one is empty.
    """
    texts = read_texts(path)
    place = "entry" if Path(path).suffix.lower() == ".json" else "line"
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            raise UsageError(
                f"{place} {number} of {path} is empty", hint="say what to look for, or delete it"
            )
    if not texts:
        raise UsageError(f"{path} holds no text", hint="say what to look for")
    return texts
