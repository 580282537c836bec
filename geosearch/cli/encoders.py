"""`geosearch encoders`: the encoders that can be named."""

import json
from dataclasses import asdict

import click

from geosearch.cli.options import json_option


@click.command(short_help="List the encoders.")
@json_option
def encoders(as_json: bool) -> None:
    """List the encoders: name, input, text length, size, licence, and what they are."""
    from geosearch.encoders import entry, names

    entries = [entry(name) for name in names()]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in entries], indent=2))
        return
    for one in entries:
        click.echo(
            f"{one.name:<22} {one.image_size} px  {one.text_length:>3} tokens  "
            f"{one.size_mb:>5} MB  {one.licence:<12} {one.description}"
        )
