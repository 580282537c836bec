"""``python -m benchmarks``: one command per benchmark."""

import sys

import click

from benchmarks.asking.command import asking
from benchmarks.cold import cold
from benchmarks.device import device
from benchmarks.encode import encode
from benchmarks.ingest import ingest
from benchmarks.peers import peers
from benchmarks.rasters import rasters
from benchmarks.rerun import rerun
from benchmarks.search import search
from geosearch.errors import GeosearchError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure geosearch; each command prints a table, and with --json also writes the figures."""


for _command in (search, cold, encode, ingest, rerun, asking, device, peers, rasters):
    main.add_command(_command)


def run(arguments: list[str]) -> int:
    """Run one benchmark; return the exit status."""
    try:
        status = main.main(arguments, prog_name="python -m benchmarks", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except GeosearchError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
