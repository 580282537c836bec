"""Which of the best chips an answer shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geosearch.index import TimeSpan
from geosearch.search.hits.distinct import distinct_places
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.one_place import place_numbers


@dataclass(frozen=True, slots=True)
class Sifting:
    """What is left out of an answer, though it passes the filter."""

    left_out: frozenset[str] = frozenset()
    """Ids of chips that are not shown."""
    distinct: bool = False
    """Leave out chips that overlap a better one of their scene."""
    per_place: int | None = None
    """Maximum number of hits of one place; None for any."""
    nearest_to: TimeSpan | None = None
    """Of each place, show the chips that are nearest to it in time: one, or ``per_place``."""

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Sifting()

    def sift(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits that stay, in their order, with their old ranks.

        With ``nearest_to`` they are the best of each place: which chips stand for it is not known
        from the best ones alone.

        Args:
            hits: Best first.
        """
        kept = [hit for hit in hits if hit.id not in self.left_out]
        if self.distinct:
            kept = distinct_places(kept)
        maximum = 1 if self.nearest_to is not None else self.per_place
        if maximum is None:
            return kept
        shown: Counter[int] = Counter()
        stay = []
        for hit, place in zip(
            kept, place_numbers([hit.footprint for hit in kept]).tolist(), strict=True
        ):
            shown[place] += 1
            if shown[place] <= maximum:
                stay.append(hit)
        return stay


def ranked(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits with ranks from 1, in their order."""
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]
