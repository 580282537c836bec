"""The best rows with a sense of scale, exactly, and with few more searches.

A query first asks each segment for more chips than are wanted, whatever their width. What was not
returned scores lower than the last that was. Less the penalty of its width, it can be among the
best only where that leaves more than the rank score of the k-th best found so far: the chips of
such widths, and of no others, are asked for apart. (A threshold algorithm: Fagin, Lotem and Naor,
Optimal aggregation algorithms for middleware, 2003.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geosearch.index import RowRanges, Segment, SegmentAnswer
from geosearch.search.ranking.best_hits import Found
from geosearch.search.ranking.scale import Preference, WidthBin, penalties

_DEPTH = 8
"""Times the wanted number of chips: what is asked for first."""
_MIN_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Widths:
    """The widths that the chips of an index have."""

    bins: Sequence[WidthBin]
    """All of them, at least two."""
    size_px: int
    """Edge of a chip, pixels."""
    of: Callable[[Segment, WidthBin], RowRanges]
    """Returns which of a segment's chips pass the filter and are of a width."""


def first_depth(k: int) -> int:
    """Return how many chips a query with a sense of scale asks a segment for at first."""
    return max(_DEPTH * k, _MIN_DEPTH)


def with_scale(
    found: Sequence[Found],
    matching: Sequence[RowRanges],
    k: int,
    preference: Preference,
    widths: Widths,
    search: Callable[[Segment, RowRanges], SegmentAnswer],
) -> list[list[Found]]:
    """Return rows among which are the best ``k`` less their penalties, for each segment.

    Args:
        found: The best chips of each segment by their scores, with all that tie with the last.
        matching: Which chips of each pass the filter.
        k: Number of chips that are wanted.
        preference: Of the query.
        widths: Of the index.
        search: Returns the best ``k`` of some chips of a segment.
    """
    rows = [[_with_penalties(one, preference, widths.size_px)] for one in found]
    by_loss = sorted((preference.penalty(one.width_m), at) for at, one in enumerate(widths.bins))
    least = _rank_at([one for (one,) in rows], k)
    for (one, *_), ranges, own in zip(rows, matching, rows, strict=True):
        scores = one.answer.scores
        if len(scores) >= ranges.count:
            continue
        lowest = float(scores[-1]) if len(scores) else np.inf
        for loss, at in by_loss:
            if lowest - loss <= least:
                break
            chosen = widths.of(one.segment, widths.bins[at])
            if chosen.count:
                answer = _without(search(one.segment, chosen), one.answer)
                own.append(Found(one.segment, answer, loss))
                least = _rank_at([each for part in rows for each in part], k)
    return rows


def _with_penalties(one: Found, preference: Preference, size_px: int) -> Found:
    gsd_m = one.segment.rows.values("gsd_m", one.answer.rows).astype(np.float32, copy=False)
    return replace(one, penalty=penalties(preference, gsd_m, size_px))


def _rank_at(found: Sequence[Found], k: int) -> float:
    """Return the rank score of the k-th best; minus infinity where there are fewer."""
    ranks = np.concatenate([one.ranks for one in found])
    return -np.inf if len(ranks) < k else float(np.partition(ranks, len(ranks) - k)[-k])


def _without(answer: SegmentAnswer, known: SegmentAnswer) -> SegmentAnswer:
    new = ~np.isin(answer.rows, known.rows)
    return replace(answer, rows=answer.rows[new], scores=answer.scores[new])
