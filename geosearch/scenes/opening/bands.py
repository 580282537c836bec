"""Which bands are shown as red, green and blue.

What the file says comes first: the names of its bands, their colour interpretation, their
wavelengths. Then what took the picture, by the names of its files and by its tags. The order that
so many bands usually have decides only where a file says nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from geosearch.errors import SceneError
from geosearch.message import Message
from geosearch.scenes.opening.sensors import Bands, Sensor, find_sensor

_COLOURS = ("red", "green", "blue")
_NAMES = (
    _COLOURS,
    ("r", "g", "b"),
    ("b04", "b03", "b02"),  # Sentinel-2, HLS
    ("sur_refl_b01", "sur_refl_b04", "sur_refl_b03"),  # MODIS
    ("m5", "m4", "m3"),  # VIIRS
)
_NUMBERED = ("b4", "b3", "b2")
"""Sentinel-2 and Landsat 8-9 without leading zeros."""
_THEMATIC_MAPPER = frozenset({"b1", "b2", "b3", "b4", "b5", "b7"})
"""Reflective bands of Landsat 4-7: all of them, and no b6, are no other sensor's."""
_INFRARED = ("nir", "nir1", "nir08", "nir_1", "near infrared", "near-infrared", "infrared")
_PREFIX = re.compile(r"^(?:sr|toa|boa|refl|reflectance)_(?=b\d)")
_WAVELENGTH = re.compile(r"(\d{3,4}(?:\.\d+)?)\s*(?:nm|nanomet)", re.IGNORECASE)
_COLOUR_NM = ((660.0, 610.0, 700.0), (560.0, 510.0, 600.0), (485.0, 440.0, 510.0))
"""Ideal, minimum and maximum central wavelength of red, green and blue."""

_NO_LIGHT = frozenset(
    ("cyan", "magenta", "yellow", "black", "hue", "saturation", "lightness", "Y", "Cb", "Cr")
)
"""Colour interpretations of inks and of other coordinates than red, green and blue."""

_BY_COUNT: dict[int, tuple[Bands, str]] = {
    3: ((1, 2, 3), "red, green, blue"),
    4: ((1, 2, 3), "red, green, blue, infrared; if blue is first, choose bands 3,2,1"),
    5: ((3, 2, 1), "blue, green, red and infrared, of RapidEye and multispectral drones"),
    6: ((3, 2, 1), "Landsat 4-7 without the thermal band"),
    7: ((4, 3, 2), "Landsat 8-9 surface reflectance; of Landsat 4-7, choose bands 3,2,1"),
    8: ((5, 3, 2), "WorldView-2 and -3; of PlanetScope, choose bands 6,4,2"),
    10: ((3, 2, 1), "Sentinel-2 at 10 and 20 m"),
    11: ((4, 3, 2), "Landsat 8-9"),
    12: ((4, 3, 2), "Sentinel-2 Level-2A"),
    13: ((4, 3, 2), "Sentinel-2 Level-1C"),
}


@dataclass(frozen=True, slots=True)
class BandFacts:
    """What a file says about its bands."""

    interpretation: tuple[str, ...]
    """Colour interpretation of each band, GDAL's names."""
    descriptions: tuple[str | None, ...]
    """Name of each band, where it has one."""
    wavelengths_nm: tuple[float | None, ...] = ()
    """Central wavelength of each band, where the file says it; empty where of none."""
    names: str = ""
    """What its file and its product are called."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Its tags, all domains together."""


@dataclass(frozen=True, slots=True)
class BandChoice:
    """The bands to show, and why."""

    bands: Bands
    """Red, green, blue, from 1; one band three times is grey (or coloured by its palette)."""
    reason: str
    """What decided."""


def choose_bands(facts: BandFacts, requested: Bands | None) -> BandChoice:
    """Choose the bands of a scene.

    Args:
        facts: What the file says.
        requested: What the user wants, from 1; None to choose.

    Raises:
        SceneError: The scene has no such band.
    """
    total = len(facts.interpretation)
    if requested is not None:
        if len(requested) != 3 or not all(1 <= band <= total for band in requested):
            raise SceneError(
                f"it has {total} bands, not {', '.join(map(str, requested))}",
                hint=Message("give `bands` as three numbers from 1 to {}", total),
            )
        return BandChoice(requested, "chosen")
    _require_light(facts)
    # alpha says where the picture is, not what it shows
    colours = [at for at, name in enumerate(facts.interpretation, start=1) if name != "alpha"]
    if len(colours) < 3:
        band = colours[0] if colours else 1
        return BandChoice((band, band, band), "one band, as grey")
    known = find_sensor(facts.names, facts.tags)
    return (
        _by_names(facts, known[0] if known else None)
        or _by_interpretation(facts)
        or _by_wavelength(facts)
        or _by_sensor(known, colours)
        or _false_colour(facts)
        or _by_count(colours)
    )


def _require_light(facts: BandFacts) -> None:
    """Refuse inks and other coordinates of colour: shown as red, green and blue, they would lie.

    Raises:
        SceneError: A band is one of these.
    """
    others = [name for name in facts.interpretation if name in _NO_LIGHT]
    if others:
        raise SceneError(
            f"its bands are not red, green and blue, but {', '.join(others)}",
            hint=Message("convert its colours, or choose which are shown: `bands` 1,2,3"),
        )


def _by_names(facts: BandFacts, sensor: Sensor | None) -> BandChoice | None:
    names = [_plain(name) for name in facts.descriptions]
    wanted = [*_NAMES]
    if sensor is not None and sensor.band_names is not None:
        wanted.append(sensor.band_names)
    elif set(names) >= _THEMATIC_MAPPER and not {"b6", "b8a"} & set(names):
        wanted.append(("b3", "b2", "b1"))
    # b1, b2, b3 and so on, all in their order, say no more than the order does
    elif any(name != f"b{at}" for name, at in zip(names, count(1), strict=False)):
        wanted.append(_NUMBERED)
    found = (_named(names, three) for three in wanted)
    bands = next(filter(None, found), None)
    return BandChoice(bands, "band names") if bands else None


def _plain(name: str | None) -> str:
    """Return a band's name as tables have it: ``SR_B4``, ``B4, central wavelength 665 nm``: b4."""
    return _PREFIX.sub("", re.split(r"[,(]", name or "")[0].strip().lower())


def _by_interpretation(facts: BandFacts) -> BandChoice | None:
    bands = _named(facts.interpretation, _COLOURS)
    return BandChoice(bands, "colour interpretation") if bands else None


def _by_wavelength(facts: BandFacts) -> BandChoice | None:
    stated = facts.wavelengths_nm or (None,) * len(facts.interpretation)
    described = (_WAVELENGTH.search(name or "") for name in facts.descriptions)
    lengths = [
        nm if nm is not None else float(match[1]) if match else 0.0
        for nm, match in zip(stated, described, strict=True)
    ]
    found = []
    for ideal, low, high in _COLOUR_NM:
        fitting = [at for at, nm in enumerate(lengths, start=1) if low <= nm <= high]
        if not fitting:
            return None
        found.append(min(fitting, key=lambda at: abs(lengths[at - 1] - ideal)))
    red, green, blue = found
    shown = ", ".join(f"{lengths[at - 1]:g}" for at in found)
    return BandChoice((red, green, blue), f"wavelengths {shown} nm")


def _by_sensor(known: tuple[Sensor, str] | None, colours: list[int]) -> BandChoice | None:
    if known is None or len(colours) not in known[0].by_count:
        return None
    sensor, source = known
    said = f"{len(colours)} bands of {sensor.name}, by its {source}"
    remark = f"; {sensor.remark}" if sensor.remark else ""
    return BandChoice(_of(colours, sensor.by_count[len(colours)]), said + remark)


def _false_colour(facts: BandFacts) -> BandChoice | None:
    names = [_plain(name) for name in facts.descriptions]
    for infrared in _INFRARED:
        if bands := _named(names, (infrared, "red", "green")):
            return BandChoice(bands, "band names, no blue among them: infrared, red, green")
    return None


def _by_count(colours: list[int]) -> BandChoice:
    bands, order = _BY_COUNT.get(len(colours), ((1, 2, 3), "its first three"))
    return BandChoice(
        _of(colours, bands), f"untagged, the usual order of {len(colours)} bands: {order}"
    )


def _of(colours: list[int], bands: Bands) -> Bands:
    red, green, blue = (colours[band - 1] for band in bands)
    return red, green, blue


def _named(names: Sequence[str], wanted: Sequence[str]) -> Bands | None:
    if not all(name in names for name in wanted):
        return None
    red, green, blue = (names.index(name) + 1 for name in wanted)
    return red, green, blue
