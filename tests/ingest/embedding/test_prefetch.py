"""Reading ahead changes nothing but the time."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.ingest.embedding.prefetch import prefetch


@given(st.lists(st.integers()), st.integers(1, 4))
def test_items_come_in_their_order(items: list[int], depth: int) -> None:
    assert list(prefetch(iter(items), depth)) == items


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    items = prefetch(broken())
    assert next(items) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_a_consumer_that_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    endless = prefetch(iter(int, 1))
    next(endless)
    endless.close()
    assert threading.active_count() == before
