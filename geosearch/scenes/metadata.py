"""When a product was taken, as the metadata that comes with it says.

Read as text with two patterns, not parsed: they are files of strangers.
"""

import re
from pathlib import Path

from geosearch.scenes.dates import Moment, read_moment

_MOST_BYTES = 8 << 20
_SAID = "product metadata"
_ENDINGS = ("txt", "json", "xml")
_LANDSAT = re.compile(r"(L[COTEM]\d[A-Z0-9_]{15,40}?)_(?:S[RT]_)?B\d", re.IGNORECASE)
# the same two names in MTL.txt (NAME = VALUE), MTL.json ("NAME": "VALUE") and MTL.xml (<NAME>VALUE)
_DAY = re.compile(r"DATE_ACQUIRED\W{1,8}(\d{4}-\d\d-\d\d)")
_CLOCK = re.compile(r"SCENE_CENTER_TIME\W{1,8}(\d\d:\d\d:\d\d)")
_START = re.compile(r"<PRODUCT_START_TIME>\s*([^<\s]{10,40})")


def metadata_files(file: Path) -> list[Path]:
    """Return the MTL or MTD files that are there and belong to one of a product's files.

    Args:
        file: A band or picture of a Landsat product, or of a Sentinel-2 SAFE folder.
    """
    if match := _LANDSAT.match(file.name):
        beside = (file.with_name(f"{match[1]}_MTL.{ending}") for ending in _ENDINGS)
        return [path for path in beside if path.is_file()]
    if ".safe" not in str(file.parent).lower():  # most files: a folder's parts take their time
        return []
    safe = next((part for part in file.parents if part.suffix.upper() == ".SAFE"), None)
    return sorted(safe.glob("MTD_MSI*.xml")) if safe else []


def product_moment(file: Path) -> Moment | None:
    """Return when a product was taken, from the MTL or MTD file that belongs to one of its files.

    Args:
        file: As for `metadata_files`.

    Returns:
        None where there is no such metadata.
    """
    for metadata in metadata_files(file):
        text = _read(metadata)
        if start := _START.search(text):
            return read_moment(start[1], _SAID)
        if day := _DAY.search(text):
            clock = _CLOCK.search(text)
            return read_moment(f"{day[1]}T{clock[1]}" if clock else day[1], _SAID)
    return None


def _read(file: Path) -> str:
    try:
        with file.open(errors="replace") as lines:
            return lines.read(_MOST_BYTES)
    except OSError:
        return ""  # then the names are asked
