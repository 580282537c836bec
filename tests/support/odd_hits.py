"""Hits that are awkward to write: odd names, no date, across 180 degrees, scenes that are gone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from geosearch.api import Hits
from geosearch.geo import PixelWindow, bbox_geometry
from geosearch.scenes import write_geotiff
from geosearch.search import Asked, Explanation, Hit, Where

FORMULA = "=cmd()|'calc'!A1"
ODD_NAMES = (
    FORMULA,
    "@SUM(1)",
    "-1+1.tif",
    "  =1",
    'comma, "quote".tif',
    "line\nbreak.tif",
    "</script><img src=x onerror=alert(1)>.tif",
    "a&b'c.tif",
    "🚀水.tif",
    "folder/scene.tif",
    "x" * 300,
    "esc\x1b[31m.tif",
)
ACROSS = bbox_geometry(179.5, -17, -179.5, -16)
PLAIN = shapely.box(10, 50, 10.1, 50.1)
PIXELS = np.random.default_rng(5).integers(0, 256, (100, 140, 3), dtype=np.uint8)
AFFINE = (0.5, 0.0, 600_000.0, 0.0, -0.5, 5_100_000.0)
CRS = "EPSG:32632"


def hit(rank: int = 1, scene: str = "a.tif", href: str = "/nowhere/a.tif") -> Hit:
    """A hit of a scene that is not there."""
    return Hit(
        id=f"{scene}@64,32,64x64", rank=rank, score=1 / rank, scene=scene, href=href,
        window=PixelWindow(64, 32, 64, 64), size_m=(32.0, 32.0), gsd_m=0.5, pixel_m=(0.5, 0.5),
        datetime="2020-06-01T10:00:00Z", encoder="mini-0", footprint=PLAIN,
        bands=(1, 2, 3), stretch=((0.0, 300.5),) * 3, likely=0.25, rank_score=1 / rank,
    )  # fmt: skip


def written_scene(path: Path) -> str:
    """Write a scene of `PIXELS`, and return where it is."""
    write_geotiff(path, PIXELS, crs=CRS, affine=AFFINE)
    return str(path)


def odd_hits() -> list[Hit]:
    """One a name; then one across 180 degrees with a place in it, and one without a date."""
    named = [hit(rank, name) for rank, name in enumerate(ODD_NAMES, start=1)]
    count = len(named)
    where = Where(np.eye(128, dtype=np.float32), shapely.box(179.6, -17, 179.8, -16.5))
    across = replace(hit(count + 1, "across.tif"), footprint=ACROSS, where=where)
    undated = replace(hit(count + 2, "undated.tif"), datetime=None, likely=None, stretch=None)
    return [*named, across, undated]


def answer(hits: list[Hit], text: str = "a river", says: str | None = "likely here") -> Hits:
    """Return hits as an answer."""
    return Hits(hits, Explanation((), {}), Asked(text, text), any=0.5, says=says)
