"""`geosearch localize`: where in one scene a text is found, as a map."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.options import PathType, encoder_options

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="Map where in one scene a text is found.")
@click.argument("text")
@click.argument("scene", type=PathType())
@click.option(
    "-o", "--output", required=True, type=PathType(dir_okay=False), help="The GeoTIFF to write."
)
@encoder_options("encoder")
def localize(text: str, scene: str, output: str, encoder: "EncoderChoice") -> int:
    """Write a georeferenced map of how much each part of SCENE is like TEXT.

    The GeoTIFF has one band of 32-bit floats. Values compare within a map, not between maps.

    \b
      geosearch localize "a tennis court" town.tif -o heat.tif
    """
    from geosearch import api
    from geosearch.cli.output.reporter import CONSOLE

    api.localize(text, scene, output, encoder=encoder, reporter=CONSOLE)
    return 0
