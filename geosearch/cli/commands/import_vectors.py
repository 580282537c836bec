"""`geosearch import`: vectors that were made elsewhere into an index."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from geosearch.cli.options import (
    PathType,
    ann_option,
    encoder_options,
    index_option,
    json_option,
)
from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.report import compaction_advice, count_of, print_refusals
from geosearch.cli.output.reporter import CONSOLE

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice
    from geosearch.formats import VectorImport


@click.command("import", short_help="Import vectors from GeoParquet.")
@click.argument("files", nargs=-1, required=True, type=PathType())
@index_option
@encoder_options("encoder", encoder_help="The encoder that made the vectors, for text queries.")
@ann_option
@click.option(
    "--max-memory",
    metavar="SIZE",
    help="Maximum memory, such as 8GB; the encoder comes on top. Default: half the machine's.",
)
@json_option
def import_vectors(
    files: tuple[str, ...],
    index: str | None,
    encoder: "EncoderChoice",
    ann: Any,
    max_memory: str | None,
    as_json: bool,
) -> int:
    """Import the rows of GeoParquet FILES into an index, made if it is not there.

    Columns: `id`, `geometry` (WKB, in whatever CRS the file states), `vector` (fixed-size lists of
    float16 or float32), and `datetime`, which may be missing. A file is a scene of the index, a row
    a chip. A file that geosearch exported names the encoder of its vectors; for others,
    --encoder does. Without it, the index can be searched by vectors only:
    `geosearch query --vector FILE.npy`.

    \b
      geosearch import embeddings.parquet -i indexes/embeddings
      geosearch import remoteclip.parquet -i indexes/coast --encoder remoteclip-vit-b-32
    """
    from geosearch.api import import_vectors

    done = import_vectors(
        files,
        index,
        encoder=encoder,
        ann=ann,
        max_memory=max_memory,
        reporter=CONSOLE,
    )
    _print(done, as_json)
    return 3 if done.left_out or done.refused else 0


def _print(done: "VectorImport", as_json: bool) -> None:
    print_refusals(done.refused)
    if as_json:
        print_json(asdict(done), indent=None)
        return
    print_line(f"{done.chips:,} chips imported, {done.chips_total:,} in the index")
    for scene in done.unchanged:
        print_line(f"unchanged: {scene}")
    for reason, count in done.left_out.items():
        CONSOLE.say(f"left out: {count_of(count, 'row')} with {reason}")
        for file, rows in done.left_out_rows[reason].items():
            CONSOLE.say(f"   {file}: row {', '.join(map(str, rows))}")
    if done.mergeable_tiers:
        CONSOLE.say(compaction_advice(done.mergeable_tiers))
