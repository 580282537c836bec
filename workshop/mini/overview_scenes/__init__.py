"""Drawn overview scenes, ten metres to a kilometre per pixel, with sentences on them.

No captioned set shows the land at such a scale, and archives are full of it. The drawings are
crude: what they teach is how light, colour and texture go with words there, not a likeness.
"""

import numpy as np
from numpy.typing import NDArray

from workshop.mini.overview_scenes import land, land_use, water
from workshop.mini.sentences import OVERVIEWS

PAINTERS = water.PAINTERS | land.PAINTERS | land_use.PAINTERS


def draw_overview(
    rng: np.random.Generator, size_px: int
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Draw a random overview scene.

    Args:
        rng: Source of every choice; the same state gives the same scene.
        size_px: Edge of the scene, pixels.

    Returns:
        The scene, uint8 [size_px, size_px, 3], and sentences that are true of it, the plainest
        first.
    """
    kind = str(rng.choice(list(OVERVIEWS)))
    picture = PAINTERS[kind](rng, size_px)
    picture = picture * rng.uniform(0.8, 1.2) + rng.normal(0, rng.uniform(0.5, 5), picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8), OVERVIEWS[kind]
