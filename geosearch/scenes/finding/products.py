"""Which files of a folder are bands of one product, by the names that producers give.

A product whose red, green and blue lie here is one scene; what lies here of it besides (infrared,
quality) is part of it. If it comes with a picture in true colour, that is read instead.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from geosearch.scenes.finding.product_names import BandName, Colours, colours_of, read_band_name
from geosearch.scenes.finding.walk import Listing

_PICTURES = ("TCI", "VISUAL")


@dataclass(frozen=True, slots=True)
class Product:
    """What is opened as one scene."""

    files: tuple[Path, ...]
    """One raster; or red, green and blue."""
    named_after: Path
    """The file or folder that gives it its id; for bands in a folder of many, their beginning."""
    band_reason: str = ""
    """Why these files are red, green and blue; empty for one file."""


@dataclass(frozen=True, slots=True)
class _Band:
    file: Path
    name: BandName


def products(listed: Listing) -> Iterator[Product]:
    """Yield the scenes of a folder: products of several files, and single files."""
    groups: dict[tuple[str, str], list[_Band]] = defaultdict(list)
    for name in listed.names:
        band_name = read_band_name(PurePath(name).stem)
        if band_name is None or (not band_name.layout and _is_sheet(listed, band_name.product)):
            continue
        groups[band_name.layout, band_name.product].append(_Band(listed.folder / name, band_name))
    taken: set[Path] = set()
    for (layout, product), bands in groups.items():
        found = _red_green_blue(bands, colours_of(layout, product))
        if found is not None:
            taken |= {band.file for band in bands}
            files, reason = found
            yield Product(files, _product_path(listed.folder, product), reason)
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


def _red_green_blue(
    bands: list[_Band], colours: tuple[Colours, ...]
) -> tuple[tuple[Path, ...], str] | None:
    """Return the picture, else red, green and blue, of the finest pixels that have them all.

    With them comes why it is these.
    """
    # of two files of one band, the one that is listed first stays: sr_band4 before toa_band4
    files = {
        (band.name.metres, band.file.suffix, band.name.name): band.file for band in reversed(bands)
    }
    for metres, ending in sorted({key[:2] for key in files}):
        for wanted in colours:
            if not all((metres, ending, name) in files for name in wanted.names):
                continue
            pictures = (files.get((metres, ending, name)) for name in _PICTURES)
            if picture := next(filter(None, pictures), None):
                return (picture,), ""
            reason = f"the product's {', '.join(wanted.names)}"
            reason += f": {wanted.remark}" if wanted.remark else ""
            return tuple(files[metres, ending, name] for name in wanted.names), reason
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
