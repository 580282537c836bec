"""`geosearch eval localization`: texts and the regions they mean in large pictures."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.commands.evaluate.judged_encoder import judged_encoder_options, known_loader
from geosearch.cli.commands.evaluate.outcome import outcome_options, require_report
from geosearch.cli.options import PathType
from geosearch.cli.output.evaluation_report import show
from geosearch.cli.output.reporter import CONSOLE

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="Semantic localisation: Rsu, Rda, Ras, Rmi.")
@click.argument("annotations", type=PathType())
@click.option(
    "--images", required=True, type=PathType(), help="A folder or a tar file of the pictures."
)
@judged_encoder_options
@outcome_options
def localization(
    annotations: str,
    images: str,
    encoder: "EncoderChoice",
    as_json: bool,
    output: str | None,
) -> None:
    """Point at what texts mean in large pictures, as the SeLo evaluation code counts it.

    ANNOTATIONS is a JSON file in the layout of AIR-SLT: a list of {"caption", "jpg_name",
    "points": regions of [column, row]}.

    \b
      geosearch eval localization annotations/anno.json --images imgs --encoder mini
    """
    from geosearch.evaluation import evaluate_localization, open_pictures

    require_report(output)
    with open_pictures(images) as pictures:
        report = evaluate_localization(
            known_loader(encoder),
            annotations,
            pictures,
            reporter=CONSOLE,
        )
    show(report, as_json=as_json, output=output)
