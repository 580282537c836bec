"""What receives all that the library says while it works."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from geosearch.reporting.course import Course


class Reporter:
    """Receives what a library function has to say; this one drops it.

    To write your own, override what you want to hear.
    """

    def say(self, line: str, /) -> None:
        """Take one line: a decision that was made, or something the user should know."""

    def track(self, course: Course, /) -> AbstractContextManager[object]:
        """Follow a long step, from when the context is entered to when it is left.

        Args:
            course: Says how far the step is, whenever it is asked; `Course.watch` has it tell.
        """
        return nullcontext()

    @contextmanager
    def step(
        self, label: str, total: int | None, unit: str, *, work: float | None = None
    ) -> Iterator[Course]:
        """Begin a long step, and end it: what the library calls; `track` follows it.

        Args:
            label: What is going on, a few words.
            total: Number of units; None for a step without a known end.
            unit: What is counted, plural.
            work: Work of all units, where they differ in what they take.

        Yields:
            The step's course, to be called with the number of units done.
        """
        course = Course(label, total, unit, work)
        with self.track(course):
            yield course
