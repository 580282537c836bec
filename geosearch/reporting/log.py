"""A reporter that writes to a logger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geosearch.reporting.course import Course
from geosearch.reporting.repeating import repeated
from geosearch.reporting.reporter import Reporter
from geosearch.text import shown

if TYPE_CHECKING:
    from logging import Logger

_INFO = 20
"""``logging.INFO``."""


class LogReporter(Reporter):
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
    def track(self, course: Course, /) -> Iterator[None]:
        """Log how far a step is, once a minute, and when it is done."""
        logger = self._logger
        if not logger.isEnabledFor(_INFO):
            yield
            return
        with repeated(lambda: logger.info("%s", course.line())):
            yield
        logger.info("%s", course.summary())
