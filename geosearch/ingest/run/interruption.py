"""Ctrl-C once asks a run to stop where it can be continued; twice stops it at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import Any

from geosearch.reporting import Reporter

_USUAL: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


class Interruption:
    """Whether the run was asked to stop."""

    def __init__(self) -> None:
        self.requested = False


@contextmanager
def stopping_on_request(reporter: Reporter) -> Iterator[Interruption]:
    """Take the first SIGINT or SIGTERM as a request; a second one does what it usually does.

    A program that handles these signals itself goes on doing so, and so does a run in a thread
    that is not the main one: Python gives signals to no other.

    Args:
        reporter: Receives at once that the request was heard.
    """
    interruption = Interruption()
    taken: list[signal.Signals] = []

    def give_back() -> None:
        while taken:
            number = taken.pop()
            signal.signal(number, _USUAL[number])

    def ask(_number: int, _frame: object) -> None:
        interruption.requested = True
        give_back()
        with suppress(RuntimeError):  # it came while a line was being written: unheard, not lost
            reporter.say("stopping after this batch; interrupt again to stop at once")

    if current_thread() is main_thread():
        for number, usual in _USUAL.items():
            if signal.getsignal(number) == usual:
                signal.signal(number, ask)
                taken.append(number)
    try:
        yield interruption
    finally:
        give_back()
