"""`geosearch export`: an index's chips and vectors as GeoParquet."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.options import PathType, filter_options, index_option
from geosearch.cli.output.report import count_of
from geosearch.errors import UsageError

if TYPE_CHECKING:
    from geosearch.search import Conditions


@click.command("export", short_help="Write chips and their vectors as GeoParquet.")
@click.argument("folder", metavar="[INDEX]", required=False, type=PathType(file_okay=False))
@index_option
@filter_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=PathType(dir_okay=False),
    help="The file, such as chips.parquet.",
)
def export_vectors(
    folder: str | None,
    index: str | None,
    conditions: "Conditions",
    output: str,
) -> None:
    """Write the chips that pass all filters given, with footprints, times and 16-bit vectors.

    INDEX is the index folder, as with -i. `geosearch import` reads the file; so do GeoPandas,
    DuckDB and QGIS.

    \b
      geosearch export indexes/coast -o coast.parquet
      geosearch export --bbox "11.2,48.0,11.8,48.3" -o town.parquet
    """
    from geosearch.api import export_vectors
    from geosearch.cli.output.reporter import CONSOLE

    if folder and index:
        raise UsageError(f"two indexes: {folder} and -i {index}", hint="name one of them")
    count = export_vectors(output, folder or index, reporter=CONSOLE, **conditions)
    CONSOLE.say(f"{count_of(count, 'chip')} written to {output}")
