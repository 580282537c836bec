"""Lists of images and their texts: CSV or JSON lines with the columns file, short, long."""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geosearch.errors import Refusal, UsageError
from geosearch.text import is_readable

_COLUMNS = ("file", "short", "long")
_FORM = (
    "a list has the columns file, short and long: as CSV with a first line that names them, or a "
    "JSON object per line; one of the two texts may be missing"
)
_MAX_CHARACTERS = 20_000  # of a text: 248 tokens are some thousand


@dataclass(frozen=True, slots=True)
class Pair:
    """One image with its texts."""

    file: Path
    short: tuple[str, ...]
    """Short texts; any of them belongs to the image."""
    long: tuple[str, ...]
    """Long texts, alike."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was read of a list, and what was left out."""

    pairs: tuple[Pair, ...]
    """One an image file, in the order of the list."""
    refused: tuple[Refusal, ...]


def read_pairs(listing: Path, images: Path | None = None) -> Pairs:
    """Read a list; lines of one file are joined to one pair with several texts.

    Args:
        listing: A ``.csv``, ``.jsonl`` or ``.ndjson`` file.
        images: The folder that relative paths start from; None for the list's own.

    Raises:
        UsageError: The list cannot be read, has other columns, or no usable line.
    """
    folder = listing.parent if images is None else images
    found: dict[Path, tuple[list[str], list[str]]] = {}
    refused = []
    for number, row in _rows(listing):
        where = f"{listing}, line {number}"
        file, short, long = (_texts(where, row.get(column)) for column in _COLUMNS)
        if len(file) != 1:
            refused.append(Refusal(where, "it names no file", _FORM))
        elif not (short or long):
            refused.append(Refusal(where, f"{file[0]} has no text", _FORM))
        elif not all(map(is_readable, (*short, *long))):
            refused.append(Refusal(where, "its text is not UTF-8 text", "write it in UTF-8"))
        elif not (path := folder / file[0]).is_file():
            refused.append(Refusal(where, f"there is no image {path}", "check the path"))
        else:
            texts = found.setdefault(path, ([], []))
            for known, new in zip(texts, (short, long), strict=True):
                known += [text for text in new if text not in known]
    if not found:
        reason = refused[0].reason if refused else "it is empty"
        raise UsageError(f"{listing} gives nothing to learn from: {reason}", hint=_FORM)
    pairs = tuple(Pair(path, tuple(short), tuple(long)) for path, (short, long) in found.items())
    return Pairs(pairs, tuple(refused))


def parted(
    pairs: tuple[Pair, ...], fraction: float, seed: int
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Return what is learned from and what is held out, image by image.

    Args:
        pairs: All.
        fraction: Fraction that is held out, 0..1.
        seed: Random seed.
    """
    rows = list(range(len(pairs)))
    random.Random(seed).shuffle(rows)
    held = set(rows[: round(fraction * len(pairs))])
    learned = tuple(pair for row, pair in enumerate(pairs) if row not in held)
    return learned, tuple(pairs[row] for row in sorted(held))


def _rows(listing: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines' numbers and values."""
    try:
        # a row whose text is in another encoding costs itself only
        with listing.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            if listing.suffix.lower() == ".csv":
                table = csv.DictReader(file)
                _check_columns(listing, table.fieldnames or ())
                for row in table:
                    yield table.line_num, row
                return
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(f"{listing}, line {number}", line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read {listing}: {error}", hint=_FORM) from error


def _check_columns(listing: Path, columns: Any) -> None:
    if "file" not in columns or not {"short", "long"} & set(columns):
        raise UsageError(f"{listing} has the columns {', '.join(columns)}", hint=_FORM)


def _object(where: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not valid JSON: {error}", hint=_FORM) from error
    if not isinstance(row, dict):
        raise UsageError(f"{where} is not a JSON object", hint=_FORM)
    return row


def _texts(where: str, value: Any) -> tuple[str, ...]:
    """Return the texts of a field: none, one, or those of a list."""
    several = value if isinstance(value, list) else [value]
    texts = [one for one in several if one is not None]
    if any(not isinstance(one, str) for one in texts):
        raise UsageError(f"{where}: {value!r} is not a text", hint=_FORM)
    return tuple(one.strip()[:_MAX_CHARACTERS] for one in texts if one.strip())
