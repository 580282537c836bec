"""What a chip must satisfy to be ranked: values, without the text they were read from."""

import math
from dataclasses import dataclass, field

from geosearch.index.filtering.area import Area


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A span of time with both ends in it."""

    start_ms: int
    """First millisecond since 1970-01-01 UTC."""
    end_ms: int
    """Last millisecond since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """Where a chip's value in a column of the index must lie, both ends included."""

    column: str
    """``cloud``, ``valid`` or ``gsd_m``; a value that is not known is NaN, and lies nowhere."""
    minimum: float = -math.inf
    """Compared as a 32-bit float, as the column is kept."""
    maximum: float = math.inf
    """Likewise."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a chip must satisfy to be ranked at all."""

    areas: tuple[Area, ...] = ()
    """The footprint must intersect every one of them."""
    time: TimeSpan | None = None
    """The scene's time must lie in it; chips without a known time do not."""
    undated: bool = False
    """Chips without a known time pass ``time``, too."""
    scenes: frozenset[str] | None = None
    """The chip must be of one of these scenes; None for any."""
    ranges: tuple[ValueRange, ...] = ()
    """Each must hold."""
    kinds: frozenset[str] | None = None
    """The scene must be of one of these kinds; None for any."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What is to be said of how it was read, one line each."""

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return self == Filter()
