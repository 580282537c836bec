"""`geosearch eval retrieval`: images and their captions, both ways."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosearch.cli.commands.evaluate.judged_encoder import judged_encoder_options, known_loader
from geosearch.cli.commands.evaluate.outcome import outcome_options, require_report
from geosearch.cli.options import PathType
from geosearch.cli.output.evaluation_report import show
from geosearch.cli.output.reporter import CONSOLE

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="Recall between images and captions.")
@click.argument("captions", type=PathType())
@click.option(
    "--images", required=True, type=PathType(), help="A folder or a tar file of the images."
)
@click.option(
    "--protocol",
    type=click.Choice(["remoteclip", "skyscript", "long-text"]),
    help="Default: remoteclip for a JSON file, long-text for a folder.",
)
@click.option("--split", default="test", show_default=True, help="Which part of the JSON file.")
@click.option("--set", "set_name", help="The set's name, for published numbers.")
@judged_encoder_options
@outcome_options
def retrieval(
    captions: str,
    images: str,
    protocol: str | None,
    split: str,
    set_name: str | None,
    encoder: "EncoderChoice",
    as_json: bool,
    output: str | None,
) -> None:
    """Find captions by images and images by captions: R@1, R@5, R@10, and their mean.

    CAPTIONS is a JSON file in Karpathy's layout (RSITMD, RSICD, UCM), or a folder with one .txt
    file per image (Urban1k).

    \b
      geosearch eval retrieval dataset_rsicd.json --images RSICD_images --encoder mini
      geosearch eval retrieval Urban1k/caption --images Urban1k/image --encoder mini
    """
    from geosearch.evaluation import (
        evaluate_retrieval,
        open_pictures,
        read_karpathy,
        read_text_files,
    )

    require_report(output)
    in_folder = Path(captions).is_dir()
    captioned = read_text_files(captions) if in_folder else read_karpathy(captions, split)
    with open_pictures(images) as pictures:
        report = evaluate_retrieval(
            known_loader(encoder),
            captioned if set_name is None else captioned.called(set_name),
            pictures,
            protocol or ("long-text" if in_folder else "remoteclip"),
            reporter=CONSOLE,
        )
    show(report, as_json=as_json, output=output)
