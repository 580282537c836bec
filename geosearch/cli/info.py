"""`geosearch info`: what an index holds."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from geosearch.cli.options import index_option, json_option


@click.command(short_help="Say what an index holds.")
@index_option
@json_option
def info(index_path: str | None, as_json: bool) -> None:
    """Say what an index holds: chips, scenes, place, time, encoder, bytes."""
    from geosearch.api import find_index
    from geosearch.index import open_index
    from geosearch.progress import say

    folder = find_index(say) if index_path is None else Path(index_path)
    description = open_index(folder).describe()
    if as_json:
        click.echo(json.dumps(asdict(description), indent=2, default=str))
        return
    for name, value in asdict(description).items():
        click.echo(f"{name:>14}  {value}")
