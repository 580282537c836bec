"""``python -m workshop.mini``: train and measure the bundled encoder."""

import sys

import click

from geosearch.errors import GeosearchError
from workshop.mini.ablate_dual import ablate_dual
from workshop.mini.bench import bench
from workshop.mini.train import train


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train and measure mini, the bundled encoder."""


for _command in (train, bench, ablate_dual):
    main.add_command(_command)

if __name__ == "__main__":
    try:
        main(prog_name="python -m workshop.mini")
    except GeosearchError as error:
        sys.exit(f"error: {error.message}\nhint: {error.hint}")
