"""How often a run puts its work where it is not lost, and where searches see it."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Intervals:
    """When chips of a scene are stored, and when stored scenes are published."""

    publish_s: float = 600.0
    """Seconds from the start, or from a publication, to the next one, at least."""
    publish_growth: float = 0.5
    """The next one comes after this share of the run's time so far, at least: each publication
    is a segment, and a run of a week shall make some twenty of them and not a thousand."""
    part_s: float = 30.0
    """Seconds after which embedded chips of an unfinished scene are stored."""
    part_chips: int = 8192
    """Chips after which they are stored; bounds what waits in memory."""


INTERVALS = Intervals()
"""What suits archives of any size."""


class PublishClock:
    """Says when the next publication is due."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._started = monotonic()
        self._published_s = 0.0

    def is_due(self) -> bool:
        """Return whether enough time has passed since the last one."""
        waiting = monotonic() - self._started - self._published_s
        growing = self._intervals.publish_growth * self._published_s
        return waiting >= max(self._intervals.publish_s, growing)

    def published(self) -> None:
        """Count from now."""
        self._published_s = monotonic() - self._started
