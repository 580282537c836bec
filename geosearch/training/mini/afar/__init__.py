"""Drawn views from afar, ten metres to a kilometre a pixel, with what is said of them.

No captioned set shows the land at such a scale, and archives are full of it. The drawings are
crude: what they teach is how light, colour and texture go with words there, not a likeness.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.training.mini.afar import land, use, waters
from geosearch.training.mini.sentences import VIEWS_FROM_AFAR

PAINTERS = waters.PAINTERS | land.PAINTERS | use.PAINTERS


def draw_from_afar(
    rng: np.random.Generator, size_px: int
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Draw a random view from afar.

    Args:
        rng: Source of every choice; the same state gives the same view.
        size_px: Edge of the view.

    Returns:
        The view, uint8 [size_px, size_px, 3], and sentences that are true of it, the plainest
        first.
    """
    kind = str(rng.choice(list(VIEWS_FROM_AFAR)))
    picture = PAINTERS[kind](rng, size_px)
    picture = picture * rng.uniform(0.8, 1.2) + rng.normal(0, rng.uniform(0.5, 5), picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8), VIEWS_FROM_AFAR[kind]
