"""A word now and then about a step that takes long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

FIRST_LINE_S = 10.0
"""Seconds until the first line about a long step, where there is no terminal."""
EACH_LINE_S = 60.0
"""Seconds between two lines about it."""


@contextmanager
def repeated(tell: Callable[[], None]) -> Iterator[None]:
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
