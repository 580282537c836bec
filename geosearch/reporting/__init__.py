"""What the library says while it works: single lines, and how far a long step is.

A function that takes long, or decides something that the caller left open, takes a `Reporter`. By
default it writes to the logger ``geosearch``, which is silent until a program configures it. What
was refused is a warning of that logger, whatever the reporter.
"""

from geosearch.reporting.console import ConsoleReporter
from geosearch.reporting.course import Advance, Course, duration
from geosearch.reporting.log import LogReporter
from geosearch.reporting.refusals import warn_missing, warn_refused
from geosearch.reporting.repeating import EACH_LINE_S, FIRST_LINE_S
from geosearch.reporting.reporter import Reporter

__all__ = [
    "CONSOLE",
    "EACH_LINE_S",
    "FIRST_LINE_S",
    "LOG",
    "SILENT",
    "Advance",
    "ConsoleReporter",
    "Course",
    "LogReporter",
    "Reporter",
    "duration",
    "warn_missing",
    "warn_refused",
]

SILENT = Reporter()
"""Says nothing."""
LOG: Reporter = LogReporter()
"""The default of the library."""
CONSOLE: Reporter = ConsoleReporter()
"""Writes to stderr, as the command line does."""
