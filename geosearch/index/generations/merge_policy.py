"""How many segments there are, and which are merged: pure arithmetic on their sizes.

Scenes that are published go into segments in their order, so that each is written once; those that
a compaction merges go wherever they fit, so that few segments are left.

Merging is size-tiered: a segment is merged with the smaller ones only where these together have a
quarter of its chips. A chip that is copied lies in a segment then that is at least a quarter
larger: until it is as large as memory allows, a chip is copied at most log(n / m) / log(5 / 4)
times, n being the chips of the index and m those of the segment it came with, however often the
index is added to and compacted. What is left has sizes that grow by more than fourfold: few.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

MAX_SEGMENT_ROWS = 1 << 20
"""Chips of a segment, about: their metadata must fit into memory together."""

_FACTOR = 4
"""A segment is at most so many times as large as the smaller ones that it is merged with."""


class Sized(Protocol):
    """What has chips."""

    @property
    def chip_count(self) -> int:
        """Number of chips."""


Item = TypeVar("Item", bound=Sized)


def segments_to_merge(sizes: Sequence[int], max_rows: int) -> set[int]:
    """Return which segments are merged, by their places in ``sizes``; none or at least two.

    Args:
        sizes: Chips of each segment.
        max_rows: Chips that a segment may have.
    """
    order = sorted(range(len(sizes)), key=lambda at: (sizes[at], at))
    chosen = smaller = 0
    for number, at in enumerate(order):
        size = sizes[at]
        # of full segments nothing is merged: it would be divided again
        possible = 2 * size <= max_rows or smaller + size <= max_rows
        if number and possible and size <= _FACTOR * smaller:
            chosen = number + 1
        smaller += size
    return set(order[:chosen])


def first_fit_groups(items: Sequence[Item], max_rows: int) -> list[list[Item]]:
    """Divide items among segments, first fit: no two of these would fit into one.

    Args:
        items: In the order they are to have; none is divided.
        max_rows: Chips of a segment, unless one item has more.
    """
    groups: list[list[Item]] = []
    filled: list[int] = []
    for item in items:
        room = (at for at, rows in enumerate(filled) if rows + item.chip_count <= max_rows)
        at = next(room, len(groups))
        if at == len(groups):
            groups.append([])
            filled.append(0)
        groups[at].append(item)
        filled[at] += item.chip_count
    return groups


def consecutive_groups(
    items: Sequence[Item], max_rows: int = MAX_SEGMENT_ROWS
) -> Iterator[list[Item]]:
    """Yield items for one segment each, in their order: a segment is full where the next begins.

    Args:
        items: In the order they are to have; none is divided.
        max_rows: Chips of a segment, unless one item has more.
    """
    group: list[Item] = []
    rows = 0
    for item in items:
        count = item.chip_count
        if group and rows + count > max_rows:
            yield group
            group, rows = [], 0
        group.append(item)
        rows += count
    if group:
        yield group
