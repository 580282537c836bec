"""Progress on stderr: a bar on a terminal, nothing when piped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

Advance = Callable[[float], None]
"""Say that so many more units are done; a part of one counts too."""

Note = Callable[[str], None]
"""Say one line to the user (a library passes none and hears nothing)."""


def silent(_line: str) -> None:
    """Say nothing: the note of a caller who does not want any."""


def say(line: str) -> None:
    """Write one line to stderr, where everything goes that is not the answer."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def track(label: str, total: int | None, unit: str, *, shown: bool) -> Iterator[Advance]:
    """Show a bar on stderr while a long step runs.

    Args:
        label: What is going on, a few words.
        total: How many units there are; None for a step without a known end.
        unit: What is counted, plural.
        shown: False for a silent step. A stderr that is no terminal is always silent.

    Yields:
        A function that is told how many more units are done.
    """
    if not (shown and sys.stderr.isatty()):
        yield lambda _count: None
        return
    # imported here: rich costs 50 ms that a pipe does not need
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    counted = "" if total is None else "{task.completed:.0f} of {task.total:.0f} " + unit
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(counted),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=total)
        yield lambda count: bars.advance(task, count)


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
