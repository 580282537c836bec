"""`geosearch eval recall`: an index against the exact answer."""

from typing import TYPE_CHECKING

import click

from geosearch.cli.commands.evaluate.outcome import outcome_options, require_report
from geosearch.cli.options import PathType, encoder_options, index_option
from geosearch.cli.output.evaluation_report import show
from geosearch.cli.output.report import print_refusals

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="An index against the exact answer.")
@index_option
@click.option(
    "--texts",
    type=PathType(),
    help="Texts to search for: one per line, or a .json list. Default: 64 built-in texts.",
)
@click.option(
    "--selectivity",
    "selectivities",
    type=float,
    multiple=True,
    help="Fraction of the chips that a filter leaves; may be repeated. "
    "Default: 1, 0.1, 0.01, 0.001.",
)
@click.option("-k", type=int, default=10, show_default=True, help="Number of hits.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Random seed of the filters' places."
)
@encoder_options()
@outcome_options
def recall(
    index: str | None,
    texts: str | None,
    selectivities: tuple[float, ...],
    k: int,
    seed: int,
    encoder: "EncoderChoice",
    as_json: bool,
    output: str | None,
) -> int:
    """Search an index as `query` does, and again with every chip scored; compare the answers.

    Filters are boxes that leave about the given fraction of the chips.

    \b
      geosearch eval recall -i indexes/coast --selectivity 1 --selectivity 0.01
    """
    from geosearch.api import open, read_queries
    from geosearch.cli.output.reporter import CONSOLE
    from geosearch.evaluation import SELECTIVITIES, evaluate_recall
    from geosearch.ingest import CALIBRATION_TEXTS

    require_report(output)
    read = None if texts is None else read_queries(texts)
    queries = CALIBRATION_TEXTS if read is None else read.texts
    opened = open(index, encoder=encoder, reporter=CONSOLE)
    report = evaluate_recall(
        opened.generation,
        lambda: opened.encoder,
        queries,
        selectivities=selectivities or SELECTIVITIES,
        k=k,
        seed=seed,
        reporter=CONSOLE,
    )
    show(report, as_json=as_json, output=output)
    refused = () if read is None else read.refused
    print_refusals(refused)
    return 3 if refused else 0
