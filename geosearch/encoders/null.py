"""An encoder with one fixed vector, for measuring what surrounds an encoder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geosearch.encoders.entries import EncoderInfo
from geosearch.encoders.images import pixels
from geosearch.encoders.texts.required import require_texts
from geosearch.encoders.weights.fingerprint import fingerprint

NAME = "null"
DIM = 512
IMAGE_SIZE = 224
TEXT_LENGTH = 77


class NullEncoder:
    """Gives every image and every text the same vector."""

    name = NAME
    fingerprint = fingerprint(NAME, {"dim": DIM})
    dim = DIM
    image_size = IMAGE_SIZE
    text_length = TEXT_LENGTH
    precision = "float32"
    device = "cpu"

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resize the shorter side, cut the centre: uint8 [h, w, 3] to [224, 224, 3]."""
        return pixels.fit(image, IMAGE_SIZE)

    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 [n, 512] of unit length, all equal.

        Raises:
            EncoderError: They are not RGB images.
        """
        pixels.check_batch(chips)
        return _alike(len(chips))

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 [n, 512] of unit length, all equal.

        Raises:
            UsageError: One string instead of a list of them, or one is not UTF-8 text.
        """
        require_texts(texts)
        return _alike(len(texts))

    def encode_texts_raw(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same as :meth:`encode_texts`."""
        return self.encode_texts(texts)


def _alike(count: int) -> NDArray[np.float32]:
    return np.full((count, DIM), DIM**-0.5, np.float32)


def load_info(
    info: EncoderInfo, weights: str | Path | None, *, device: str, precision: str
) -> NullEncoder:
    """Return it; there is nothing to load."""
    return NullEncoder()
