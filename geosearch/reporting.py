"""What the library says while it works: single lines, and how far a long step is.

A function that takes long, or decides something that the caller left open, takes a `Reporter`. By
default it writes to the logger ``geosearch``, which is silent until a program configures it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from geosearch.progress import Course
from geosearch.text import shown

if TYPE_CHECKING:
    from logging import Logger

    from rich.progress import Progress

FIRST_LINE_S = 10.0
"""Seconds until the first line about a long step, where there is no terminal."""
EACH_LINE_S = 60.0
"""Seconds between two lines about it."""
_INFO = 20
"""``logging.INFO``."""


class Reporter(Protocol):
    """Receives what a library function has to say."""

    def say(self, line: str, /) -> None:
        """Take one line: a decision that was made, or something the user should know."""

    def track(
        self, label: str, total: int | None, unit: str, *, work: float | None = None
    ) -> AbstractContextManager[Course]:
        """Follow a long step; its `Course` is called with the number of units done.

        Args:
            label: What is going on, a few words.
            total: Number of units; None for a step without a known end.
            unit: What is counted, plural.
            work: Work of all units, where they differ in what they take.
        """


class SilentReporter:
    """Says nothing."""

    def say(self, line: str, /) -> None:
        """Drop the line."""

    @contextmanager
    def track(
        self, label: str, total: int | None, unit: str, *, work: float | None = None
    ) -> Iterator[Course]:
        """Count, and show nothing."""
        yield Course(label, total, unit, work)


class LogReporter:
    """Writes to a logger: each line, and how far a long step is, at INFO."""

    def __init__(self, name: str = "geosearch") -> None:
        """Write to the logger of this name."""
        self._name = name

    @property
    def _logger(self) -> "Logger":
        # imported here: the start of a command must not wait for it
        import logging

        return logging.getLogger(self._name)

    def say(self, line: str, /) -> None:
        """Log one line."""
        self._logger.info("%s", shown(line))

    @contextmanager
    def track(
        self, label: str, total: int | None, unit: str, *, work: float | None = None
    ) -> Iterator[Course]:
        """Log how far a step is, once a minute, and when it is done."""
        course = Course(label, total, unit, work)
        logger = self._logger
        if not logger.isEnabledFor(_INFO):
            yield course
            return
        with _repeated(lambda: logger.info("%s", course.line())):
            yield course
        logger.info("%s", course.summary())


class ConsoleReporter:
    """Writes to stderr: a bar on a terminal, elsewhere one line per minute."""

    def say(self, line: str, /) -> None:
        """Write one line to stderr, where everything goes that is not the answer."""
        print(shown(line), file=sys.stderr, flush=True)

    @contextmanager
    def track(
        self, label: str, total: int | None, unit: str, *, work: float | None = None
    ) -> Iterator[Course]:
        """Show how far a long step is."""
        course = Course(label, total, unit, work)
        terminal = sys.stderr.isatty()
        shown_there = _bar(course, label) if terminal else self._lines(course)
        with shown_there:
            yield course

    def _lines(self, course: Course) -> AbstractContextManager[None]:
        return _repeated(lambda: self.say(course.line()))


SILENT: Reporter = SilentReporter()
"""Says nothing."""
LOG: Reporter = LogReporter()
"""The default of the library."""
CONSOLE: Reporter = ConsoleReporter()
"""Writes to stderr, as the command line does."""


@contextmanager
def _repeated(tell: Callable[[], None]) -> Iterator[None]:
    """Call ``tell`` after a few seconds, and then once a minute."""
    ended = Event()

    def keep_telling() -> None:
        wait = FIRST_LINE_S
        while not ended.wait(wait):
            with suppress(OSError, ValueError):  # the reader of our output has gone
                tell()
            wait = EACH_LINE_S

    # a step may take long without a word from it: only a thread of its own is on time
    teller = Thread(target=keep_telling, daemon=True, name="geosearch-progress")
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

    class Words(ProgressColumn):
        """A text that the course gives."""

        def __init__(self, text: Callable[[], str]) -> None:
            super().__init__()
            self._text = text

        def render(self, task: Task) -> Text:
            """Return it as it is: it may hold what rich takes for markup."""
            return Text(self._text())

    class Fraction(ProgressColumn):
        """The fraction that is done, or a pulse where it is unknown."""

        def render(self, task: Task) -> ProgressBar:
            """Return the bar."""
            fraction = course.fraction
            return ProgressBar(
                total=1.0,
                completed=fraction or 0.0,
                pulse=fraction is None,
                width=40,
                animation_time=task.get_time(),
            )

    columns = (Words(lambda: shown(label)), Fraction(), Words(course.counted), Words(course.left))
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    bars.add_task("", total=None)
    return bars
