"""Rows, queries and filters of a benchmark of search, with the true answers, as files.

Each engine reads the same files, in a process of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.archive import CHIPS_A_SIDE, Base, GrownArchive
from geosearch.evaluation import box_around
from geosearch.progress import Advance

K = 10

_SCENES_A_PART = 20
_BOXES_TO_CHOOSE_FROM = 8
_BLOCK_ROWS = 65_536
_SLACK_DEG = 1e-4
"""A little more, lest an engine that keeps bounds in float32 loses those at a box's edge."""
_SAME_SCORE = 1e-6
"""Scores so near are equal: engines add in different orders."""


class Rows:
    """The rows of an archive, mapped from a folder that `write_rows` made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def vectors(self) -> NDArray[np.float16]:
        """[n, dim], unit length."""
        vectors: NDArray[np.float16] = np.load(self._folder / "vectors.npy", mmap_mode="r")
        return vectors

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """[n, 4], west, south, east, north, degrees."""
        bounds: NDArray[np.float64] = np.load(self._folder / "bounds.npy")
        return bounds

    @cached_property
    def time_ms(self) -> NDArray[np.int64]:
        """[n], milliseconds since 1970."""
        time_ms: NDArray[np.int64] = np.load(self._folder / "time_ms.npy")
        return time_ms

    @cached_property
    def scene(self) -> NDArray[np.int32]:
        """[n], number of its scene; ascending."""
        scene: NDArray[np.int32] = np.load(self._folder / "scene.npy")
        return scene

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.vectors)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])


def write_rows(folder: Path, base: Base, count: int, seed: int = 0) -> Rows:
    """Grow an archive of so many rows and store it."""
    folder.mkdir(parents=True)
    grown = GrownArchive(base, seed)
    shape = (count, base.images.shape[1])
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float16, shape)
    bounds, time_ms = np.empty((count, 4)), np.empty(count, np.int64)
    scene = np.empty(count, np.int32)
    done = 0
    while done < count:
        wanted = -(-(count - done) // CHIPS_A_SIDE**2)
        part = grown.part(min(wanted, _SCENES_A_PART))
        some = slice(done, min(done + len(part.scene), count))
        size = some.stop - some.start
        vectors[some], bounds[some] = part.vectors[:size], part.bounds[:size]
        time_ms[some], scene[some] = part.time_ms[:size], part.scene[:size]
        done = some.stop
    vectors.flush()
    for name, array in (("bounds", bounds), ("time_ms", time_ms), ("scene", scene)):
        np.save(folder / f"{name}.npy", array)
    return Rows(folder)


def first_rows(folder: Path, rows: Rows, count: int) -> Rows:
    """Store the first rows of an archive as one of its own."""
    folder.mkdir(parents=True)
    for name in ("vectors", "bounds", "time_ms", "scene"):
        np.save(folder / f"{name}.npy", getattr(rows, name)[:count])
    return Rows(folder)


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to filter."""

    name: str
    """``none``; ``bbox``, a box around a random chip; ``far``, the one of several such boxes that
    holds least of what is asked."""
    selectivity: float
    """Fraction of the rows that should pass, about."""


def kinds(selectivities: Sequence[float], *, far: bool) -> list[Kind]:
    """Return the ways to filter, the widest first."""
    found = [Kind("none" if fraction == 1 else "bbox", fraction) for fraction in selectivities]
    return found + [Kind("far", fraction) for fraction in selectivities if far and fraction < 1]


@dataclass(frozen=True, slots=True)
class Question:
    """A query under a filter, and what passes it."""

    kind: int
    """Number of its `Kind`."""
    query: NDArray[np.float32]
    """[dim], unit length."""
    box_wsen: tuple[float, float, float, float] | None
    """A chip passes if its bounds meet it, degrees; None for no filter."""
    passed: int
    """How many rows do."""
    right: frozenset[int]
    """Rows that may stand in the answer: the `K` best, and those that tie with the last."""

    def recall(self, found: Sequence[int]) -> float:
        """Return the fraction of the true answer that was found, 0..1."""
        return len(self.right.intersection(found[:K])) / min(K, self.passed)


def meets(bounds: NDArray[np.float64], box_wsen: Sequence[float]) -> NDArray[np.bool_]:
    """Tell which bounds [n, 4] meet a box."""
    west, south, east, north = box_wsen
    lon = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return lon & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)


def make_questions(
    rows: Rows, queries: NDArray[np.float32], ways: Sequence[Kind], seed: int = 0
) -> list[Question]:
    """Ask each query once in each way, and answer by scoring all rows in float32."""
    rng = np.random.default_rng(seed)
    scores = scores_of(rows.vectors, queries)
    return [
        _question(rows, query, its_scores, number, way, rng)
        for number, way in enumerate(ways)
        for query, its_scores in zip(queries, scores, strict=True)
    ]


def scores_of(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], advance: Advance = lambda _: None
) -> NDArray[np.float32]:
    """Return all scores, float32 [queries, rows].

    Args:
        vectors: [n, dim], mapped or not.
        queries: [queries, dim].
        advance: Called with the number of rows done.
    """
    scores = np.empty((len(queries), len(vectors)), np.float32)
    for first in range(0, len(vectors), _BLOCK_ROWS):
        block = vectors[first : first + _BLOCK_ROWS].astype(np.float32)
        scores[:, first : first + len(block)] = queries @ block.T
        advance(len(block))
    return scores


def _question(
    rows: Rows,
    query: NDArray[np.float32],
    scores: NDArray[np.float32],
    number: int,
    way: Kind,
    rng: np.random.Generator,
) -> Question:
    if way.name == "none":
        return Question(number, query, None, rows.count, _best(scores, np.arange(rows.count)))
    centres = rng.integers(0, rows.count, _BOXES_TO_CHOOSE_FROM if way.name == "far" else 1)
    boxes = [
        box_around(rows.bounds, int(centre), way.selectivity, slack_deg=_SLACK_DEG)
        for centre in centres
    ]
    passing = [np.flatnonzero(meets(rows.bounds, box)) for box in boxes]
    minimum = min(range(len(boxes)), key=lambda at: float(scores[passing[at]].max()))
    box, passed = boxes[minimum], passing[minimum]
    return Question(number, query, box, len(passed), _best(scores, passed))


def _best(scores: NDArray[np.float32], passed: NDArray[np.int64]) -> frozenset[int]:
    allowed = scores[passed]
    k = min(K, len(passed))
    last = np.partition(allowed, len(passed) - k)[len(passed) - k]
    return frozenset(passed[allowed >= last - _SAME_SCORE].tolist())
