"""Parameters and calls that the library's messages name, as the command line writes them."""

import re
from typing import Any

import click

from geosearch.message import Message

_CALL = re.compile(r"geosearch\.(\w+)\((.*)\)")
_COMMANDS = {
    "build": "index",
    "import_vectors": "import",
    "export_vectors": "export",
    "write_embedding": "embed",
}
"""Functions whose command has another name."""


def with_flags(
    text: str, root: click.Command | None = None, command: click.Command | None = None
) -> str:
    """Return a message of the library with options and commands in it.

    The library writes parameters by their Python names in backticks, and calls as a program does.
    What there is no option or command for stays as it is, and so do the values of others: a text
    that is not a `Message` is one.

    Args:
        text: A message, or a hint.
        root: The whole command line; None for the one that is running.
        command: The command whose parameters are named; None for the one that is running.
    """
    if not isinstance(text, Message):
        return text
    context = click.get_current_context(silent=True)
    if context is not None:
        root, command = root or context.find_root().command, command or context.command
    if root is None or command is None:
        return text
    commands, own = root, command
    return text.reworded(lambda quoted: _worded(quoted, commands, own))


def worded(value: Any) -> Any:
    """Return a JSON value with the messages in it as `with_flags` writes them."""
    if isinstance(value, dict):
        return {key: worded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [worded(one) for one in value]
    return with_flags(value) if isinstance(value, str) else value


def command_of(root: click.Command, arguments: list[str]) -> click.Command:
    """Return the command that some arguments name: that of the innermost group."""
    command = root
    for argument in arguments:
        inner = _inner(command, argument)
        if inner is None:
            break
        command = inner
    return command


def _inner(command: click.Command, name: str) -> click.Command | None:
    return (
        command.get_command(click.Context(command), name)
        if isinstance(command, click.Group)
        else None
    )


def _worded(quoted: str, root: click.Command, command: click.Command) -> str:
    call = _CALL.fullmatch(quoted)
    if call is None:
        return _flags(command).get(quoted, f"`{quoted}`")
    name = _COMMANDS.get(call[1], call[1])
    called = _inner(root, name)
    if called is None:
        return f"`{quoted}`"
    flags = _flags(called)
    words = [_argument(one, flags) for one in call[2].split(", ") if one]
    return f"`{' '.join(['geosearch', name, *words])}`"


def _argument(written: str, flags: dict[str, str]) -> str:
    """Return an argument of a call as one of a command: ``repair=True`` as ``--repair``."""
    name, _, value = written.rpartition("=")
    value = value.strip('"')
    flag = flags.get(name, name)
    return flag if value == "True" else f"{flag} {value}".strip()


def _flags(command: click.Command) -> dict[str, str]:
    return {str(parameter.name): _flag(parameter) for parameter in command.params}


def _flag(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name
