"""How often a run puts its work where it is not lost, and where searches see it."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Intervals:
    """When chips of a scene are stored, and when stored scenes are published."""

    publish_s: float = 600.0
    """Minimum seconds from the start, or from a publication, to the next one."""
    publish_growth: float = 0.5
    """Minimum fraction of the run's time so far until the next one: each publication is a segment,
    and a run of a week shall make some twenty of them and not a thousand."""
    part_s: float = 30.0
    """Seconds after which embedded chips of an unfinished scene are stored."""
    part_chips: int = 8192
    """Chips after which they are stored; bounds what waits in memory."""


INTERVALS = Intervals()
"""What suits archives of any size."""


class PublishClock:
    """Says when the next publication of a run is due."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._started = monotonic()
        self._due_s = next_publication_s(intervals, 0)

    def is_due(self) -> bool:
        """Return whether enough time has passed since the last one."""
        return monotonic() - self._started >= self._due_s

    def published(self) -> None:
        """Count from now."""
        self._due_s = next_publication_s(self._intervals, monotonic() - self._started)


def next_publication_s(intervals: Intervals, published_s: float) -> float:
    """Return when the next publication is due, seconds into a run, after one at ``published_s``."""
    return published_s + max(intervals.publish_s, intervals.publish_growth * published_s)
