"""Which files of a folder are bands of one product, by the names that producers give.

A product whose red, green and blue lie here is one scene; what lies here of it besides (infrared,
quality) is part of it. If it comes with a picture in true colour, that is read instead.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from geosearch.scenes.walk import Listing

# Sentinel-2 in SAFE (T32TQM_20200101T101421_B04_10m), as COGs (B04, or with a prefix), HLS
# (HLS.S30.T10SEG.2020001T184759.v2.0.B04). Files called by a colour may be pictures of red barns
_BANDS = re.compile(
    r"(?:(?!L2A_PVI)(?P<product>.+)[-_.])?"
    r"(?P<band>B\d\d|B8A|TCI|visual|SCL|AOT|WVP|PVI|L2A_PVI|Fmask)"
    r"(?:[-_](?P<metres>[126]0)m)?",
    re.IGNORECASE,
)
# Landsat Collections 1 and 2 (USGS LSDS-1618), and scene ids of before 2017
_LANDSAT = re.compile(
    r"(?P<product>(?P<sensor>L[COTEM]0\d)_L[1-3]\w{2}_\d{6}_\d{8}_\d{8}_\d\d_\w{2}"
    r"|(?P<old>L[COTEM]\d)\d{13}[A-Z]{3}\d\d)"
    r"_(?:S[RT]_)?(?P<band>B\d\d?)(?:_VCID_[12])?",
    re.IGNORECASE,
)
_COLOURS = (("B04", "B03", "B02"),)
_PICTURES = ("TCI", "VISUAL")
_LANDSAT_COLOURS = {
    "4": ("B3", "B2", "B1"),  # TM
    "5": ("B3", "B2", "B1"),
    "7": ("B3", "B2", "B1"),  # ETM+
    "8": ("B4", "B3", "B2"),  # OLI: coastal blue is the first
    "9": ("B4", "B3", "B2"),
}


@dataclass(frozen=True, slots=True)
class Product:
    """What is opened as one scene."""

    files: tuple[Path, ...]
    """One raster; or red, green and blue."""
    named: Path
    """The file or folder that gives it its id; for bands in a folder of many, their beginning."""


@dataclass(frozen=True, slots=True)
class _Band:
    file: Path
    name: str
    """Upper case."""
    metres: int
    """A pixel, where the name says; 0 otherwise."""


def products(listed: Listing) -> Iterator[Product]:
    """Yield the scenes of a folder: products of several files, and single files."""
    groups: dict[tuple[str, str], list[_Band]] = defaultdict(list)
    for name in listed.names:
        if match := _LANDSAT.fullmatch(PurePath(name).stem):
            key, metres = "landsat", 0
        elif match := _BANDS.fullmatch(PurePath(name).stem):
            key, metres = "", int(match["metres"] or 0)
        else:
            continue
        if not key and _is_sheet(listed, match["product"] or ""):
            continue
        band = _Band(listed.folder / name, match["band"].upper(), metres)
        groups[key, match["product"] or ""].append(band)
    taken: set[Path] = set()
    for (kind, product), bands in groups.items():
        colours = _landsat_colours(product) if kind else _COLOURS
        if files := _red_green_blue(bands, colours):
            taken |= {band.file for band in bands}
            yield Product(files, _product_path(listed.folder, product))
    for name in listed.names:
        file = listed.folder / name
        if file not in taken:
            yield Product((file,), file)


def _is_sheet(listed: Listing, product: str) -> bool:
    """Return whether B02 and the like are sheets of a map, beside A02 or B20, and no bands."""
    sheets = re.compile(
        rf"(?:{re.escape(product)}[-_.])?(?:[AC-Z]\d\d|B(?:00|1[3-9]|[2-9]\d))", re.IGNORECASE
    )
    return any(sheets.fullmatch(PurePath(name).stem) for name in listed.names)


def _landsat_colours(product: str) -> tuple[tuple[str, ...], ...]:
    number = product[3] if product[2] == "0" else product[2]
    multispectral = product[1].upper() == "M"  # MSS saw no blue; its bands are scenes each
    return () if multispectral else tuple(filter(None, [_LANDSAT_COLOURS.get(number)]))


def _red_green_blue(
    bands: list[_Band], colours: tuple[tuple[str, ...], ...]
) -> tuple[Path, ...] | None:
    """Return the picture, else red, green and blue, of the finest pixels that have them all."""
    files = {(band.metres, band.file.suffix, band.name): band.file for band in bands}
    for metres, ending in sorted({key[:2] for key in files}):
        for names in colours:
            if not all((metres, ending, name) in files for name in names):
                continue
            pictures = (files.get((metres, ending, name)) for name in _PICTURES)
            if picture := next(filter(None, pictures), None):
                return (picture,)
            return tuple(files[metres, ending, name] for name in names)
    return None


def _product_path(folder: Path, product: str) -> Path:
    """Return what a product is called: its SAFE folder, the folder of bare bands, or its files."""
    for part in folder.parents:
        if part.suffix.upper() == ".SAFE":
            granule = folder.relative_to(part).parts[:2]
            # until 2016 a SAFE folder held many granules: each is a scene
            many = len(granule) == 2 and len([*(part / granule[0]).iterdir()]) > 1
            return part / granule[1] if many else part
    return folder / product if product else folder
