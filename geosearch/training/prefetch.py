"""Batches made ahead of time, so that a GPU does not wait for them."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from geosearch.training.loop import Batches

B = TypeVar("B")


class PrefetchedBatches(Generic[B]):
    """Another source's batches, the next ones made in threads meanwhile."""

    def __init__(self, source: Batches[B], threads: int) -> None:
        """Make as many batches ahead as there are threads."""
        self._source = source
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._coming: dict[int, Future[B]] = {}

    def batch(self, number: int) -> B:
        """Return a batch; numbers are expected in order."""
        for upcoming in range(number, number + self._threads + 1):
            if upcoming not in self._coming:
                self._coming[upcoming] = self._pool.submit(self._source.batch, upcoming)
        return self._coming.pop(number).result()

    def close(self) -> None:
        """Stop; batches that were not used are dropped."""
        self._pool.shutdown(cancel_futures=True)
