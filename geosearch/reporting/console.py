"""A reporter that writes to stderr."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from geosearch.reporting.course import Course
from geosearch.reporting.repeating import repeated
from geosearch.reporting.reporter import Reporter
from geosearch.text import shown

if TYPE_CHECKING:
    from rich.progress import Progress


class ConsoleReporter(Reporter):
    """Writes to stderr: a bar on a terminal, elsewhere one line per minute."""

    def say(self, line: str, /) -> None:
        """Write one line to stderr, where everything goes that is not the answer."""
        print(shown(line), file=sys.stderr, flush=True)

    def track(self, course: Course, /) -> AbstractContextManager[object]:
        """Show how far a long step is."""
        if sys.stderr.isatty():
            return _bar(course)
        return repeated(lambda: self.say(course.line()))


def _bar(course: Course) -> "Progress":
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

    columns = (Words(lambda: course.label), Fraction(), Words(course.counted), Words(course.left))
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    bars.add_task("", total=None)
    return bars
