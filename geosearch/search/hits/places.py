"""The places that hits show: overlapping chips are one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geosearch.geo import united
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.one_place import place_numbers


@dataclass(frozen=True, slots=True)
class Place:
    """Hits that show one place."""

    number: int
    """From 1, in the order of the best hit of each place."""
    hits: tuple[Hit, ...]
    """Best first; all of them overlap the first one by more than a fifth."""

    @property
    def best(self) -> Hit:
        """The best hit of it."""
        return self.hits[0]

    @property
    def likely(self) -> float | None:
        """Probability that it shows what was asked for: the best of its hits'; None if unknown."""
        return max((hit.likely for hit in self.hits if hit.likely is not None), default=None)

    @property
    def outline(self) -> BaseGeometry:
        """The union of its hits' footprints, EPSG:4326, valid, cut at 180 degrees."""
        footprints = [hit.footprint for hit in self.hits]
        joined = united(footprints)
        return shapely.union_all(footprints) if joined is None else joined


def places_of(hits: Sequence[Hit]) -> tuple[Place, ...]:
    """Return the places that hits show, best first.

    Args:
        hits: Best first.
    """
    members: dict[int, list[Hit]] = {}
    numbers = place_numbers([hit.footprint for hit in hits]).tolist()
    for number, hit in zip(numbers, hits, strict=True):
        members.setdefault(number, []).append(replace(hit, place=number + 1))
    return tuple(Place(number + 1, tuple(of_it)) for number, of_it in members.items())


def with_place_numbers(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits that tell which place of the answer they show, in their order."""
    numbers = place_numbers([hit.footprint for hit in hits]).tolist()
    return [replace(hit, place=number + 1) for hit, number in zip(hits, numbers, strict=True)]
