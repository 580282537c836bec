"""The `geosearch` command: its group, and how errors become exit statuses.

0 done; 1 failed, or there is no index; 2 wrong usage: an invalid option or argument; 3 done, but
some inputs were refused; 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from geosearch import __version__
from geosearch.cli.commands.demo import demo
from geosearch.cli.commands.embed import embed
from geosearch.cli.commands.encoders import encoders
from geosearch.cli.commands.evaluate import evaluate
from geosearch.cli.commands.export_vectors import export_vectors
from geosearch.cli.commands.import_vectors import import_vectors
from geosearch.cli.commands.index import index
from geosearch.cli.commands.info import info
from geosearch.cli.commands.localize import localize
from geosearch.cli.commands.maintain.compact import compact
from geosearch.cli.commands.maintain.remove import remove
from geosearch.cli.commands.maintain.verify import verify
from geosearch.cli.commands.query import query
from geosearch.cli.commands.train import train
from geosearch.cli.output.flags import command_of, with_flags
from geosearch.cli.output.printing import never_fail
from geosearch.cli.output.reporter import CONSOLE
from geosearch.cli.usage import usage_hint
from geosearch.errors import GeosearchError, Interrupted, UsageError

_INTERRUPTED = "what was finished is kept; run the same command again"


class _InOrder(click.Group):
    """Lists its commands in the order in which users meet them, not alphabetically."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        return list(self.commands)


@click.group(
    cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="geosearch")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Find places in satellite and aerial image archives from a text description.

    \b
      geosearch index ./scenes
      geosearch query "tennis court between two white buildings" -o hits.geojson
    """


for _command in (
    index,
    query,
    localize,
    info,
    remove,
    compact,
    verify,
    import_vectors,
    export_vectors,
    embed,
    encoders,
    train,
    evaluate,
    demo,
):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    never_fail()
    # wherever it stands: it is mostly added to the end of a command that failed
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.exit(run(arguments, debug=len(arguments) < len(sys.argv) - 1))


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run one command; errors go to stderr as two lines, `error:` and `hint:`."""
    try:
        status = cli.main(arguments, prog_name="geosearch", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        _say_error(" ".join(error.format_message().split()), usage_hint(error))
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        # click makes an Abort of a KeyboardInterrupt
        cause = error if isinstance(error, Interrupted) else error.__cause__
        reason = str(cause) if isinstance(cause, Interrupted) else _INTERRUPTED
        CONSOLE.say(f"interrupted: {reason}")
        return 130
    except BrokenPipeError:
        # the reader of our output has gone, as `| head` does; a second flush at exit must not fail
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except GeosearchError as error:
        if debug:
            raise
        command = command_of(cli, arguments)
        _say_error(
            with_flags(error.message, cli, command),
            with_flags(error.hint, cli, command),
            [with_flags(detail, cli, command) for detail in error.details],
        )
        return 2 if isinstance(error, UsageError) else 1
    except Exception as error:
        if debug:
            raise
        _say_error(
            f"internal error: {type(error).__name__}: {error}",
            "run it again as `geosearch --debug ...` and report what it prints",
        )
        return 1


def _say_error(message: str, hint: str, details: Sequence[str] = ()) -> None:
    """Print what is wrong; each part is one line, whatever the names in it hold."""
    CONSOLE.say(f"error: {message}")
    for detail in details:
        CONSOLE.say(f"  {detail}")
    CONSOLE.say(f"hint: {hint}")
