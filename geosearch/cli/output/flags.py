"""Parameters that the library's texts name, as the command line calls them."""

import re

import click

_NAME = re.compile(r"`([a-z_0-9]+)`")


def with_flags(text: str, command: click.Command | None = None) -> str:
    """Return a text of the library with a command's own options and arguments in it.

    The library writes parameters by their Python names in backticks; what the command has no
    option or argument for stays as it is.

    Args:
        text: A message, or a hint.
        command: None for the one that is running.
    """
    if command is None:
        context = click.get_current_context(silent=True)
        if context is None:
            return text
        command = context.command
    flags = {parameter.name: _flag(parameter) for parameter in command.params}
    return _NAME.sub(lambda found: flags.get(found[1], found[0]), text)


def command_of(root: click.Command, arguments: list[str]) -> click.Command:
    """Return the command that some arguments name: that of the innermost group."""
    command = root
    for argument in arguments:
        if not isinstance(command, click.Group) or argument not in command.commands:
            break
        command = command.commands[argument]
    return command


def _flag(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name
