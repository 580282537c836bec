"""When a product was taken, as the metadata that comes with it says.

Read as text with two patterns, not parsed: they are files of strangers.
"""

import re
from pathlib import Path

from geosearch.regular_file import open_regular
from geosearch.scenes.finding.moments import Moment, read_moment
from geosearch.scenes.places.metadata_files import metadata_files

_MAX_BYTES = 8 << 20
_SAID = "product metadata"
# the same two names in MTL.txt (NAME = VALUE), MTL.json ("NAME": "VALUE") and MTL.xml (<NAME>VALUE)
_DAY = re.compile(r"DATE_ACQUIRED\W{1,8}(\d{4}-\d\d-\d\d)")
_CLOCK = re.compile(r"SCENE_CENTER_TIME\W{1,8}(\d\d:\d\d:\d\d)")
_START = re.compile(r"<PRODUCT_START_TIME>\s*([^<\s]{10,40})")


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
        with open_regular(file) as opened:
            return opened.read(_MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""  # then the names are asked
