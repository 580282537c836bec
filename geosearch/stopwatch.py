"""Wall-clock time of the stages of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Stopwatch:
    """Seconds and how often, per named stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Stage name to wall-clock seconds, in the order the stages first ran."""

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the wall-clock time of the body to a stage."""
        started = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - started
