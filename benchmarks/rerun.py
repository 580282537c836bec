"""How long `geosearch index` takes on an archive of small files of which few or none changed.

Draws tiny GeoTIFFs, indexes them with an encoder that sees nothing, indexes them again, changes
some and indexes them again. Times are those of the whole command, with the start of Python.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click
import numpy as np
import rasterio
from rasterio.transform import from_origin

from benchmarks.options import PATH
from geosearch.reporting import CONSOLE

_SIDE_PX = 64
_FOLDER_FILES = 500


def _draw(path: Path, number: int, seed: int) -> None:
    """Write a file of noise at a place of its own."""
    shape = (3, _SIDE_PX, _SIDE_PX)
    pixels = np.random.default_rng([seed, number]).integers(0, 256, shape, dtype=np.uint8)
    west, north = -180 + 360 * (number % 1000) / 1000, 80 - number // 1000
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": 3,
        "height": _SIDE_PX,
        "width": _SIDE_PX,
        "dtype": "uint8",
        "crs": "EPSG:4326",
        "transform": from_origin(west, north, 1e-5, 1e-5),
    }
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(pixels)


def _paths(folder: Path, count: int) -> list[Path]:
    return [
        folder / f"{number // _FOLDER_FILES:04d}" / f"{number:07d}.tif" for number in range(count)
    ]


def _index(archive: Path, folder: Path) -> dict[str, Any]:
    """Run the command; return its seconds and what it did."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "geosearch",
        "index",
        archive,
        "-i",
        folder,
        "--json",
    ]
    command += ["--encoder", "null"]
    started = perf_counter()
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds = perf_counter() - started
    report = json.loads(result.stdout)
    return {
        "seconds": round(seconds, 2),
        "embedded": len(report["indexed"]),
        "unchanged": report["unchanged"],
        "stages": {stage: round(value, 2) for stage, value in report["seconds"].items()},
    }


def _measure(count: int, changed: int) -> dict[str, dict[str, Any]]:
    with TemporaryDirectory() as folder:
        archive, index = Path(folder) / "archive", Path(folder) / "index"
        paths = _paths(archive, count)
        CONSOLE.say(f"drawing {count:,} files")
        for number, path in enumerate(paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            _draw(path, number, seed=0)
        found = {"first run": _index(archive, index), "nothing changed": _index(archive, index)}
        for number in np.linspace(0, count - 1, changed).astype(int).tolist():
            _draw(paths[number], number, seed=1)
        found[f"{changed} files changed"] = _index(archive, index)
    return found


def _table(found: dict[str, dict[str, Any]]) -> str:
    lines = ["| run | seconds | scenes embedded | unchanged |", "| --- | --- | --- | --- |"]
    for name, one in found.items():
        lines.append(
            f"| {name} | {one['seconds']:.1f} | {one['embedded']:,} | {one['unchanged']:,} |"
        )
    return "\n".join(lines)


@click.command(short_help="Indexing again what few or no files changed of.")
@click.option("--files", default=10_000, show_default=True, help="Number of files.")
@click.option("--changed", default=3, show_default=True, help="How many of them are changed.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def rerun(files: int, changed: int, json_file: Path | None) -> None:
    """Time `geosearch index` on an archive of small files of which few or none changed."""
    found = _measure(files, changed)
    print(
        f"{files:,} GeoTIFFs of {_SIDE_PX} x {_SIDE_PX} px, one chip each; "
        f"{date.today().isoformat()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"GDAL {rasterio.__gdal_version__}\n"
    )
    print(_table(found))
    if json_file:
        json_file.write_text(json.dumps(found, indent=1) + "\n")
