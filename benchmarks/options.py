"""What options of benchmarks are read as."""

from pathlib import Path

import click

PATH = click.Path(path_type=Path)
"""A file or folder."""


def count(text: str) -> int:
    """Read a number of things, 1 or more, also written as ``1e6``."""
    number = _number(text)
    if number < 1 or number != int(number):
        raise click.BadParameter(f"{text!r} is not a number of things")
    return int(number)


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers above 0 with commas between them, such as ``1e5,1e6``."""
    found = tuple(_number(part) for part in text.split(","))
    if min(found) <= 0:
        raise click.BadParameter(f"{text!r} has a number that is not above 0")
    return found


def fractions(text: str) -> tuple[float, ...]:
    """Read numbers above 0, up to 1, with commas between them."""
    found = numbers(text)
    if max(found) > 1:
        raise click.BadParameter(f"{text!r} has a fraction above 1")
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a number") from None
