"""Writes the reference of commands, docs/reference/commands.md, from the commands' own help.

Run by scripts/docs. A test holds that the page in the repository is the one that this writes.
"""

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

HEAD = """\
# Commands

This page is generated from the commands' own help by `scripts/docs`: change the help, not the page.

The answer goes to standard output or to the files that `-o` names. Everything else goes to standard
error.

| exit status | meaning |
| --- | --- |
| 0 | done |
| 1 | it failed: `error:` says why, `hint:` what to do |
| 2 | wrong usage: an invalid option or argument |
| 3 | done, but some inputs were refused; each is named with its reason |
| 130 | interrupted; the same command continues |

`geosearch --debug COMMAND` shows the traceback of an error, and `geosearch --version` the version.
"""
_WIDTH = 116


def page() -> str:
    """Return the page as Markdown."""
    from geosearch.cli.main import cli

    parts = [HEAD]
    for names, command in _commands(("geosearch",), cli):
        parts.append(section(names, command))
    return "\n".join(parts)


def _commands(
    names: tuple[str, ...], group: click.Group
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from _commands((*names, name), command)


def section(names: tuple[str, ...], command: click.Command) -> str:
    """Return what the page says of one command.

    Args:
        names: How it is called, such as ``("geosearch", "train", "pairs")``.
        command: The command.
    """
    title = " ".join(names)
    usage = " ".join([title, *_usage(command)])
    heading = "#" * len(names)
    parts = [f"{heading} {title}\n", f"    {usage}\n", *_help(command), *_options(command)]
    return "\n".join(parts)


def _usage(command: click.Command) -> Iterator[str]:
    if any(isinstance(one, click.Option) for one in command.params):
        yield "[OPTIONS]"
    if isinstance(command, click.Group):
        yield "COMMAND"
    for one in command.params:
        if isinstance(one, click.Argument):
            name = _argument_name(one)
            yield name if one.required else f"[{name}]"


def _argument_name(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return name.strip("[].") + ("..." if argument.nargs != 1 else "")


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a command's help; what click is told not to wrap is an example."""
    for paragraph in cleandoc(command.help or "").split("\f")[0].split("\n\n"):
        lines = paragraph.splitlines()
        if lines and lines[0].strip() == "\b":
            yield "\n".join(f"    {line.strip()}" for line in lines[1:]) + "\n"
        elif lines:
            yield _wrapped(" ".join(line.strip() for line in lines).replace("*", "\\*")) + "\n"


def _wrapped(text: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _options(command: click.Command) -> Iterator[str]:
    """Yield a table of the options; the usage and the help say what the arguments are."""
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield "\n".join(["| option | meaning |", "| --- | --- |", *map(_row, options)]) + "\n"


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if not (option.is_flag or option.count):
        names = f"{names} {_value(option)}"
    notes = [(option.help or "").replace("*", "\\*")]
    if option.required:
        notes.append("Required.")
    if option.show_default and not option.is_flag and option.default is not None:
        notes.append(f"Default: `{option.default}`.")
    return f"| {names} | {' '.join(note for note in notes if note)} |"


def _value(option: click.Option) -> str:
    if option.metavar:
        return f"`{option.metavar}`"
    if isinstance(option.type, click.Choice):
        # not as code: there, the site would show the backslash, too
        return " \\| ".join(map(str, option.type.choices))
    if isinstance(option.type, click.types.IntParamType | click.types.FloatParamType):
        return "`NUMBER`"
    return f"`{option.type.name.upper()}`"


def main() -> int:
    """Write the page to the file named, or print it."""
    text = page()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
