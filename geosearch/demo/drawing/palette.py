"""The colours of one place on one day."""

from dataclasses import dataclass

import numpy as np

from geosearch.demo.drawing.texture import Colour

_SEASONS: dict[str, dict[str, Colour]] = {
    "summer": {"grass": (104, 128, 72), "crown": (74, 104, 58), "crop": (122, 140, 66)},
    "spring": {"grass": (112, 146, 70), "crown": (92, 128, 62), "crop": (102, 146, 64)},
    "autumn": {"grass": (124, 126, 80), "crown": (118, 98, 56), "crop": (150, 132, 84)},
    "dry": {"grass": (156, 146, 100), "crown": (88, 98, 60), "crop": (178, 158, 104)},
}
_CROPS: tuple[Colour, ...] = (
    (196, 176, 108),  # ripe grain
    (98, 132, 62),  # beet, maize
    (172, 168, 70),  # rape
    (142, 116, 88),  # bare soil
    (168, 142, 108),  # dry soil
    (128, 150, 84),  # young grain
    (118, 96, 74),  # fresh plough
)
_ROOFS: dict[str, Colour] = {
    "red": (168, 84, 62),
    "brown": (120, 88, 68),
    "grey": (128, 128, 132),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours, red, green, blue on the scale 0 to 255."""

    season: str
    grass: Colour
    crown: Colour
    crops: tuple[Colour, ...]
    asphalt: Colour
    track: Colour
    water: Colour
    sand: Colour
    roofs: dict[str, Colour]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Palette":
        """Draw a season and a place: each colour lies about a usual one."""
        season = str(rng.choice(list(_SEASONS)))
        usual = _SEASONS[season]
        green = float(rng.uniform(0.75, 1.12))
        waters: tuple[Colour, ...] = ((46, 74, 88), (62, 92, 92), (40, 62, 64), (86, 104, 92))
        grey = float(rng.uniform(90, 150))
        return cls(
            season=season,
            grass=vary(rng, usual["grass"], 0.08, green),
            crown=vary(rng, usual["crown"], 0.1, green),
            crops=tuple(vary(rng, crop, 0.08) for crop in (usual["crop"], *_CROPS)),
            asphalt=vary(rng, (grey, grey, grey * 1.02), 0.02),
            track=vary(rng, (184, 166, 136), 0.06),
            water=vary(rng, waters[int(rng.integers(len(waters)))], 0.12),
            sand=vary(rng, (212, 196, 160), 0.06),
            roofs={name: vary(rng, roof, 0.1) for name, roof in _ROOFS.items()},
        )


def vary(rng: np.random.Generator, colour: Colour, amount: float, gain: float = 1.0) -> Colour:
    """Draw a colour near a colour: each part, and all of them together, times 1 ± amount."""
    parts = np.asarray(colour) * gain * rng.uniform(1 - amount, 1 + amount)
    red, green, blue = (parts * rng.uniform(1 - amount / 2, 1 + amount / 2, 3)).tolist()
    return (red, green, blue)
