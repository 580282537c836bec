"""`geosearch index`: scenes in, an index out."""

from typing import TYPE_CHECKING, Any

import click

from geosearch.cli.options import (
    PathType,
    ann_option,
    chip_options,
    encoder_options,
    index_option,
    json_option,
)
from geosearch.cli.output.report import print_build_report, print_estimate
from geosearch.cli.output.reporter import CONSOLE

if TYPE_CHECKING:
    from geosearch.api import EncoderChoice
    from geosearch.chips import Chips


@click.command(short_help="Index scenes.")
@click.argument("paths", nargs=-1, required=True, type=PathType())
@index_option
@encoder_options("encoder", "activation")
@chip_options
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Leave out what matches, as in .gitignore: '*_dem.tif', '/drafts/', '!keep.tif'. May be "
    "given several times.",
)
@click.option(
    "--assume-crs", metavar="EPSG:N", help="CRS of scenes that have an affine and no CRS."
)
@ann_option
@click.option(
    "--max-memory",
    metavar="SIZE",
    help="Maximum memory for scenes, such as 2GB; the encoder comes on top. Default: below 1GB.",
)
@click.option(
    "--dry-run", is_flag=True, help="Only say what would be done, and how long it would take."
)
@click.option(
    "--prune", is_flag=True, help="Remove scenes of PATHS whose files are gone or left out."
)
@json_option
def index(
    paths: tuple[str, ...],
    index: str | None,
    encoder: "EncoderChoice",
    chips: "Chips",
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Index the scenes in PATHS: files, folders with all that is below them, patterns in quotes.

    URLs (https, s3, gs, az) and GDAL's /vsi names of rasters are read where they are. A STAC
    document (.json, .geojson, or a URL) or table (.parquet) stands for its items.

    A file .geosearchignore in any folder has patterns of what to leave out there, one a line, as
    .gitignore has them; --exclude decides over it.

    Run it again to add what is new or changed; an interrupted run continues. Scenes whose files
    are gone, or left out now, are named, and stay in the index unless --prune is given.

    \b
      geosearch index ./scenes
      geosearch index ./2024 ./2025 -i indexes/coast --encoder dgtrs-clip-vit-b-16
      geosearch index ./aerial ./satellite --gsd 0.6 --scales 1,2,4
      geosearch index "archive/**/*_visual.tif"
      geosearch index ./archive --exclude "*_dem.tif" --exclude /drafts/
    """
    from geosearch.api import prepare

    job = prepare(paths, index, encoder=encoder, chips=chips, reporter=CONSOLE, **options)
    if dry_run:
        estimate = job.estimate()
        print_estimate(estimate, as_json=as_json)
        return 3 if estimate.refused else 0
    report = job.run().report
    assert report is not None
    print_build_report(report, str(job.settings.folder), as_json=as_json)
    return 3 if report.refused else 0
