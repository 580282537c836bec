"""`geosearch export`: an index's chips and vectors as GeoParquet."""

import click

from geosearch.cli.options import filter_options, index_option


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
    bbox: str | None,
    intersects: str | None,
    when: str | None,
    undated: bool,
    max_cloud: float | None,
    min_valid: float | None,
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

    count = export_vectors(
        output,
        index_path,
        bbox=bbox,
        intersects=intersects,
        datetime=when,
        undated=undated,
        max_cloud=max_cloud,
        min_valid=min_valid,
        progress=True,
        note=say,
    )
    say(f"{count:,} chips written to {output}")
