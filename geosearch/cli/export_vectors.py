"""`geosearch export`: an index's chips and vectors as GeoParquet."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.options import filter_options, index_option

if TYPE_CHECKING:
    from geosearch.search import Conditions


@click.command("export", short_help="Write chips and their vectors as GeoParquet.")
@index_option
@filter_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False),
    help="The file, such as chips.parquet.",
)
def export_vectors(
    index_path: str | None,
    conditions: "Conditions",
    output: str,
) -> None:
    """Write the chips that pass all filters given, with footprints, times and 16-bit vectors.

    `geosearch import` reads the file; so do GeoPandas, DuckDB and QGIS.

    \b
      geosearch export -i indexes/coast -o coast.parquet
      geosearch export --bbox "11.2,48.0,11.8,48.3" -o town.parquet
    """
    from geosearch.api import export_vectors
    from geosearch.progress import say

    count = export_vectors(output, index_path, progress=True, note=say, **conditions)
    say(f"{count:,} chips written to {output}")
