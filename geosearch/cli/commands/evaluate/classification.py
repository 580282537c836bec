"""`geosearch eval classification`: images by the names of their classes."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.commands.evaluate.judged_encoder import judged_encoder_options, known_loader
from geosearch.cli.commands.evaluate.outcome import outcome_options, require_report
from geosearch.cli.options import PathType
from geosearch.cli.output.evaluation_report import show
from geosearch.cli.output.reporter import CONSOLE
from geosearch.outputs import PNG, require_output, write_bytes

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="Zero-shot classification of folders by class.")
@click.argument("images", type=PathType())
@click.option(
    "--protocol",
    type=click.Choice(["clip", "remoteclip", "skyscript", "georsclip", "transclip"]),
    default="clip",
    show_default=True,
    help="Of 3, 1, 2, 105 and 106 templates.",
)
@click.option("--names", type=PathType(), help="A JSON object: folder to class name.")
@click.option("--set", "set_name", help="The set's name, for published numbers.")
@click.option(
    "--picture",
    type=PathType(dir_okay=False),
    help="Draw the confusion matrix here, a .png file.",
)
@judged_encoder_options
@outcome_options
def classification(
    images: str,
    protocol: str,
    names: str | None,
    set_name: str | None,
    picture: str | None,
    encoder: "EncoderChoice",
    as_json: bool,
    output: str | None,
) -> None:
    """Sort images into classes by the classes' names alone.

    IMAGES is a folder or a tar file that holds a folder for each class.

    \b
      geosearch eval classification EuroSAT_RGB --encoder mini --picture confusion.png
      geosearch eval classification AID --protocol georsclip --encoder mini
    """
    from geosearch.evaluation import (
        confusion_picture,
        evaluate_classification,
        open_pictures,
        read_class_names,
    )

    require_report(output)
    if picture is not None:
        require_output(picture, PNG)
    called = None if names is None else read_class_names(names)
    with open_pictures(images) as pictures:
        report = evaluate_classification(
            known_loader(encoder),
            pictures,
            protocol,
            names=called,
            set_name=set_name,
            reporter=CONSOLE,
        )
    show(report, as_json=as_json, output=output)
    if picture is not None:
        classes = [str(row[0]) for row in report.breakdowns[0].rows]
        title = f"{report.set_name}, {report.encoder.name}, {protocol}: {report.figures['top1']} %"
        write_bytes(picture, confusion_picture(report.confusion, classes, title))
