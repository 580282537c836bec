"""An archive of drawn scenes on true places, and the truth about them.

The scenes differ as archives do: places on both halves of the Earth, one of them across the
antimeridian, a rotated grid, 16-bit numbers with a nodata collar, an alpha band, a mask.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely import Polygon, box, segmentize
from shapely.affinity import translate
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

from geosearch.demo.landscape import Landscape, Mark, Plan, draw_landscape

Affine6 = tuple[float, float, float, float, float, float]

GSD_M = 0.6
"""Ground resolution of the scenes, metres per pixel."""

_BETWEEN = "court between two white buildings"


@dataclass(frozen=True, slots=True)
class Site:
    """One scene of the archive: where and when it is, how it is stored, what it holds."""

    name: str
    """File name."""
    crs: str
    x: float
    """Of the middle of the scene, in the CRS."""
    y: float
    width_px: int
    height_px: int
    datetime: str
    """As TIFF writes it: YYYY:MM:DD HH:MM:SS, UTC."""
    plan: Plan
    rotation: float = 0.0
    """Of the grid against the CRS, radians, counter-clockwise."""
    storage: str = "plain"
    """"plain", "uint16" with a nodata collar, "alpha" or "mask"."""

    @property
    def affine(self) -> Affine6:
        """(a, b, c, d, e, f): x = a * col + b * row + c, y = d * col + e * row + f."""
        cos, sin = GSD_M * np.cos(self.rotation), GSD_M * np.sin(self.rotation)
        a, b, d, e = float(cos), float(sin), float(sin), float(-cos)
        c = self.x - a * self.width_px / 2 - b * self.height_px / 2
        f = self.y - d * self.width_px / 2 - e * self.height_px / 2
        return (a, b, c, d, e, f)

    @property
    def valid(self) -> Polygon:
        """The part that shows something, in pixels: all, a tilted square, a cut corner."""
        width, height = self.width_px, self.height_px
        if self.storage == "uint16":  # as a scene lies that was turned to the north
            return Polygon([(44, 0), (width, 36), (width - 44, height), (0, height - 36)])
        if self.storage in ("alpha", "mask"):
            return Polygon(
                [(0, 0), (width, 0), (width, height - 90), (width - 130, height), (0, height)]
            )
        return box(0, 0, width, height)


SITES: tuple[Site, ...] = (
    Site(
        "lakeside_20240611.tif",
        "EPSG:32632",
        590203.8,
        5272541.0,
        1024,
        1024,
        "2024:06:11 10:24:00",
        Plan(
            "lake",
            (
                _BETWEEN,
                "court beside one white building",
                "car park between two white buildings",
                "court between two coloured houses",
                "court in a forest clearing",
                "grass between two white buildings",
                "two courts side by side",
            ),
        ),
    ),
    Site(
        "riverbend_20230903.tif",
        "EPSG:32633",
        530353.2,
        5216354.4,
        960,
        896,
        "2023:09:03 09:51:30",
        Plan(
            "river",
            (
                _BETWEEN,
                "court at the end of two white buildings",
                "pool between two white buildings",
                "court alone in a field",
                "court between two coloured houses",
                "white building between two courts",
            ),
        ),
        rotation=float(np.radians(8.0)),
    ),
    Site(
        "island_20220419.tif",
        "EPSG:32760",
        819705.0,
        8134610.8,
        896,
        896,
        "2022:04:19 22:08:12",
        Plan(
            "sea",
            (
                "white building between two courts",
                "road between two white buildings",
                "court beside one white building",
                "grass between two white buildings",
                "court alone in a field",
            ),
        ),
    ),
    Site(
        "highland_20210127.tif",
        "EPSG:32737",
        288887.4,
        9635045.4,
        1024,
        896,
        "2021:01:27 07:46:05",
        Plan(
            "river",
            (
                _BETWEEN,
                "court at the end of two white buildings",
                "car park between two white buildings",
                "two courts side by side",
                "court alone in a field",
            ),
        ),
        storage="uint16",
    ),
    Site(
        "valley_20200815.tif",
        "EPSG:32618",
        591526.8,
        4617052.8,
        896,
        960,
        "2020:08:15 15:33:40",
        Plan(
            "lake",
            (
                _BETWEEN,
                "court between two coloured houses",
                "pool between two white buildings",
                "court beside one white building",
                "court in a forest clearing",
            ),
        ),
        storage="alpha",
    ),
    Site(
        "pasture_20191102.tif",
        "EPSG:32755",
        690705.6,
        6080571.6,
        896,
        896,
        "2019:11:02 00:12:55",
        Plan(
            "lake",
            (
                "court at the end of two white buildings",
                "grass between two white buildings",
                "road between two white buildings",
                "white building between two courts",
                "court between two coloured houses",
            ),
        ),
        storage="mask",
    ),
)
"""The scenes of the archive; which arrangements find a place depends on the seed."""


@dataclass(frozen=True, slots=True)
class DemoArchive:
    """What `write_archive` wrote."""

    folder: Path
    scenes: tuple[Path, ...]
    """GeoTIFFs."""
    truth: Path
    """GeoJSON of what is where; no scene."""
    counts: dict[str, int]
    """How many arrangements of each kind there are, most first."""


def write_archive(folder: Path, *, seed: int = 0) -> DemoArchive:
    """Draw the scenes of `SITES` into a folder, with ``truth.json`` beside them.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        seed: equal seeds give equal pixels.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    features: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for number, site in enumerate(SITES):
        rng = np.random.default_rng([seed, number])
        drawn = draw_landscape(rng, site.width_px, site.height_px, site.plan, site.valid)
        _write_scene(folder / site.name, site, drawn)
        features.extend(_feature(site, mark) for mark in drawn.marks)
        counts.update(mark.kind for mark in drawn.marks if mark.level == "arrangement")
    truth = folder / "truth.json"
    collection = {"type": "FeatureCollection", "features": features}
    truth.write_text(json.dumps(collection, indent=1) + "\n", encoding="utf-8")
    scenes = tuple(folder / site.name for site in SITES)
    return DemoArchive(folder, scenes, truth, dict(counts.most_common()))


def _write_scene(path: Path, site: Site, drawn: Landscape) -> None:
    """Store a scene in the way that its site asks for."""
    # imported here: drawing chips to train on needs no rasterio
    from geosearch.scenes.write import write_geotiff

    tags = {
        "TIFFTAG_DATETIME": site.datetime,
        "TIFFTAG_IMAGEDESCRIPTION": "drawn by geosearch demo, shows no real place",
    }
    valid = _inside(site.valid, site.width_px, site.height_px)
    if site.storage == "uint16":
        # a sensor's numbers: 12 bits or so, dark ground above 0, so that 0 can mean nodata
        numbers = 240 + 11 * drawn.pixels.astype(np.uint16)
        numbers[~valid] = 0
        write_geotiff(path, numbers, crs=site.crs, affine=site.affine, nodata=0, tags=tags)
        return
    pixels = np.where(valid[:, :, None], drawn.pixels, 0).astype(np.uint8)
    shown = valid.astype(np.uint8) * 255
    write_geotiff(
        path,
        pixels,
        crs=site.crs,
        affine=site.affine,
        alpha=shown if site.storage == "alpha" else None,
        mask=shown if site.storage == "mask" else None,
        tags=tags,
    )


def _inside(area: Polygon, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    """Tell which pixels have their centres in a polygon, bool [height, width]."""
    import shapely

    cols, rows = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    return np.asarray(shapely.contains_xy(area, cols, rows))


def _feature(site: Site, mark: Mark) -> dict[str, Any]:
    """Write a mark as a GeoJSON feature."""
    first_col, first_row, last_col, last_row = (round(edge) for edge in mark.outline.bounds)
    return {
        "type": "Feature",
        "properties": {
            "level": mark.level,
            "kind": mark.kind,
            "sentence": mark.sentences[0],
            "sentences": list(mark.sentences),
            "scene": site.name,
            "window": [first_col, first_row, last_col - first_col, last_row - first_row],
        },
        "geometry": mapping(_on_earth(site, mark.outline)),
    }


def _on_earth(site: Site, outline: Polygon) -> BaseGeometry:
    """Place a polygon of pixels on Earth: longitude and latitude, cut at the antimeridian."""
    # imported here: drawing chips to train on needs no pyproj
    from geosearch.geo import crs_to_lonlat

    a, b, c, d, e, f = site.affine
    # holes are left out: the truth says where a thing is, not where it is not
    ring = np.asarray(segmentize(outline, 64).exterior.coords)
    x, y = a * ring[:, 0] + b * ring[:, 1] + c, d * ring[:, 0] + e * ring[:, 1] + f
    lon, lat = crs_to_lonlat(site.crs)(x, y)
    if np.ptp(lon) <= 180:
        return orient(Polygon(np.stack([lon, lat], axis=1)))
    whole = Polygon(np.stack([np.where(lon < 0, lon + 360, lon), lat], axis=1)).buffer(0)
    east = whole.intersection(box(0, -90, 180, 90))
    west = translate(whole.intersection(box(180, -90, 540, 90)), xoff=-360)
    pieces = unary_union([east, west])
    return type(pieces)([orient(piece) for piece in pieces.geoms])
