"""Where in a chip: maps over drawn chips, compared with where things were drawn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from geosearch.demo import write_archive
from geosearch.encoders import CellEncoder
from geosearch.localization import cell_map

_CHIP_PX = 128
_MIN_PX = 8
_MAX_PX = 100


@dataclass(frozen=True, slots=True)
class Located:
    """How well maps mark drawn things of one kind."""

    level: str
    """``arrangement`` or ``thing``."""
    count: int
    area: float
    """Mean area under the curve over pixels: chance 0.5."""
    peak: float
    """Fraction of maps whose highest pixel lies on the thing."""
    chance: float
    """Fraction of the chip that the thing covers, mean: what a peak by chance gives."""


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    level: str
    sentence: str
    pixels: NDArray[np.uint8]
    inside: NDArray[np.bool_]


def located(encoder: CellEncoder, seeds: tuple[int, ...]) -> list[Located]:
    """Draw archives, and measure maps of all things that one chip shows whole."""
    figures: dict[str, list[tuple[float, bool, float]]] = {}
    rng = np.random.default_rng(0)
    for seed in seeds:
        with TemporaryDirectory() as folder:
            for one in _drawn(Path(folder), seed, rng):
                (query,) = encoder.encode_texts([one.sentence])
                values = cell_map(encoder, one.pixels, query)
                hit = bool(one.inside.flat[int(values.argmax())])
                entry = _area(values, one.inside), hit, float(one.inside.mean())
                figures.setdefault(one.level, []).append(entry)
    return [
        Located(level, len(found), *(float(np.mean(column)) for column in zip(*found, strict=True)))
        for level, found in sorted(figures.items())
    ]


def _drawn(folder: Path, seed: int, rng: np.random.Generator) -> Iterator[_Drawn]:
    archive = write_archive(folder, seed=seed)
    for feature in json.loads(archive.truth.read_text())["features"]:
        about = feature["properties"]
        col, row, width, height = about["window"]
        small = 4 * width * height < _CHIP_PX**2 and max(width, height) < _MAX_PX
        if about["level"] == "land" or not small or min(width, height) < _MIN_PX:
            continue
        with rasterio.open(folder / about["scene"]) as scene:
            left = int(np.clip(col - rng.integers(0, _CHIP_PX - width), 0, scene.width - _CHIP_PX))
            top = int(np.clip(row - rng.integers(0, _CHIP_PX - height), 0, scene.height - _CHIP_PX))
            if scene.dtypes[0] != "uint8":
                continue
            pixels = scene.read((1, 2, 3), window=Window(left, top, _CHIP_PX, _CHIP_PX))
        inside = np.zeros((_CHIP_PX, _CHIP_PX), bool)
        inside[row - top : row - top + height, col - left : col - left + width] = True
        image = np.ascontiguousarray(pixels.transpose(1, 2, 0))
        yield _Drawn(about["level"], about["sentence"], image, inside)


def _area(values: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    """Return the chance that a pixel inside is higher than one outside."""
    within, without = values[inside], np.sort(values[~inside])
    below = np.searchsorted(without, within, "left") + np.searchsorted(without, within, "right")
    return float(below.mean() / 2 / len(without))
