"""How far a long step is, and how long the rest of it takes."""

from collections.abc import Callable
from time import perf_counter

from geosearch.text import shown

Advance = Callable[[float], None]
"""Called with the number of units that are done since the last call; fractions count too."""


class Course:
    """A long step: how much of it is done.

    Units are what people count; work measures what each of them takes, in any measure.
    """

    def __init__(self, label: str, total: int | None, unit: str, work: float | None = None) -> None:
        """Begin.

        Args:
            label: What is going on, a few words.
            total: Number of units; None for a step without a known end.
            unit: What is counted, plural.
            work: Work of all units; None if each unit takes the same.
        """
        self.label = shown(label)
        """What is going on, a few words."""
        self.total = total
        """Number of units; None for a step without a known end."""
        self.unit = unit
        """What is counted, plural."""
        self._all_work = float(total or 0) if work is None else work
        self._units = 0.0
        self._work = 0.0
        self._started = perf_counter()
        self._watchers: list[Callable[[Course], object]] = []

    def watch(self, watcher: "Callable[[Course], object]") -> None:
        """Have a function called with this course whenever more of the step is done."""
        self._watchers.append(watcher)

    def __call__(self, units: float, work: float | None = None) -> None:
        """Add units that are done, and their work; without ``work``, each unit counts the same."""
        self._units += units
        self._work += units if work is None else work
        self._tell()

    def leave_out(self, units: float, work: float) -> None:
        """Add units that need no work, and take their work out of the total."""
        self._units += units
        self._all_work -= work
        self._tell()

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher(self)

    @property
    def done(self) -> float:
        """Number of units that are done; parts of one count as fractions."""
        return self._units

    @property
    def fraction(self) -> float | None:
        """Fraction of the work that is done, 0..1; None where it is unknown."""
        if self.total is None or self._all_work <= 0:
            return None
        return min(self._work / self._all_work, 1.0)

    def counted(self) -> str:
        """Return the number of units done: ``6 of 44 scenes``."""
        whole = int(self._units + 1e-6)  # parts of one add up to it but for their rounding
        return "" if self.total is None else f"{whole:,} of {self.total:,} {self.unit}"

    def left(self) -> str:
        """Return the time that is left, or the time so far, in words."""
        seconds, fraction = perf_counter() - self._started, self.fraction
        if not fraction:
            return f"{duration(seconds)} so far"
        return f"about {duration(seconds * (1 - fraction) / fraction)} left"

    def line(self) -> str:
        """Return all of that in one line: ``indexing: 14 %, 6 of 44 scenes, about 12 min left``."""
        fraction = self.fraction
        percent = "" if fraction is None else f"{fraction:.0%}".replace("%", " %")
        parts = [part for part in (percent, self.counted(), self.left()) if part]
        return f"{self.label}: {', '.join(parts)}"

    def summary(self) -> str:
        """Return what was done, when it is done: ``indexing: 44 of 44 scenes in 12 min``."""
        took = f"in {duration(perf_counter() - self._started)}"
        return f"{self.label}: {' '.join(part for part in (self.counted(), took) if part)}"


def duration(seconds: float) -> str:
    """Return a time in the unit people think of it in: ``40 s``, ``12 min``, ``3 h``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 72 else f"{round(hours / 24)} days"
