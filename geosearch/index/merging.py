"""Which segments a compaction merges: pure arithmetic on their sizes.

Merging is size-tiered: a segment is merged with the smaller ones only where these together have a
quarter of its chips. A chip that is copied lies in a segment then that is at least a quarter
larger: until it is as large as memory allows, a chip is copied at most log(n / m) / log(5 / 4)
times, n being the chips of the index and m those of the segment it came with, however often the
index is added to and compacted. What is left has sizes that grow by more than fourfold: few.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

_FACTOR = 4
"""A segment is at most so many times as large as the smaller ones that it is merged with."""


class Sized(Protocol):
    """What has chips."""

    @property
    def chip_count(self) -> int:
        """How many."""


Item = TypeVar("Item", bound=Sized)


def to_merge(sizes: Sequence[int], most_rows: int) -> set[int]:
    """Return which segments are merged, by their places in ``sizes``; none or at least two.

    Args:
        sizes: Chips of each segment.
        most_rows: Chips that a segment may have.
    """
    order = sorted(range(len(sizes)), key=lambda at: (sizes[at], at))
    chosen = smaller = 0
    for number, at in enumerate(order):
        size = sizes[at]
        # of full segments nothing is merged: it would be divided again
        possible = 2 * size <= most_rows or smaller + size <= most_rows
        if number and possible and size <= _FACTOR * smaller:
            chosen = number + 1
        smaller += size
    return set(order[:chosen])


def packed(items: Sequence[Item], most_rows: int) -> list[list[Item]]:
    """Divide items among segments, first fit: no two of these would fit into one.

    Args:
        items: In the order they are to have; none is divided.
        most_rows: Chips of a segment, unless one item has more.
    """
    groups: list[list[Item]] = []
    filled: list[int] = []
    for item in items:
        room = (at for at, rows in enumerate(filled) if rows + item.chip_count <= most_rows)
        at = next(room, len(groups))
        if at == len(groups):
            groups.append([])
            filled.append(0)
        groups[at].append(item)
        filled[at] += item.chip_count
    return groups
