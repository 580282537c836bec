"""The texts that an index is calibrated with, and the phrases that its answers are judged by.

Texts lie apart from images in an encoder's space, so that only texts tell how well a text query
is answered.
"""

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders import Encoder
from geosearch.vocabulary import bank

CALIBRATION_TEXTS = (
    "a river", "a lake among hills", "a sandy beach", "waves at a rocky coast",
    "an island", "snow on mountains", "a glacier", "a dense forest",
    "a forest cut by a road", "sand dunes in a desert", "bare rock", "a swamp",
    "green fields", "ploughed fields", "round fields watered from their centre", "an orchard",
    "terraced fields", "a farm with several barns", "greenhouses", "a dam with its reservoir",
    "houses along a street", "a dense residential area", "tall buildings", "an old town",
    "warehouses with flat roofs", "a factory with chimneys", "storage tanks", "a power station",
    "solar panels", "wind turbines", "an open mine", "a quarry", "a construction site",
    "a road crossing", "a motorway junction", "a bridge over a river", "a railway station",
    "railway tracks", "a car park full of cars", "an airport runway", "airplanes at a terminal",
    "a harbour with boats", "ships at anchor", "a container port", "a tennis court",
    "a baseball field", "a football pitch", "a golf course", "a swimming pool", "a school",
    "a church", "a park with ponds", "a cemetery", "clouds over the sea", "smoke of a wildfire",
    "a flooded plain", "a river delta", "a volcano", "a race track", "a stadium",
    "tennis court between two white buildings", "a bridge beside a railway",
    "many boats in a small harbour", "a road along a river through a valley",
)  # fmt: skip
"""Sixty-four things of land, water, towns and traffic, some of them beside each other."""


def embedded_calibration_texts(encoder: Encoder) -> NDArray[np.float32] | None:
    """Return the texts embedded, float32 [q, dim]; None if the encoder embeds all texts alike."""
    return _told_apart(encoder.encode_texts(CALIBRATION_TEXTS))


def embedded_phrases(encoder: Encoder) -> NDArray[np.float32] | None:
    """Return the phrases of the bank embedded, float32 [206, dim]; None as above."""
    return _told_apart(encoder.encode_texts([phrase.text for phrase in bank()]))


def _told_apart(vectors: NDArray[np.float32]) -> NDArray[np.float32] | None:
    return None if (vectors == vectors[0]).all() else vectors
