"""A small index without an encoder: scenes along the equator, in several segments."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geosearch.chips import ResolvedChips
from geosearch.index import ChipBatch, Generation, IndexSpec, IndexWriter, SceneRecord, open_index

DIM = 16
SPEC = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(64, 64))
NAMES = tuple(f"scene{number}.tif" for number in range(5))


def record(number: int) -> SceneRecord:
    """Scene n lies between n and n + 1 degrees, and is of January n + 1; number 3 has no date."""
    return SceneRecord(
        id=NAMES[number], href=f"/nowhere/{NAMES[number]}", size_bytes=1, state="1",
        width_px=640, height_px=640, crs="EPSG:4326", gsd_m=100.0,
        datetime=None if number == 3 else f"2020-01-{number + 1:02d}T00:00:00Z",
        datetime_source=None, bands=(1, 2, 3), stretch=None,
        outline=shapely.box(number, 0, number + 1, 1), chips_skipped=number,
    )  # fmt: skip


def chips(number: int) -> ChipBatch:
    """A hundred chips of a tenth of a degree."""
    rng = np.random.default_rng(number)
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(10), np.arange(10)))
    lon, lat = number + columns / 10, 1 - (rows + 1) / 10
    vectors = rng.normal(size=(100, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    windows = np.stack([columns * 64, rows * 64, *[np.full(100, 64)] * 2], axis=1)
    return ChipBatch(
        windows.astype(np.int32),
        np.asarray(shapely.box(lon, lat, lon + 0.1, lat + 0.1)),
        np.full((100, 2), 6400, np.float32),
        rng.uniform(0.3, 1, 100).astype(np.float32),
        np.linspace(0, 1, 100, dtype=np.float32),
        np.full(100, 100, np.float32),
        vectors.astype(np.float32),
    )


def build(folder: Path, *, segments: int = 2, ann: Any = "flat") -> Generation:
    for part in range(segments):
        with IndexWriter(folder, SPEC, ann=ann) as writer:
            for number in range(part, 5, segments):
                writer.stage(record(number), chips(number))
            writer.publish()
    return open_index(folder)


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return vector / np.linalg.norm(vector)


@dataclass(frozen=True)
class Chip:
    """A chip as it was made, apart from the index."""

    id: str
    footprint: Any
    vector: np.ndarray
    datetime: str | None


def all_chips() -> list[Chip]:
    made = []
    for number, name in enumerate(NAMES):
        batch = chips(number)
        for window, footprint, vector in zip(
            batch.windows, batch.footprints, batch.vectors, strict=True
        ):
            col, row, width, height = window
            made.append(
                Chip(
                    f"{name}@{col},{row},{width}x{height}",
                    footprint,
                    vector.astype(np.float16).astype(np.float32),
                    record(number).datetime,
                )
            )
    return made


def best_ids(made: list[Chip], query: np.ndarray, k: int) -> list[str]:
    """Brute force: ids of the best chips, best first."""
    scored = sorted((-round(float(chip.vector @ query), 5), chip.id) for chip in made)
    return [chip_id for _, chip_id in scored[:k]]
