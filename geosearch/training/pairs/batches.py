"""Batches of images with texts: a pure function of the seed and the batch's number."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from geosearch.encoders import read_image
from geosearch.training.pairs.listing import Pair
from geosearch.training.ranks import ALONE, Ranks

_MIN_SIDE = 0.7
"""Of a crop, as a fraction of the image's."""
_READERS = 4


class Augment(Protocol):
    """Changes an image, uint8 [h, w, 3], by a generator."""

    def __call__(self, image: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
        """Return uint8 [h', w', 3]."""


def as_it_is(image: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    """Return the image, as the authors of CLIP's kin train."""
    return image


def turned(image: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    """Crop, turn by quarters, mirror: from above no side is up."""
    side = chance.uniform(_MIN_SIDE, 1)
    rows, cols = (max(round(side * extent), 1) for extent in image.shape[:2])
    top = int(chance.integers(image.shape[0] - rows + 1))
    left = int(chance.integers(image.shape[1] - cols + 1))
    part = np.rot90(image[top : top + rows, left : left + cols], int(chance.integers(4)))
    return np.ascontiguousarray(part[:, ::-1] if chance.random() < 0.5 else part)


AUGMENTS: dict[str, Augment] = {"turns": turned, "none": as_it_is}
"""Ways to change images, by name."""


@dataclass(frozen=True, slots=True)
class PairBatch:
    """One process's part of what a step learns from."""

    images: torch.Tensor
    """uint8 [n, size, size, 3]."""
    rows: tuple[int, ...]
    """Which image each is: equal numbers are the same file."""
    short: tuple[str | None, ...]
    """A short text of each; None where it has none."""
    long: tuple[str | None, ...]
    """A long text of each; None where it has none."""


class PairBatches:
    """Reads and augments images in threads; each epoch is a new order of all."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        fit: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
        size: int,
        *,
        augment: Augment,
        seed: int,
        ranks: Ranks = ALONE,
    ) -> None:
        """Take what is learned from.

        Args:
            pairs: At least one.
            fit: Brings an image to the towers' input.
            size: Pairs per batch, all processes together.
            augment: Changes images before they are fitted.
            seed: Random seed.
            ranks: This process's slice of each batch.
        """
        self._pairs = pairs
        self._fit = fit
        self._size = size
        self._augment = augment
        self._seed = seed
        self._ranks = ranks
        self._readers = ThreadPoolExecutor(_READERS)

    def batch(self, number: int) -> PairBatch:
        """Return a batch, counted from 0.

        Raises:
            EncoderError: An image cannot be read.
        """
        first = number * self._size
        places = self._ranks.own(range(first, first + self._size))
        rows = self._rows(places)
        images = list(self._readers.map(self._image, rows, places))
        pairs = [self._pairs[row] for row in rows]
        return PairBatch(
            torch.from_numpy(np.stack(images)),
            rows,
            tuple(map(self._chosen, [pair.short for pair in pairs], places)),
            tuple(map(self._chosen, [pair.long for pair in pairs], places)),
        )

    def _rows(self, places: Sequence[int]) -> tuple[int, ...]:
        """Return the pairs at places of the endless row of epochs."""
        count = len(self._pairs)
        orders = {
            epoch: np.random.default_rng((self._seed, epoch)).permutation(count)
            for epoch in {place // count for place in places}
        }
        return tuple(int(orders[place // count][place % count]) for place in places)

    def _image(self, row: int, place: int) -> NDArray[np.uint8]:
        chance = np.random.default_rng((self._seed, place, 1))
        return self._fit(self._augment(read_image(self._pairs[row].file), chance))

    def _chosen(self, texts: Sequence[str], place: int) -> str | None:
        if not texts:
            return None
        return texts[int(np.random.default_rng((self._seed, place, 2)).integers(len(texts)))]
