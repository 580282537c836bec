"""Queries under filters of many selectivities, and their true hits by brute force."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, meets, scores_of
from geosearch.index import Filter, TimeSpan, open_index
from geosearch.reporting import CONSOLE
from geosearch.search import make_filter

SELECTIVITIES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)

_TRIED_BOXES = 12
_LIKED_ROWS = 5_000  # a box without these has little of what is asked


@dataclass(frozen=True, slots=True)
class Case:
    """One query under one filter."""

    kind: str
    selectivity: float
    query: int
    wanted: Filter
    low: float
    """Score of the worst of the true ten."""
    true: int
    """How many true hits there are, at most ten."""
    matching: int


def draw_cases(folder: Path, queries: NDArray[np.float32], rows: int) -> list[Case]:
    """Draw the filters, and find the true hits by brute force."""
    (segment,) = open_index(folder).segments
    bounds, times = np.asarray(segment.rows.bounds), np.asarray(segment.rows.time_ms)
    with CONSOLE.track("finding the truth", rows, "chips") as advance:
        scores = scores_of(segment.vectors, queries, advance)
    rng = np.random.default_rng(3)
    centres = (bounds[:, :2] + bounds[:, 2:]) / 2
    ordered = np.sort(times)
    liked = [np.argpartition(-each, _LIKED_ROWS)[:_LIKED_ROWS] for each in scores]
    cases = [_case("none", 1.0, at, Filter(), scores[at], None) for at in range(len(queries))]
    for selectivity in SELECTIVITIES:
        size = max(int(selectivity * rows), 1)
        boxes = [_box(centres, size, rng) for _ in range(len(queries))]
        for at in range(len(queries)):
            tried = rng.choice(len(boxes), min(_TRIED_BOXES, len(boxes)), replace=False)
            counts = [meets(bounds[liked[at]], boxes[which]).sum() for which in tried]
            emptiest = int(tried[int(np.argmin(counts))])
            for kind, which in (("box", at), ("empty box", emptiest)):
                wanted = make_filter(bbox=boxes[which])
                mask = meets(bounds, boxes[which])
                cases.append(_case(kind, selectivity, at, wanted, scores[at], mask))
            span = _span(ordered, size, rng)
            mask = (times >= span.start_ms) & (times <= span.end_ms)
            cases.append(_case("time", selectivity, at, Filter(time=span), scores[at], mask))
    return cases


def _box(
    centres: NDArray[np.float64], size: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Return a square around a chip in which about so many chips lie."""
    away = np.abs(centres - centres[rng.integers(len(centres))])
    middle = centres[int(away.sum(axis=1).argmin())]
    half = float(np.partition(away.max(axis=1), size - 1)[size - 1])
    west, south = middle - half
    east, north = middle + half
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)


def _span(ordered: NDArray[np.int64], size: int, rng: np.random.Generator) -> TimeSpan:
    first = int(rng.integers(0, len(ordered) - size + 1))
    return TimeSpan(int(ordered[first]), int(ordered[first + size - 1]))


def _case(
    kind: str,
    selectivity: float,
    query: int,
    wanted: Filter,
    scores: NDArray[np.float32],
    mask: NDArray[np.bool_] | None,
) -> Case:
    passing = scores if mask is None else scores[mask]
    true = min(K, len(passing))
    low = float(np.partition(passing, -true)[-true]) if true else 0.0
    return Case(kind, selectivity, query, wanted, low, true, len(passing))
