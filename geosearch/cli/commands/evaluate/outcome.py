"""Where a report goes: to stdout as a table or JSON, and to a file."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from geosearch.cli.options import PathType, json_option
from geosearch.outputs import JSON, require_output

Command = TypeVar("Command", bound=Callable[..., Any])

_output_option = click.option(
    "-o", "--output", type=PathType(dir_okay=False), help="Also write the report as JSON here."
)


def outcome_options(command: Command) -> Command:
    """Add ``--json`` and ``-o``."""
    return json_option(_output_option(command))


def require_report(output: str | None) -> None:
    """Refuse a file that the report could not be written to, before it is made."""
    if output is not None:
        require_output(output, JSON)
