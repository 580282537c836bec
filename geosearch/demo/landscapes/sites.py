"""The scenes of the demo archive: where and when each is, how it is stored, what it holds.

They differ as archives do: places on both halves of the Earth, one of them across the
antimeridian, a rotated grid, 16-bit numbers with a nodata collar, an alpha band, a mask.
"""

from dataclasses import dataclass

import numpy as np
from shapely import Polygon, box

from geosearch.demo.landscapes.landscape import Contents

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
    contents: Contents
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
        Contents(
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
        Contents(
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
        Contents(
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
        Contents(
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
        Contents(
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
        Contents(
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
