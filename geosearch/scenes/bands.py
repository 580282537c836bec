"""Which bands are shown as red, green and blue.

What the file says comes first (colour interpretation, then band names); the order of
bands that sensors are delivered with decides only where a file says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geosearch.errors import SceneError

Bands = tuple[int, int, int]

_COLOURS = ("red", "green", "blue")
_NAMES = (
    _COLOURS,
    ("r", "g", "b"),
    ("b04", "b03", "b02"),  # Sentinel-2
)
_BY_COUNT: dict[int, Bands] = {
    6: (3, 2, 1),  # Landsat TM and ETM+ without the thermal band: blue first
    8: (5, 3, 2),  # WorldView-2 and -3: coastal, blue, green, yellow, red
    12: (4, 3, 2),  # Sentinel-2 L2A: B01 first
    13: (4, 3, 2),  # Sentinel-2 L1C
}


@dataclass(frozen=True, slots=True)
class BandFacts:
    """What a file says about its bands."""

    interpretation: tuple[str, ...]
    """Colour interpretation of each band, GDAL's names."""
    descriptions: tuple[str | None, ...]
    """Name of each band, where it has one."""


@dataclass(frozen=True, slots=True)
class BandChoice:
    """The bands to show, and why."""

    bands: Bands
    """Red, green, blue, from 1; one band three times is grey (or coloured by its palette)."""
    reason: str
    """What decided."""


def choose_bands(facts: BandFacts, asked: Bands | None) -> BandChoice:
    """Choose the bands of a scene.

    Args:
        facts: What the file says.
        asked: What the user wants, from 1; None to choose.

    Raises:
        SceneError: The scene has no such band.
    """
    count = len(facts.interpretation)
    if asked is not None:
        if len(asked) != 3 or not all(1 <= band <= count for band in asked):
            raise SceneError(
                f"it has {count} bands, not {', '.join(map(str, asked))}",
                hint=f"use --bands with three numbers from 1 to {count}",
            )
        return BandChoice(asked, "--bands")
    # alpha says where the picture is, not what it shows
    colours = [at for at, name in enumerate(facts.interpretation, start=1) if name != "alpha"]
    if len(colours) < 3:
        band = colours[0] if colours else 1
        return BandChoice((band, band, band), "one band, as grey")
    if bands := _named(facts.interpretation, _COLOURS):
        return BandChoice(bands, "colour interpretation")
    names = [(name or "").strip().lower() for name in facts.descriptions]
    for wanted in _NAMES:
        if bands := _named(names, wanted):
            return BandChoice(bands, "band names")
    first = (colours[0], colours[1], colours[2])
    bands = _BY_COUNT.get(len(colours), first)
    return BandChoice(bands, f"untagged, the usual order of {len(colours)} bands")


def _named(names: Sequence[str], wanted: Sequence[str]) -> Bands | None:
    if not all(name in names for name in wanted):
        return None
    red, green, blue = (names.index(name) + 1 for name in wanted)
    return red, green, blue
