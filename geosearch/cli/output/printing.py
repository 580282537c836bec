"""The door to standard output; what is said beside an answer goes through `reporting`.

What is printed holds names and texts of others: it is made plain here, and cannot fail for what a
terminal's encoding lacks.
"""

import shutil
import sys
from typing import Any

import click

from geosearch.cli.output.flags import worded
from geosearch.json_text import ascii_json, json_text
from geosearch.text import shown


def print_line(line: str = "", *, bold: bool = False) -> None:
    """Print one line; bold only where it goes to a terminal."""
    plain = shown(line)
    click.echo(click.style(plain, bold=True) if bold else plain)


def print_text(text: str) -> None:
    """Print a text of several lines, which end as it does."""
    click.echo(shown(text, lines=True), nl=False)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON."""
    print_json_text(json_text(worded(value), indent=indent) + "\n")


def print_json_text(text: str) -> None:
    """Print what is JSON already."""
    click.echo(text if _is_writable(text) else ascii_json(text), nl=False)


def print_bytes(data: bytes) -> None:
    """Print what is a file of UTF-8 text, in which controls are escaped already."""
    click.echo(data, nl=False)


def terminal_width() -> int | None:
    """Return the columns of the terminal that is printed to; None where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def omission_mark() -> str:
    """Return what stands for what is left out of a name: an ellipsis, or three points."""
    return "…" if _is_writable("…") else "..."


def never_fail() -> None:
    """Let characters that an output cannot hold be escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _is_writable(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
