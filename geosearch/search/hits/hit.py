"""A hit: a chip with a score and a rank."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geosearch.errors import UsageError
from geosearch.geo import PixelWindow
from geosearch.search.hits.chip import facts_text
from geosearch.search.hits.stored_vector import StoredVector
from geosearch.search.hits.where import Where
from geosearch.text import shown


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a query; the names are those of every output format."""

    id: str
    """The chip's id, stable over re-indexing of an unchanged scene."""
    rank: int
    """1 for the best."""
    score: float
    """Cosine of the text's and the chip's vector, -1..1."""
    scene: str
    """The scene's id: for a file, its path relative to the indexed folder."""
    href: str
    """Where the scene is now."""
    window: PixelWindow
    """In pixels of the scene."""
    size_m: tuple[float, float]
    """Width and height on the ground at the chip's centre, metres."""
    gsd_m: float
    """Metres per pixel of the chip as it was embedded; 0 where that is not known."""
    datetime: str | None
    """When the scene was taken, RFC 3339, or None where nothing says."""
    encoder: str
    """Fingerprint of the encoder that made the vectors."""
    footprint: BaseGeometry
    """True outline of the chip's pixels, EPSG:4326, cut at 180 degrees."""
    bands: tuple[int, ...]
    """The scene's bands, from 1, that were embedded as red, green, blue."""
    stretch: tuple[tuple[float, float], ...] | None
    """Values shown as black and as white, per band; None for 8-bit values as they are."""
    pixel_m: tuple[float, float]
    """Width and height of the scene's pixel that ``gsd_m`` refers to, metres."""
    rank_score: float | None = None
    """What decides the rank: ``score``, less what it loses where chips of this width do not suit
    what is asked."""
    likely: float | None = None
    """Probability that it is what was asked for, 0..1; None where that cannot be told."""
    collar: str | None = field(default=None, repr=False)
    """What is not valid around the scene's picture, as the index has it."""
    kind: str = "unknown"
    """What its scene is, one of `geosearch.vocabulary.KINDS`."""
    where: Where | None = None
    """Where in the chip the query is found, where that was asked for."""
    place: int | None = None
    """Which place of the answer it shows, from 1, where that was asked for."""
    stored: StoredVector | None = field(default=None, repr=False, compare=False)
    """Where its vector is; None for a hit that was made without an index."""

    def __repr__(self) -> str:
        likely = "" if self.likely is None else f", likely {self.likely:.2f}"
        facts = facts_text(self.datetime, self.size_m)
        return f"<Hit {self.rank}: {shown(self.id)}, score {self.score:.3f}{likely}, {facts}>"

    @property
    def vector(self) -> NDArray[np.float32]:
        """Its vector, float32 [dim], of unit length but for the rounding to 16 bits; read-only.

        Raises:
            UsageError: The hit was made without an index.
        """
        if self.stored is None:
            raise UsageError(
                f"the hit {self.id} has no vector: it was made without an index",
                hint="ask the index: index.vector(hit.id)",
            )
        return self.stored.read()
