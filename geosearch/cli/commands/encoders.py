"""`geosearch encoders`: the encoders that can be named."""

from dataclasses import asdict

import click

from geosearch.cli.options import json_option
from geosearch.cli.output.printing import print_json, print_line


@click.command(short_help="List the encoders.")
@json_option
def encoders(as_json: bool) -> None:
    """List the encoders: name, input, text length, size, where, licence, and what they are."""
    from geosearch.encoders import encoder_info, encoder_names, weights_here

    entries = [encoder_info(name) for name in encoder_names()]
    here = [weights_here(one) for one in entries]
    if as_json:
        listed = [asdict(one) | {"here": h} for one, h in zip(entries, here, strict=True)]
        print_json(listed)
        return
    for one, is_here in zip(entries, here, strict=True):
        state = "here" if is_here else "hub" if one.repo else "file"
        print_line(
            f"{one.name:<20} {one.image_size} px  {one.text_length:>3} tokens  "
            f"{one.size_mb:>5} MB  {state:<4}  {one.licence:<10}  {one.description}"
        )
    print_line()
    print_line("here: usable now. hub: fetched when named. file: give it with --weights.")
    print_line("open-clip:ARCHITECTURE with --weights reads any checkpoint in OpenCLIP's layout.")
