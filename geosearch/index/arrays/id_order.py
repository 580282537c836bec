"""Which of many chips have the smallest ids, found column by column.

Chips that look alike, such as blank ones, may be millions; to make the text of each one's id, only
to compare it, takes ten times as long as the search. Ids are compared a piece at a time instead,
and from each piece on only those are looked at that tie at the last place.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Numbers
from geosearch.index.arrays.packed import Packed

Column = Callable[[Numbers], NDArray[Any]]
"""Returns what orders some places, numbers [m]."""

_WORD = 8
"""Bytes of own ids that are compared at once."""


def smallest(size: int, count: int, columns: Iterable[Column]) -> Numbers:
    """Return the first ``count`` places by the first column, then the second, and so on.

    Args:
        size: Places are 0 to ``size`` - 1.
        count: How many are wanted, at least one.
        columns: Asked one after the other, of fewer and fewer places.

    Returns:
        int64 [m], in no order: those, and all that tie with the last of them in every column.
    """
    chosen, left = [], np.arange(size, dtype=np.int64)
    for column in columns:
        if len(left) <= count:
            break
        values = column(left)
        last = np.partition(values, count - 1)[count - 1]
        before = values < last
        chosen.append(left[before])
        count -= len(chosen[-1])
        left = left[values == last]
    return np.concatenate([*chosen, left])


def text_ranks(values: NDArray[np.int32], text: Callable[[int], str]) -> Numbers:
    """Return the rank of each number's text among all of them, int64 [m]."""
    known, which = np.unique(values, return_inverse=True)
    texts = [text(number) for number in known.tolist()]
    ranks = np.empty(len(texts), np.int64)
    ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return ranks[which]


def are_prefixes(texts: Iterable[str]) -> bool:
    """Return whether one of some texts, all different, is how another begins."""
    ordered = sorted(texts)  # it would stand right before one of those
    return any(b.startswith(a) for a, b in pairwise(ordered))


def words(packed: Packed, rows: Numbers) -> Iterable[Column]:
    """Yield what orders values as their bytes do: eight of them a column, of places in ``rows``.

    Raises:
        ValueError: The values are not where it says.
    """
    first, last = packed.spans(rows)
    longest = int((last - first).max(initial=0))
    for offset in range(0, longest, _WORD):
        yield partial(_words, packed, first + offset, last)


def _words(packed: Packed, first: Numbers, last: Numbers, places: Numbers) -> NDArray[np.uint64]:
    """Return eight bytes from ``first`` on as big-endian numbers, zeros behind ``last``."""
    at = first[places, None] + np.arange(_WORD)
    there = at < last[places, None]
    found = np.where(there, packed.data[np.where(there, at, 0)], np.uint8(0))
    return found.view(">u8").reshape(-1).astype(np.uint64)
