"""`geosearch index`: scenes in, an index out."""

from typing import Any

import click

from geosearch.cli.options import (
    PathType,
    activation_option,
    compute_options,
    index_option,
    json_option,
    weights_option,
)
from geosearch.cli.report import print_build_report, print_plan
from geosearch.errors import UsageError
from geosearch.reporting import CONSOLE


class BandsType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """Three band numbers from 1, `R,G,B`; one number stands for grey."""

    name = "R,G,B"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int, int]:
        """Read the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            bands = [int(part) for part in str(value).replace(",", " ").split()]
        except ValueError:
            bands = []
        if len(bands) == 1:
            bands *= 3
        if len(bands) != 3 or min(bands) < 1:
            self.fail(f"{value!r} is not three band numbers from 1, such as 4,3,2", param, ctx)
        red, green, blue = bands
        return red, green, blue


class ScalesType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """Whole numbers from 1, comma separated."""

    name = "1,2,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        """Read the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).replace(",", " ").split())
        except ValueError:
            self.fail(f"{value!r} is not whole numbers from 1, such as 1,2,4", param, ctx)


@click.command(short_help="Index scenes.")
@click.argument("paths", nargs=-1, required=True, type=PathType())
@index_option
@click.option("--encoder", help="An encoder's name; `geosearch encoders` lists them.")
@weights_option
@activation_option
@click.option("--size", type=int, help="Chip edge in pixels. Default: the encoder's input.")
@click.option("--stride", type=int, help="Step between chips in pixels. Default: half a chip.")
@click.option("--bands", type=BandsType(), help="Bands shown as red, green, blue, from 1.")
@click.option(
    "--stretch",
    metavar="STRETCH",
    help="Values shown as black and white: percentile, none (0 to 255), LOW,HIGH, or auto: "
    "percentile unless a scene has 8 bits.",
)
@click.option("--gsd", type=float, help="Metres a pixel of chips. Default: each scene's own.")
@click.option(
    "--scales", type=ScalesType(), help="Chips of so many times the ground a side, too: 1,2,4."
)
@click.option(
    "--assume-crs", metavar="EPSG:N", help="CRS of scenes that have an affine and no CRS."
)
@click.option(
    "--min-valid", type=float, help="Least share of valid pixels in a chip. Default: 0.25."
)
@click.option(
    "--ann",
    type=click.Choice(["auto", "flat", "ivfpq"]),
    default="auto",
    show_default=True,
    help="auto builds IVF-PQ where an exact scan would be slower.",
)
@click.option(
    "--max-memory",
    metavar="SIZE",
    help="Most memory for scenes, such as 2GB; the encoder comes on top. Default: below 1GB.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done, and how long.")
@click.option("--prune", is_flag=True, help="Remove scenes of PATHS whose files are gone.")
@compute_options()
@json_option
def index(
    paths: tuple[str, ...],
    index_path: str | None,
    encoder: str | None,
    weights: str | None,
    activation: str | None,
    size: int | None,
    stride: int | None,
    bands: tuple[int, int, int] | None,
    stretch: str | None,
    gsd: float | None,
    scales: tuple[int, ...] | None,
    assume_crs: str | None,
    min_valid: float | None,
    ann: Any,
    max_memory: str | None,
    dry_run: bool,
    prune: bool,
    device: str,
    precision: str,
    as_json: bool,
) -> int:
    """Index the scenes in PATHS: files, folders with all that is below them, patterns in quotes.

    URLs (https, s3, gs, az) and GDAL's /vsi names of rasters are read where they are. A STAC
    document (.json, .geojson, or a URL) or table (.parquet) stands for its items.

    Run it again to add what is new or changed; an interrupted run continues. Scenes whose files
    are gone are named, and stay in the index unless --prune is given.

    \b
      geosearch index ./scenes
      geosearch index ./2024 ./2025 -i indexes/coast --encoder dgtrs-clip-vit-b-16
      geosearch index ./aerial ./satellite --gsd 0.6 --scales 1,2,4
      geosearch index "archive/**/*_visual.tif"
    """
    from geosearch.api import build, plan

    if not paths:
        raise UsageError("no path to index", hint="give a folder of scenes")
    options: dict[str, Any] = {
        "encoder": encoder,
        "weights": weights,
        "activation": activation,
        "size": size,
        "stride": stride,
        "min_valid": min_valid,
        "bands": bands,
        "stretch": stretch,
        "gsd": gsd,
        "scales": scales,
        "assume_crs": assume_crs,
        "ann": ann,
        "max_memory": max_memory,
        "device": device,
        "precision": precision,
        "reporter": CONSOLE,
    }
    if dry_run:
        planned = plan(paths, index_path, **options)
        print_plan(planned, as_json=as_json)
        return 3 if planned.refused else 0
    archive = build(paths, index_path, prune=prune, **options)
    assert archive.report is not None
    print_build_report(archive.report, str(archive.index.folder), as_json=as_json)
    return 3 if archive.report.refused else 0
