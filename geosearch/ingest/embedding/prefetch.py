"""Read ahead: the next blocks are decoded while this one is encoded."""

from collections.abc import Generator, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

_POLL_SECONDS = 0.1


class _End:
    """Marks the end of the items, with the error that ended them, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def prefetch(items: Iterator[Item], depth: int = 1) -> Generator[Item, None, None]:
    """Yield what an iterator yields, drawn ahead in a thread.

    An error in the iterator is raised here, after the items before it. If the
    consumer stops early, the thread ends after the item it is at.

    Args:
        items: Drawn from one thread only; releases the GIL while it works (GDAL does).
        depth: Maximum number of items that wait; bounds the memory.
    """
    queue: Queue[Item | _End] = Queue(maxsize=depth)
    stopped = Event()
    thread = Thread(target=_draw, args=(items, queue, stopped), daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        thread.join()


def _draw(items: Iterator[Item], queue: "Queue[Item | _End]", stopped: Event) -> None:
    end = _End()
    try:
        for item in items:
            if not _put(queue, item, stopped):
                return
    except BaseException as error:  # handed over to the consumer, which raises it
        end = _End(error)
    finally:
        if isinstance(items, Generator):  # here: GDAL's settings are a thread's own
            items.close()
    _put(queue, end, stopped)


def _put(queue: "Queue[Item | _End]", item: Item | _End, stopped: Event) -> bool:
    while not stopped.is_set():
        try:
            queue.put(item, timeout=_POLL_SECONDS)
        except Full:
            continue
        return True
    return False
