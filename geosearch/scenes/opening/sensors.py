"""Which bands of a sensor's files are red, green and blue, in the order its producer delivers.

Where a file does not name its bands, its name or its tags may still say what took it. A sensor
decides only for the numbers of bands that its products have.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Bands = tuple[int, int, int]

_RGB, _BGR, _SECOND_BLUE = (1, 2, 3), (3, 2, 1), (4, 3, 2)
_TELLING_TAG = re.compile(
    r"satellite|spacecraft|platform|sensor|mission|instrument|product|imagedescription|datatake",
    re.IGNORECASE,
)
"""Tags that say what took a picture; others, such as a history, may name what was compared."""
_MAX_TAG_LENGTH = 300
MAX_TEXT_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Sensor:
    """A kind of camera, as far as showing its pictures goes."""

    name: str
    """For people."""
    hint: re.Pattern[str]
    """Found in the names and tags of its files."""
    by_count: Mapping[int, Bands]
    """Number of bands of a file to those shown as red, green, blue, from 1."""
    band_names: tuple[str, str, str] | None = None
    """What it calls red, green and blue, where others call other bands so; lower case."""
    remark: str = ""
    """What to know about the picture."""


def _sensor(
    name: str,
    hint: str,
    by_count: Mapping[int, Bands],
    band_names: tuple[str, str, str] | None = None,
    remark: str = "",
) -> Sensor:
    # a hint is whole words: S2A is not in XS2AB
    pattern = re.compile(rf"(?<![a-z0-9])(?:{hint})(?![a-z0-9])", re.IGNORECASE)
    return Sensor(name, pattern, by_count, band_names, remark)


_MAXAR = r"\d\d[A-Z]{3}\d{8}-[MS]\d[A-Z]S[-_R]\w*"  # 20APR15101010-M2AS-012345_01_P001
_SENSORS = (
    # the order itself, as Planet's ortho tiles and survey offices write it
    _sensor("BGRN", r"BGR(?:N|I|NIR)", {4: _BGR}),
    _sensor("RGBN", r"RGB(?:N|I|NIR|IR)", {4: _RGB}),
    # Sentinel-2 products specification; B01 first, B8A is the ninth
    _sensor(
        "Sentinel-2",
        r"S2[A-D]?_(?:MSI|OPER|USER|\d\d[A-Z]{3}_\d{8}).*|S2[A-D]|sentinel[-_ ]?2[a-d]?"
        r"|T\d\d[A-Z]{3}_\d{8}T\d{6}.*",
        # ten are those of 10 and 20 m, four those of 10 m: both begin with B02
        {13: _SECOND_BLUE, 12: _SECOND_BLUE, 10: _BGR, 4: _BGR},
    ),
    # USGS LSDS-1328: the thermal bands may be left out, or all be there
    _sensor(
        "Landsat 8-9",
        r"L[CO]0?[89]_?(?:L\d\w{2}_)?\d{6}.*|landsat[-_ ]?[89]|L[89]",
        {11: _SECOND_BLUE, 10: _SECOND_BLUE, 9: _SECOND_BLUE, 8: _SECOND_BLUE, 7: _SECOND_BLUE}
        | {6: _BGR},
        ("b4", "b3", "b2"),
    ),
    _sensor(
        "Landsat MSS",
        r"LM0?[1-5]_?(?:L\d\w{2}_)?\d{6}.*|landsat[-_ ]?[123]",
        {4: (4, 2, 1)},
        remark="it saw no blue: infrared, red, green",
    ),
    # LSDS-1414, LSDS-1618
    _sensor(
        "Landsat 4-7",
        r"L[ET]0?[457]_?(?:L\d\w{2}_)?\d{6}.*|landsat[-_ ]?[457]|L[57]|LS[57]",
        {6: _BGR, 7: _BGR, 8: _BGR, 9: _BGR},
        ("b3", "b2", "b1"),
    ),
    # USDA NAIP 4-band GeoTIFF; names as m_3707763_se_18_1_20160825
    _sensor("NAIP", r"naip|m_\d{7}_[ns][ew]_\d\d_.*|National Agriculture Imagery.*", {4: _RGB}),
    # Planet Imagery Product Specifications: 4 and 8 bands; RapidEye has 5
    _sensor(
        "PlanetScope",
        r"planet[-_ ]?scope|super[-_ ]?dove|PSB\.SD|PS2(?:\.SD)?"
        r"|\d{8}_\d{6}_(?:\d\d_)?[0-9a-f]{4}_.*analytic.*|3B_analytic.*",
        {4: _BGR, 5: _BGR, 8: (6, 4, 2)},
    ),
    _sensor("SkySat", r"skysat(?:[-_ ]?c?\d+)?|\d{8}_\d{6}_ssc?\d+.*|SSC\d+", {4: _BGR}),
    _sensor("RapidEye", r"rapid[-_ ]?eye|RE[1-5]_\d[AB].*|RE[-_]?[1-5]", {5: _BGR}),
    # DigitalGlobe core imagery products guide: B G R N, or eight from coastal to NIR2
    _sensor(
        "WorldView",
        rf"WV0?[1-4]|worldview[-_ ]?[1-4]|GE0?1|geoeye[-_ ]?1?|QB0?2|quickbird|ikonos|{_MAXAR}",
        {8: (5, 3, 2), 16: (5, 3, 2), 4: _BGR},
    ),
    # Airbus delivers B2 B1 B0 B3 (OTB's Pleiades reader: the first component is red)
    _sensor(
        "Pleiades and SPOT 6-7",
        r"(?:IMG_|DIM_|DS_)?PHR[ -_]?1[AB]\w*|pl[eé]iades\w*|(?:IMG_|DIM_|DS_)?SPOT[67]\w*"
        r"|(?:IMG_|DIM_)?PNEO\d\w*",
        {4: _RGB},
    ),
    _sensor("Gaofen", r"GF[1267][BCD]?_(?:PMS|WFV)\d?.*|gaofen[-_ ]?\d?", {4: _BGR}),
    _sensor("CBERS", r"CBERS_?4A?_(?:MUX|WPM|WFI|AWFI).*|CBERS[-_ ]?4A?", {4: _BGR}),
    # MOD09, MCD43: 645, 859, 469, 555 nm and the short-wave infrared
    _sensor("MODIS", r"M[OYC]D(?:09|43)\w*.*|modis", {7: (1, 4, 3)}),
)


def find_sensor(names: str, tags: Mapping[str, str]) -> tuple[Sensor, str] | None:
    """Return what took a picture, and what said so; None where nothing does.

    Args:
        names: What the file and its product are called.
        tags: The raster's tags, and the platform that a STAC Item names.
    """
    for text, source in ((telling_text(tags), "metadata"), (names, "name")):
        for sensor in _SENSORS:
            if sensor.hint.search(text):
                return sensor, source
    return None


def telling_text(tags: Mapping[str, str]) -> str:
    """Return what the tags say that may name a sensor; a stranger's may be any number and long."""
    values = (value for key, value in tags.items() if _TELLING_TAG.search(key))
    return " ".join(value[:_MAX_TAG_LENGTH] for value in values)[:MAX_TEXT_LENGTH]
