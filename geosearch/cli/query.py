"""`geosearch query`: a text and filters in, ranked places out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosearch.cli.options import compute_options, filter_options, index_option, weights_option
from geosearch.errors import UsageError

if TYPE_CHECKING:
    from geosearch.api import Hits

_FORMAT_OF_ENDING = {".geojson": "geojson", ".json": "geojson", ".png": "png", ".txt": "table"}


@click.command(short_help="Find places by what one says about them.")
@click.argument("text")
@index_option
@click.option("-k", type=int, default=10, show_default=True, help="How many hits.")
@filter_options
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(dir_okay=False),
    help="A .geojson or .png file; may be given twice. Default: standard output.",
)
@click.option(
    "-f",
    "--format",
    "chosen",
    type=click.Choice(["table", "geojson", "png"]),
    help="Default: by the file's ending; a table on a terminal, GeoJSON in a pipe.",
)
@click.option("--distinct", is_flag=True, help="Leave out chips that overlap a better hit.")
@click.option("--exact", is_flag=True, help="Score every matching chip.")
@click.option(
    "--explain", is_flag=True, help="Say on stderr how it was found, and how long that took."
)
@weights_option
@compute_options()
def query(
    text: str,
    index_path: str | None,
    k: int,
    bbox: str | None,
    intersects: str | None,
    when: str | None,
    undated: bool,
    max_cloud: float | None,
    min_valid: float | None,
    outputs: tuple[str, ...],
    chosen: str | None,
    distinct: bool,
    exact: bool,
    explain: bool,
    weights: str | None,
    device: str,
    precision: str,
) -> None:
    """Find the chips that look most like TEXT.

    \b
      geosearch query "a river" --bbox "11.2,48.0,11.8,48.3" -o hits.geojson
      geosearch query "ships at anchor" --datetime 2017-03/2017-05 -o hits.png
    """
    from geosearch.api import open
    from geosearch.progress import say, track

    formats = [(output, _format_of(output, chosen)) for output in outputs]
    archive = open(index_path, weights=weights, device=device, precision=precision, note=say)
    with track("searching", None, "", shown=True):  # loading the encoder takes its time
        hits = archive.search(
            text,
            k=k,
            bbox=bbox,
            intersects=intersects,
            datetime=when,
            undated=undated,
            max_cloud=max_cloud,
            min_valid=min_valid,
            exact=exact,
            distinct=distinct,
        )
    if not hits:
        say("no chip matches the filter" if archive.index.chip_count else "the index is empty")
    for output, kind in formats:
        _write(hits, output, kind, text)
    if not outputs:
        _print(hits, chosen, text)
    if explain:
        _explain(hits)


def _format_of(output: str, chosen: str | None) -> str:
    if chosen:
        return chosen
    if output == "-":
        return "geojson"
    ending = Path(output).suffix.lower()
    if ending not in _FORMAT_OF_ENDING:
        raise UsageError(
            f"no format is known by the ending of {output}",
            hint="end it in .geojson or .png, or choose with -f",
        )
    return _FORMAT_OF_ENDING[ending]


def _print(hits: "Hits", chosen: str | None, text: str) -> None:
    kind = chosen or ("table" if sys.stdout.isatty() else "geojson")
    if kind == "png":
        raise UsageError("a picture cannot go to standard output", hint="give a file: -o hits.png")
    if kind == "geojson":
        click.echo(hits.to_geojson(), nl=False)
    else:
        click.echo(_table_text(hits), nl=False)


def _write(hits: "Hits", output: str, kind: str, text: str) -> None:
    from geosearch.formats import write_text

    if output == "-":
        _print(hits, kind, text)
    elif kind == "png":
        hits.to_contact_sheet(output, title=text)
    elif kind == "geojson":
        hits.to_geojson(output)
    else:
        write_text(output, _table_text(hits))


def _table_text(hits: "Hits") -> str:
    from rich.console import Console

    from geosearch.formats import hits_table

    # a file or a pipe has no width: lines are then as long as they need to be
    console = Console(width=None if sys.stdout.isatty() else 200)
    with console.capture() as capture:
        console.print(hits_table(hits))
    return capture.get()


def _explain(hits: "Hits") -> None:
    for plan in hits.explanation.plans:
        click.echo(
            f"segment {plan.segment}: {plan.rows:,} chips, {plan.matching:,} pass the filter, "
            f"{plan.tier}, {plan.candidates:,} scored",
            err=True,
        )
    for step, milliseconds in hits.explanation.milliseconds.items():
        click.echo(f"{step:>14}  {milliseconds:8.1f} ms", err=True)
