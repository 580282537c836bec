"""`geosearch demo`: draw a small archive to try geosearch on."""

import click

from geosearch.cli.options import PathType
from geosearch.cli.output.reporter import CONSOLE


@click.command(short_help="Draw a small archive to try geosearch on.")
@click.argument("folder", type=PathType(file_okay=False))
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed.")
def demo(folder: str, seed: int) -> None:
    """Draw a few georeferenced scenes into FOLDER, and truth.json, which lists what is where.

    \b
      geosearch demo ./demo
      geosearch index ./demo
      geosearch query "tennis court between two white buildings" -o hits.png
    """
    from pathlib import Path

    from geosearch.demo import write_archive
    from geosearch.outputs import require_folder

    require_folder(Path(folder))
    with CONSOLE.step("drawing", None, ""):
        archive = write_archive(Path(folder), seed=seed)
    CONSOLE.say(f"{folder}: {len(archive.scenes)} scenes; {archive.truth} lists what is where")
