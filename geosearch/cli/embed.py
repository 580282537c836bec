"""`geosearch embed`: images or texts in, their vectors out."""

import click

from geosearch.cli.options import activation_option, compute_options, weights_option
from geosearch.cli.report import print_refusals
from geosearch.cli.texts import read_texts
from geosearch.errors import UsageError


@click.command(short_help="Embed images or texts.")
@click.argument("more", metavar="[PATH...]", nargs=-1, type=click.Path())
@click.option("--images", multiple=True, type=click.Path(), help="Image files or folders.")
@click.option(
    "--texts", type=click.Path(), help="A text a line; a .json file is a list of strings."
)
@click.option(
    "--encoder", required=True, help="An encoder's name; `geosearch encoders` lists them."
)
@weights_option
@activation_option
@compute_options(precision="float32")  # vectors that leave geosearch are the reference's
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False), help="An .npz file."
)
def embed(
    more: tuple[str, ...],
    images: tuple[str, ...],
    texts: str | None,
    encoder: str,
    weights: str | None,
    activation: str | None,
    device: str,
    precision: str,
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
    from geosearch.encoders import (
        embed_images,
        embed_texts,
        load,
        with_activation,
        write_embedding,
    )

    written = read_texts(texts) if texts is not None else None
    loaded = load(
        with_activation(encoder, activation),
        weights=weights,
        device=device,
        precision=precision,
    )
    if written is not None:
        print_refusals(written.refused)
        embedding = embed_texts(loaded, written.texts)
    else:
        embedding = embed_images(loaded, [*images, *more], progress=True)
    write_embedding(embedding, output)
    print_refusals(embedding.refused)
    count, dim = embedding.vectors.shape
    click.echo(f"{output}: {count} vectors of {dim} numbers, {loaded.fingerprint}", err=True)
    return 3 if embedding.refused or (written and written.refused) else 0
