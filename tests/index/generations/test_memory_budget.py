"""A budget of memory is read strictly, and says how large a segment may be."""

import os

import pytest

from geosearch.errors import UsageError
from geosearch.index.generations.memory_budget import (
    machine_memory,
    memory_budget,
    parse_size,
    rows_within,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500MB", 500_000_000), ("2GB", 2 * 10**9), ("2GiB", 2 << 30), (" 1.5 GB ", 1_500_000_000)],
)
def test_a_size_is_a_number_with_a_unit(text: str, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize("text", ["", "2", "2G", "GB", "-1GB", "2gb", "2 GB free", "nanGB"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        memory_budget(text)
    assert "500MB" in caught.value.hint


def test_too_little_is_refused_with_the_least_that_is_enough() -> None:
    with pytest.raises(UsageError, match="too little") as caught:
        memory_budget("100MB")
    minimum = caught.value.hint.split()[3].rstrip(",")
    assert memory_budget(minimum) == parse_size(minimum)


@pytest.mark.skipif(machine_memory() < 1 << 30, reason="so little that more than half is taken")
def test_without_a_size_half_of_the_memory_is_taken() -> None:
    assert memory_budget(None) == machine_memory() // 2


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="needs POSIX")
def test_a_machine_has_no_more_memory_than_its_pages() -> None:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 64 << 20 <= machine_memory() <= pages


def test_eight_gigabytes_are_enough_for_ten_million_chips() -> None:
    assert rows_within(8 * 10**9) >= 10_000_000
    assert rows_within(10**9) < rows_within(2 * 10**9)
