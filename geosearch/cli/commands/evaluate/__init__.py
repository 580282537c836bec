"""`geosearch eval`: the figures that papers report, by their protocols."""

import click

from geosearch.cli.commands.evaluate.classification import classification
from geosearch.cli.commands.evaluate.localization import localization
from geosearch.cli.commands.evaluate.recall import recall
from geosearch.cli.commands.evaluate.retrieval import retrieval


@click.group("eval", short_help="Evaluate an encoder or an index.")
def evaluate() -> None:
    """Evaluate an encoder or an index by the protocols that papers report.

    Each report names its protocol, and the hashes of data, weights and prompts. Rows marked
    "theirs" are figures from papers on the same set by the same protocol.

    \b
      geosearch eval retrieval dataset_rsicd.json --images RSICD_images --encoder mini
      geosearch eval recall -i indexes/coast
    """


for _command in (retrieval, classification, localization, recall):
    evaluate.add_command(_command)

__all__ = ["evaluate"]
