"""`geosearch embed`: images or texts in, their vectors out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from geosearch.api import REFERENCE_PRECISION
from geosearch.cli.options import PathType, encoder_options
from geosearch.cli.output.report import count_of, print_refusals
from geosearch.cli.output.reporter import CONSOLE
from geosearch.errors import Refusal, UsageError
from geosearch.outputs import NPZ, require_output

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice


@click.command(short_help="Embed images or texts.")
@click.argument("more", metavar="[PATH...]", nargs=-1, type=PathType())
@click.option("--images", multiple=True, type=PathType(), help="Image files or folders.")
@click.option(
    "--texts", type=PathType(), help="A file with one text per line, or a .json list of strings."
)
@encoder_options("encoder", "activation", required=True, precision=REFERENCE_PRECISION)
@click.option("-o", "--output", required=True, type=PathType(dir_okay=False), help="An .npz file.")
def embed(
    more: tuple[str, ...],
    images: tuple[str, ...],
    texts: str | None,
    encoder: "EncoderChoice",
    output: str,
) -> int:
    """Embed image files or texts with one encoder.

    The .npz file holds `vectors` (float32 [n, dim], unit length) and `items` (paths or texts).

    \b
      geosearch embed --images photos/ --encoder mini -o images.npz
      geosearch embed --texts queries.txt --encoder mini -o texts.npz
    """
    if (texts is None) == (not images) or (more and not images):
        raise UsageError(
            "embed takes either images or texts",
            hint="give --images PATH... or --texts FILE",
        )
    from geosearch.api import read_texts
    from geosearch.encoders import (
        embed_images,
        embed_texts,
        encoder_info,
        find_images,
        write_embedding,
    )

    require_output(output, NPZ)
    encoder_info(encoder.full_name)  # there is one of that name
    read = None if texts is None else read_texts(texts)
    files = find_images([*images, *more])
    if read is None and not any(file.exists() for file in files):
        raise UsageError(
            f"no image found in {', '.join((*images, *more))}",
            hint="give image files, or folders that hold some",
        )
    loaded = encoder.load()
    if read is not None:
        embedding = embed_texts(read.texts, loaded)
        refused: Sequence[Refusal] = read.refused
    else:
        embedding = embed_images(files, loaded, reporter=CONSOLE)
        refused = embedding.refused
    write_embedding(embedding, output)
    print_refusals(refused)
    count, dim = embedding.vectors.shape
    CONSOLE.say(f"{output}: {count_of(count, 'vector')} of {dim} numbers, {loaded.fingerprint}")
    return 3 if refused else 0
