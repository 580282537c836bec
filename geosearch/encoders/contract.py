"""What an encoder is to the rest of geosearch: the one contract of all families."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class Encoder(Protocol):
    """An image tower and a text tower that share one vector space.

    Arrays go in and out; what computes them stays behind the contract.
    """

    @property
    def name(self) -> str:
        """The name that loads it."""

    @property
    def fingerprint(self) -> str:
        """Family and hash of weights and of all else that changes a vector.

        Device and precision are not part of it: an index built in bf16 on a GPU is queried in
        float32 on a laptop.
        """

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def image_size(self) -> int:
        """Edge of the square image it reads, pixels."""

    @property
    def text_length(self) -> int:
        """Longest text it reads, tokens; longer ones are cut."""

    @property
    def precision(self) -> str:
        """What it computes in: ``float32`` or ``bf16``."""

    @property
    def device(self) -> str:
        """What it computes on: ``cpu``, ``cuda``, ..."""

    def fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring one image to the encoder's input by its authors' own geometry.

        Args:
            image: uint8 [h, w, 3], RGB, any size.

        Returns:
            uint8 [image_size, image_size, 3].
        """

    def encode_images(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed images of one size; those of another size than ``image_size`` are fitted first.

        Args:
            chips: uint8 [n, h, w, 3], RGB.

        Returns:
            float32 [n, dim], unit length.
        """

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; one that is too long is cut and keeps its end mark.

        Returns:
            float32 [n, dim], unit length.
        """


@runtime_checkable
class RawTextEncoder(Encoder, Protocol):
    """An encoder that also gives text vectors of any length; all of ours do."""

    def encode_texts_raw(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts as the text tower gives them: float32 [n, dim] of any length."""


@runtime_checkable
class CellEncoder(Encoder, Protocol):
    """An encoder whose image vector is the mean of vectors of cells: ``mini``."""

    def encode_cells(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what each cell of images adds to their vectors.

        Args:
            images: uint8 [n, h, w, 3], RGB, of any size; they are not fitted.

        Returns:
            float32 [n, rows, columns, dim]; the mean over the cells has unit length, and is the
            image's vector where the image has the encoder's size.
        """


@runtime_checkable
class WordReader(Protocol):
    """An encoder that tells how it reads a word; all of ours do but ``null``."""

    def token_count(self, word: str) -> int:
        """Return the number of tokens that it cuts a word into; 1 for one of its vocabulary."""
