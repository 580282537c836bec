"""A large archive for benchmarks of search: vectors grown from real ones, at plausible places.

Vectors are made from a few thousand real ones: each is a real vector, moved towards one of its
neighbours and along the difference of another pair of neighbours, and brought to unit length. So
they keep the cloud's shape, its density and its place beside the texts.

Scenes of 30 x 30 chips lie around the towns and fields of some hundred regions, each region over
and over in ten years. What is in a scene depends on its region: a region shows few kinds of land.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHIPS_A_SIDE = 30
_NEIGHBOURS = 16
_KINDS = 64
_KINDS_A_REGION = 6
_CHIP_DEGREES = 0.002
_DAY_MS = 86_400_000
_FIRST_DAY, _DAYS = 16_436, 3_652  # ten years from 2015-01-01


@dataclass(frozen=True, slots=True)
class Base:
    """Real embeddings that an archive is grown from."""

    name: str
    """What they are embeddings of, and by what."""
    images: NDArray[np.float32]
    """[m, dim], unit length."""
    texts: NDArray[np.float32]
    """[q, dim], unit length: the queries."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some scenes of an archive."""

    bounds: NDArray[np.float64]
    """[n, 4], west, south, east, north of each chip, degrees."""
    time_ms: NDArray[np.int64]
    """[n], milliseconds since 1970."""
    scene: NDArray[np.int32]
    """[n], number of its scene."""
    vectors: NDArray[np.float16]
    """[n, dim], unit length."""


class GrownArchive:
    """Draws scenes one after the other; the same seed draws the same archive."""

    def __init__(self, base: Base, seed: int = 0) -> None:
        self._base = base
        self._rng = np.random.default_rng(seed)
        self._kinds = self._kinds_of_images()
        self._near = self._neighbours()
        regions = 120
        self._centres = np.stack(
            [self._rng.uniform(-170, 170, regions), self._rng.uniform(-55, 65, regions)], axis=1
        )
        self._shown = self._rng.integers(0, _KINDS, (regions, _KINDS_A_REGION))
        self._scenes = 0

    def _kinds_of_images(self) -> list[NDArray[np.int64]]:
        """Return the images of each kind of land: those nearest to one of some drawn images."""
        images = self._base.images
        leaders = images[self._rng.choice(len(images), _KINDS, replace=False)]
        nearest = (images @ leaders.T).argmax(axis=1)
        return [np.flatnonzero(nearest == kind) for kind in range(_KINDS)]

    def _neighbours(self) -> NDArray[np.int64]:
        images = self._base.images
        found = np.empty((len(images), _NEIGHBOURS), np.int64)
        for first in range(0, len(images), 1024):
            scores = images[first : first + 1024] @ images.T
            maximum = np.argpartition(-scores, _NEIGHBOURS, axis=1)[:, : _NEIGHBOURS + 1]
            found[first : first + 1024] = maximum[:, 1 : _NEIGHBOURS + 1]
        return found

    def part(self, scenes: int) -> Part:
        """Draw some more scenes."""
        rng, side = self._rng, CHIPS_A_SIDE
        region = rng.integers(0, len(self._centres), scenes)
        # few places are seen again and again, many once
        spot = rng.zipf(1.4, scenes) % 400
        angle = spot * 2.399963  # sunflower: spots of a region lie apart
        radius = 0.07 * np.sqrt(spot)
        corner = self._centres[region] + radius[:, None] * np.stack(
            [np.cos(angle), np.sin(angle)], axis=1
        )
        corner += rng.normal(0, 0.003, corner.shape)
        steps = np.arange(side) * _CHIP_DEGREES
        west = corner[:, 0, None, None] + steps[None, None, :] + np.zeros((1, side, 1))
        south = corner[:, 1, None, None] + steps[None, :, None] + np.zeros((1, 1, side))
        bounds = np.stack([west, south, west + _CHIP_DEGREES, south + _CHIP_DEGREES], axis=-1)
        days = _FIRST_DAY + rng.integers(0, _DAYS, scenes)
        times = days * _DAY_MS + rng.integers(0, _DAY_MS, scenes)
        numbers = self._scenes + np.arange(scenes, dtype=np.int32)
        self._scenes += scenes
        chips = side * side
        return Part(
            bounds.reshape(-1, 4),
            np.repeat(times, chips),
            np.repeat(numbers, chips),
            self._vectors(region, spot),
        )

    def _vectors(self, region: NDArray[np.int64], spot: NDArray[np.int64]) -> NDArray[np.float16]:
        rng, chips = self._rng, CHIPS_A_SIDE**2
        kind = self._shown[region, spot % _KINDS_A_REGION]
        drawn = np.empty((len(region), chips), np.int64)
        for at, one in enumerate(kind.tolist()):
            members = self._kinds[one]
            drawn[at] = members[rng.integers(0, len(members), chips)]
            # a fifth of a scene is anything
            anything = rng.random(chips) < 0.2
            drawn[at, anything] = rng.integers(0, len(self._base.images), int(anything.sum()))
        return self._grown(drawn.ravel())

    def _grown(self, rows: NDArray[np.int64]) -> NDArray[np.float16]:
        rng, images = self._rng, self._base.images
        grown = np.empty((len(rows), images.shape[1]), np.float16)
        for first in range(0, len(rows), 16_384):
            part = rows[first : first + 16_384]
            n = len(part)
            near = self._near[part, rng.integers(0, _NEIGHBOURS, n)]
            other = rng.integers(0, len(images), n)
            beside = self._near[other, rng.integers(0, _NEIGHBOURS, n)]
            along, across = rng.random((2, n, 1), dtype=np.float32)
            vectors = images[part] + along * (images[near] - images[part])
            vectors += 0.7 * across * (images[beside] - images[other])
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            grown[first : first + n] = vectors
        return grown
