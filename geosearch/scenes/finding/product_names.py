"""How producers name the files that hold the bands of one product.

A layout is a pattern of file names, and which of its bands are red, green and blue. A sensor that
saw no blue is shown in standard false colour: infrared as red, red as green, green as blue.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """Three bands of a product to show."""

    names: tuple[str, str, str]
    """Bands shown as red, green and blue, upper case."""
    remark: str = ""
    """What to know about the picture."""


@dataclass(frozen=True, slots=True)
class BandName:
    """What a file's name says of the band it holds."""

    layout: str
    """Whose way of naming it is; empty for bare bands, which other things may be called too."""
    product: str
    """What the files of the product share; empty where they are called by their bands alone."""
    name: str
    """The band, upper case: ``B4``."""
    metres: int
    """Metres per pixel, where the name says; 0 otherwise."""


def read_band_name(stem: str) -> BandName | None:
    """Return what a file's name, without its ending, says of the band it holds; None if nothing."""
    for layout, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(stem):
            parts = match.groupdict()
            band = f"{parts.get('set') or ''}{parts['band']}".upper()
            if layout in ("landsat", "cbers"):  # B4, band4, SRB4
                band = f"B{int(band)}"
            metres = int(parts.get("metres") or 0)
            return BandName(layout, parts["product"] or "", band, metres)
    return None


def colours_of(layout: str, product: str) -> tuple[Colours, ...]:
    """Return which bands show a product in colour, the best first."""
    return _COLOURS[layout](product)


_PATTERNS = {
    # Landsat Collections 1 and 2 (USGS LSDS-1618), US analysis ready data (LSDS-1435), scene ids of
    # before 2017; bands as B4, SR_B4, or as the ESPA service calls them: sr_band4
    "landsat": re.compile(
        r"(?P<product>L[COTEM]0\d_L[1-3]\w{2}_\d{6}_\d{8}_\d{8}_\d\d_\w{2}"
        r"|L[COTEM]0\d_(?:CU|AK|HI)_\d{6}_\d{8}_\d{8}_(?:\d\d|C\d\d_V\d\d)"
        r"|L[COTEM]\d{14}[A-Z]{3}\d\d)"
        r"_(?:(?:S[RT]|TOA|TA|BT)_?)?B(?:and)?(?P<band>\d\d?)(?:_VCID_[12])?",
        re.IGNORECASE,
    ),
    # INPE: CBERS_4_MUX_20200730_153_126_L4_BAND7, AMAZONIA_1_WFI_..._L2_BAND3
    "cbers": re.compile(
        r"(?P<product>(?:CBERS_4A?|AMAZONIA_1)_\w+?_\d{8}_\d+_\d+_L\w+?)_BAND(?P<band>\d\d?)",
        re.IGNORECASE,
    ),
    # Theia and MAJA: SENTINEL2A_20200101-105321-456_L2A_T31TCJ_C_V2-2_FRE_B4; the slopes corrected
    # (FRE) or not (SRE)
    "theia": re.compile(
        r"(?P<product>SENTINEL2[A-D]_\d{8}-\d{6}-\d{3}_L2A_T\d\d[A-Z]{3}_\w_V[\d-]+)"
        r"_(?P<set>FRE_|SRE_)(?P<band>B\d\w?)",
        re.IGNORECASE,
    ),
    # Sentinel-2 in SAFE (T32TQM_20200101T101421_B04_10m), as COGs (B04, or with a prefix), HLS
    # (HLS.S30.T10SEG.2020001T184759.v2.0.B04). Files called by a colour may be of red barns
    "": re.compile(
        r"(?:(?!L2A_PVI)(?P<product>.+)[-_.])?"
        r"(?P<band>B\d\d|B8A|TCI|visual|SCL|AOT|WVP|PVI|L2A_PVI|Fmask|[SV][AZ]A)"
        r"(?:[-_](?P<metres>[126]0)m)?",
        re.IGNORECASE,
    ),
}

_NO_BLUE = "infrared, red and green, since its sensor saw no blue"


def _landsat(product: str) -> tuple[Colours, ...]:
    number = product[3] if product[2] == "0" else product[2]
    if product[1].upper() == "M":
        # the multispectral scanner's bands are 4 to 7 on Landsat 1 to 3, 1 to 4 on 4 and 5
        return (Colours(("B7", "B5", "B4") if number in "123" else ("B4", "B2", "B1"), _NO_BLUE),)
    if number in "89":  # coastal blue is the first
        return (Colours(("B4", "B3", "B2")),)
    return (Colours(("B3", "B2", "B1")),) if number in "457" else ()


def _cbers(_: str) -> tuple[Colours, ...]:
    return (
        Colours(("B15", "B14", "B13")),  # WFI, AWFI
        Colours(("B7", "B6", "B5")),  # MUX
        Colours(("B3", "B2", "B1")),  # WPM, Amazonia-1
        Colours(("B4", "B3", "B2"), _NO_BLUE),  # PAN10M of CBERS-4
    )


def _theia(_: str) -> tuple[Colours, ...]:
    return (
        Colours(("FRE_B4", "FRE_B3", "FRE_B2")),
        Colours(("SRE_B4", "SRE_B3", "SRE_B2")),
    )


def _bare(_: str) -> tuple[Colours, ...]:
    return (Colours(("B04", "B03", "B02")),)


_COLOURS: dict[str, Callable[[str], tuple[Colours, ...]]] = {
    "landsat": _landsat,
    "cbers": _cbers,
    "theia": _theia,
    "": _bare,
}
