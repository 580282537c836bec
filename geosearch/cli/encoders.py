"""`geosearch encoders`: the encoders that can be named."""

import json
from dataclasses import asdict

import click

from geosearch.cli.options import json_option


@click.command(short_help="List the encoders.")
@json_option
def encoders(as_json: bool) -> None:
    """List the encoders: name, input, text length, size, where, licence, and what they are."""
    from geosearch.encoders import entry, names, weights_here

    entries = [entry(name) for name in names()]
    here = [weights_here(one) for one in entries]
    if as_json:
        listed = [asdict(one) | {"here": h} for one, h in zip(entries, here, strict=True)]
        click.echo(json.dumps(listed, indent=2))
        return
    for one, is_here in zip(entries, here, strict=True):
        state = "here" if is_here else "hub" if one.repo else "file"
        click.echo(
            f"{one.name:<20} {one.image_size} px  {one.text_length:>3} tokens  "
            f"{one.size_mb:>5} MB  {state:<4}  {one.licence:<10}  {one.description}"
        )
    click.echo(
        "\nhere: usable now. hub: fetched when named. file: give it with --weights.\n"
        "open-clip:ARCHITECTURE with --weights reads any checkpoint in OpenCLIP's layout."
    )
