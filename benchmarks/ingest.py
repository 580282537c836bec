"""How close the reader comes to what GDAL needs just to decode every block once.

Draws one scene, writes it tiled and striped, deflated, in zstd and as JPEG, and measures by turns
in the same run: GDAL decoding each block once, in file order (of some ways to ask it, the fastest
counts); the reader cutting it into chips
that do not overlap, and that overlap by half; and the whole of `geosearch index` with an encoder
that sees nothing, and with others that are asked for. Prints a table of medians; with --json also
the figures.
"""

import json
import platform
import resource
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import click
import numpy as np
import rasterio
from rasterio.transform import from_origin

import geosearch
from benchmarks.options import PATH
from geosearch.demo import write_archive
from geosearch.reporting import CONSOLE
from geosearch.scenes import chip_windows, find_scenes, open_scene, read_chips

_KINDS: dict[str, dict[str, Any]] = {
    "tiled, deflate": {"tiled": True, "compress": "deflate"},
    "tiled, zstd": {"tiled": True, "compress": "zstd"},
    "tiled, JPEG": {"tiled": True, "compress": "jpeg", "photometric": "ycbcr"},
    "tiled, deflate, 16 bits": {"tiled": True, "compress": "deflate", "dtype": "uint16"},
    "striped, deflate": {"tiled": False, "compress": "deflate", "blockysize": 16},
}
_TILE_PX = 512
_CHIP_PX = 224
_ROWS_AT_ONCE = (512, 1536)


def _picture(side_px: int, folder: Path) -> np.ndarray:
    """Return uint8 [3, side, side]: a drawn scene, repeated and mirrored."""
    archive = write_archive(folder, seed=0)
    with rasterio.open(archive.scenes[0]) as dataset:
        drawn = dataset.read((1, 2, 3))
    times = -(-side_px // min(drawn.shape[1:]))
    row = np.concatenate([drawn[..., :: (-1) ** i] for i in range(times)], axis=2)
    whole = np.concatenate([row[:, :: (-1) ** i] for i in range(times)], axis=1)
    noise = np.random.default_rng(0).integers(-3, 4, whole.shape[1:], dtype=np.int16)
    return np.clip(whole + noise, 0, 255).astype(np.uint8)[:, :side_px, :side_px]


def _write(path: Path, picture: np.ndarray, options: dict[str, Any]) -> None:
    if options["tiled"]:
        options = {**options, "blockxsize": _TILE_PX, "blockysize": _TILE_PX}
    if options.get("dtype") == "uint16":
        picture = picture.astype(np.uint16) * 12 + 100
    profile = {
        "driver": "GTiff",
        "count": 3,
        "height": picture.shape[1],
        "width": picture.shape[2],
        "dtype": "uint8",
        "crs": "EPSG:32633",
        "transform": from_origin(500_000, 5_000_000, 0.6, 0.6),
        "interleave": "pixel",
    }
    with rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(picture)


def _decode(path: Path, rows: int, interleaved: bool) -> None:
    """Decode every block once, in file order, so many rows at a time, as GDAL does it best."""
    with rasterio.Env(GDAL_NUM_THREADS="ALL_CPUS"), rasterio.open(path) as dataset:
        shape = (rows, dataset.width, 3) if interleaved else (3, rows, dataset.width)
        whole = np.empty(shape, dataset.dtypes[0])
        out = whole.transpose(2, 0, 1) if interleaved else whole
        for row in range(0, dataset.height, rows):
            end = min(row + rows, dataset.height)
            dataset.read(window=((row, end), (0, dataset.width)), out=out[:, : end - row])


def _read(path: Path, stride_px: int) -> int:
    """Cut the scene into chips; return how many."""
    scene = open_scene(find_scenes([path]).files[0])
    windows = chip_windows(scene.width_px, scene.height_px, size_px=_CHIP_PX, stride_px=stride_px)
    return sum(len(block.valid) for block in read_chips(scene, windows, size_px=_CHIP_PX))


def _index(path: Path, folder: Path, encoder: str, stride_px: int) -> None:
    rmtree(folder, ignore_errors=True)
    geosearch.build([path], folder, encoder=encoder, chips=geosearch.Chips(_CHIP_PX, stride_px))


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _measure(path: Path, picture: np.ndarray, encoders: Sequence[str], runs: int) -> dict[str, Any]:
    half = _CHIP_PX // 2
    jobs: dict[str, Callable[[], object]] = {
        f"decode {rows} {lying}": partial(_decode, path, rows, lying)
        for rows in _ROWS_AT_ONCE
        for lying in (False, True)
    }
    jobs |= {
        "read": lambda: _read(path, _CHIP_PX),
        "read, half": lambda: _read(path, half),
    }
    for name in encoders:
        jobs[name] = partial(_index, path, path.parent / "index", name, half)
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, work in jobs.items():
            took[name].append(_seconds(work))
    seconds = {name: median(all_of_them) for name, all_of_them in took.items()}
    # how much GDAL is asked for at once, and in which order of bands, makes a difference
    decodes = [name for name in seconds if name.startswith("decode")]
    seconds["decode"] = min(seconds[name] for name in decodes)
    with rasterio.open(path) as dataset:
        pixels_mb = picture.size * np.dtype(dataset.dtypes[0]).itemsize / 1e6
    chips = {stride: _read(path, stride) for stride in (_CHIP_PX, half)}
    return {
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "pixels_mb": round(pixels_mb, 1),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "fraction": round(seconds["decode"] / seconds["read"], 3),
        "fraction_half": round(seconds["decode"] / seconds["read, half"], 3),
        "chips": chips[_CHIP_PX],
        "chips_half": chips[half],
        "chips_a_second": {
            name: round(chips[half] / seconds[name], 1) for name in ("read, half", *encoders)
        },
        "mb_a_second": round(pixels_mb / seconds["read"], 1),
    }


def _table(found: dict[str, dict[str, Any]], encoders: Sequence[str]) -> str:
    names = [
        "file",
        "GDAL decodes, MB/s",
        "reader, fraction of it",
        "overlapping by half, fraction",
    ]
    names += [f"chips/s, {name}" for name in encoders]
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for kind, one in found.items():
        speed = one["pixels_mb"] / one["seconds"]["decode"]
        cells = [kind, f"{speed:.0f}", f"{one['fraction']:.0%}", f"{one['fraction_half']:.0%}"]
        cells += [f"{one['chips_a_second'][name]:.0f}" for name in encoders]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


@click.command(short_help="Reading chips, beside GDAL decoding every block once.")
@click.option("--side", default=8192, show_default=True, help="Size of the scene, pixels.")
@click.option("--runs", default=5, show_default=True, help="Medians are of as many.")
@click.option(
    "--encoder", "encoders", multiple=True, default=("null",), show_default=True,
    help="Encoder of whole runs; repeatable.",
)  # fmt: skip
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def ingest(side: int, runs: int, encoders: tuple[str, ...], json_file: Path | None) -> None:
    """Time reading chips of one scene, beside what GDAL needs to decode every block once."""
    found = {}
    with TemporaryDirectory() as folder:
        picture = _picture(side, Path(folder) / "drawn")
        for i, (kind, options) in enumerate(_KINDS.items()):
            CONSOLE.say(kind)
            path = Path(folder) / f"scene{i}.tif"
            _write(path, picture, options)
            found[kind] = _measure(path, picture, encoders, runs)
            path.unlink()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{side} x {side} px, chips of {_CHIP_PX} px; medians of {runs}; "
        f"{date.today().isoformat()}, {platform.machine()}, GDAL {rasterio.__gdal_version__}, "
        f"peak memory {peak_mb:.0f} MB with the picture itself\n"
    )
    print(_table(found, encoders))
    if json_file:
        json_file.write_text(json.dumps(found, indent=1) + "\n")
