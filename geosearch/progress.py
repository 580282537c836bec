"""Progress on stderr: a bar on a terminal, a line a minute elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING

from geosearch.text import shown as printable

if TYPE_CHECKING:
    from rich.progress import Progress

FIRST_LINE_S = 10.0
"""Seconds until the first line, where stderr is no terminal."""
EACH_LINE_S = 60.0
"""Seconds from one line to the next."""

Advance = Callable[[float], None]
"""Say that so many more units are done; a part of one counts too."""

Note = Callable[[str], None]
"""Say one line to the user (a library passes none and hears nothing)."""


def silent(_line: str) -> None:
    """Say nothing: the note of a caller who does not want any."""


def say(line: str) -> None:
    """Write one line to stderr, where everything goes that is not the answer."""
    print(printable(line), file=sys.stderr, flush=True)


class Course:
    """How far a long step is, and how long the rest of it takes.

    Units are what people count; what each of them takes is its work, in whatever measure.
    """

    def __init__(self, label: str, total: int | None, unit: str, work: float | None = None) -> None:
        """Begin.

        Args:
            label: What is going on, a few words.
            total: How many units there are; None for a step without a known end.
            unit: What is counted, plural.
            work: Of all units; None if one is as much as another.
        """
        self._label = printable(label)
        self._total = total
        self._unit = unit
        self._all_work = float(total or 0) if work is None else work
        self._units = 0.0
        self._work = 0.0
        self._started = perf_counter()

    def __call__(self, units: float, work: float | None = None) -> None:
        """Say that so many more units are done, and so much work; without it, as much as units."""
        self._units += units
        self._work += units if work is None else work

    def leave_out(self, units: float, work: float) -> None:
        """Say that units need nothing: they are done, and their work does not count."""
        self._units += units
        self._all_work -= work

    @property
    def share(self) -> float | None:
        """How much of the work is done, 0..1; None where that is not known."""
        if self._total is None or self._all_work <= 0:
            return None
        return min(self._work / self._all_work, 1.0)

    def counted(self) -> str:
        """Return how many units are done: ``6 of 44 scenes``."""
        whole = int(self._units + 1e-6)  # parts of one add up to it but for their rounding
        return "" if self._total is None else f"{whole:,} of {self._total:,} {self._unit}"

    def left(self) -> str:
        """Return how long it will take, or has taken, in words."""
        seconds, share = perf_counter() - self._started, self.share
        if not share:
            return f"{duration(seconds)} so far"
        return f"about {duration(seconds * (1 - share) / share)} left"

    def line(self) -> str:
        """Return all of that in a line: ``indexing: 14 %, 6 of 44 scenes, about 12 min left``."""
        share = self.share
        percent = "" if share is None else f"{share:.0%}".replace("%", " %")
        parts = [part for part in (percent, self.counted(), self.left()) if part]
        return f"{self._label}: {', '.join(parts)}"


def duration(seconds: float) -> str:
    """Return a time in the unit that one thinks of it in: ``40 s``, ``12 min``, ``3 h``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 72 else f"{round(hours / 24)} days"


@contextmanager
def track(
    label: str, total: int | None, unit: str, *, shown: bool, work: float | None = None
) -> Iterator[Course]:
    """Show on stderr how far a long step is: a bar on a terminal, else a line now and then.

    Args:
        label: What is going on, a few words.
        total: How many units there are; None for a step without a known end.
        unit: What is counted, plural.
        shown: False for a silent step.
        work: Of all units, where they differ in what they take.

    Yields:
        Is called with how many more units are done.
    """
    course = Course(label, total, unit, work)
    if not shown:
        yield course
    elif sys.stderr.isatty():
        with _bar(course, label):
            yield course
    else:
        with _lines(course):
            yield course


@contextmanager
def _lines(course: Course) -> Iterator[None]:
    """Write how far it is after a few seconds, and then once a minute."""
    ended = Event()

    def tell() -> None:
        wait = FIRST_LINE_S
        while not ended.wait(wait):
            with suppress(OSError, ValueError):  # who read it has gone
                say(course.line())
            wait = EACH_LINE_S

    # a step may be long without a word from it: only a thread of its own is on time
    teller = Thread(target=tell, daemon=True, name="geosearch-progress")
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _bar(course: Course, label: str) -> "Progress":
    # imported here: rich costs 50 ms that a pipe does not need
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn, Task
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    class Told(ProgressColumn):
        """What the course says of itself."""

        def __init__(self, told: Callable[[], str]) -> None:
            super().__init__()
            self._told = told

        def render(self, task: Task) -> Text:
            """Return it as it is: it may hold what rich takes for markup."""
            return Text(self._told())

    class Share(ProgressColumn):
        """The share that is done, or a pulse where that is not known."""

        def render(self, task: Task) -> ProgressBar:
            """Return the bar."""
            share = course.share
            return ProgressBar(
                total=1.0,
                completed=share or 0.0,
                pulse=share is None,
                width=40,
                animation_time=task.get_time(),
            )

    columns = (Told(lambda: printable(label)), Share(), Told(course.counted), Told(course.left))
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    bars.add_task("", total=None)
    return bars


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
