"""What to do about arguments that cannot be understood: mostly the shell split them."""

import re

import click

_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)
_NUMBERS = re.compile(r"[-+\d.,\s]+")
_NUMBER_OPTION = re.compile(r"-\d")


def usage_hint(error: click.ClickException) -> str:
    """Return what to do about a wrong usage that click has found."""
    context = getattr(error, "ctx", None)
    command = f"{context.info_name} " if context is not None and context.parent else ""
    extra = _EXTRA.search(error.format_message())
    name = getattr(error, "option_name", None)
    if extra is not None and context is not None:
        return _extra_hint(context, extra[1])
    if isinstance(name, str) and _NUMBER_OPTION.match(name):
        return _BBOX_HINT
    return f"`geosearch {command}--help` shows what it takes"


_BBOX_HINT = 'write the numbers without spaces, or in quotes: --bbox "W,S,E,N"'


def _extra_hint(context: click.Context, extra: str) -> str:
    """Return how to keep an argument together that the shell most likely split."""
    if _NUMBERS.fullmatch(extra):
        return _BBOX_HINT
    text = context.params.get("text")
    if context.info_name == "query" and isinstance(text, str):
        words = f"{text} {extra}".replace('"', "'")
        return f'put the text in quotes: geosearch query "{words}"'
    hint = "put arguments with spaces or * in quotes"
    if any("--index" in parameter.opts for parameter in context.command.params):
        hint += f", and name the index with -i: geosearch {context.info_name} -i FOLDER"
    return hint
