"""Batches made ahead of time, so that a GPU does not wait for them."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from geosearch.training.mini.corpus import Batch


class Batches(Protocol):
    """Gives batches by number, always the same one for a number."""

    def batch(self, number: int) -> Batch:
        """Return a batch, counted from 0."""


class Ahead:
    """Another source's batches; the next ones are made in threads meanwhile."""

    def __init__(self, source: Batches, threads: int) -> None:
        """Make as many batches ahead as there are threads."""
        self._source = source
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._coming: dict[int, Future[Batch]] = {}

    def batch(self, number: int) -> Batch:
        """Return a batch; numbers are expected to be asked for in order."""
        for wanted in range(number, number + self._threads + 1):
            if wanted not in self._coming:
                self._coming[wanted] = self._pool.submit(self._source.batch, wanted)
        return self._coming.pop(number).result()

    def close(self) -> None:
        """Stop; what was made for nothing is dropped."""
        self._pool.shutdown(cancel_futures=True)
