"""Measuring a segment that has just been built: what a search costs here, and what it needs.

Queries are texts where there is an encoder: texts lie apart from images, and what finds images by
images says little about them. Filters are ranges of rows: along the curve, each is a place.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.files.mapped import release_pages
from geosearch.index.scoring.ann.bitmap import bitmap
from geosearch.index.scoring.ann.rescoring import CodeOffset, best_by_codes, offset_of
from geosearch.index.scoring.ann.tier import ApproximateTier, Candidates
from geosearch.index.scoring.calibration import (
    Calibration,
    CodeErrors,
    Costs,
    Need,
    Recall,
    write_calibration,
)
from geosearch.index.scoring.exact import best_rows
from geosearch.index.scoring.kept_queries import MAX_QUERIES, kept_queries
from geosearch.index.scoring.plan import Choice, choose

SELECTIVITIES = (1.0, 0.1, 0.01)
K = 10

_COVERED = 0.998
"""Fraction of the true ten best whose lists and codes are covered by what is measured."""
_MAX_CANDIDATES = 16_384
_USUALLY = 0.9
"""Fraction of the queries for which the first candidates are enough; the others pay for a second
probe."""
_MIN_DEVIATIONS = 7.5
"""Some texts need more than those that were asked. Of a million vectors of a published checkpoint
and of ten million of ``mini``, 7.5 kept 0.996 of the true ten best of texts that nothing had been
measured with, six 0.984; eight scored a quarter more."""
_MORE_DEVIATIONS = 0.25
_SCANNED_ROWS = 1 << 18
_FEW = 128
"""Candidates of the search that tells what all of them cost beside codes and candidates."""
_REPEATS = 5
_SEED = 7


@dataclass(frozen=True, slots=True)
class _Safety:
    """How much more is taken than the queries needed: others differ."""

    fraction: float
    candidates: float
    min_fraction: float
    min_candidates: int


_TEXTS = _Safety(fraction=2.0, candidates=1.0, min_fraction=0.06, min_candidates=512)
_DRAWN = _Safety(fraction=2.0, candidates=6.0, min_fraction=0.08, min_candidates=1_024)
"""Drawn vectors are easier than texts: over images of published checkpoints they needed as many
lists, but a sixth of the candidates. Too few cost time, since more are taken then, and no hits."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """Floats, each in a place of its own, and what is best there."""

    selectivity: float
    """Fraction of the rows that each place has."""
    queries: Floats
    """[q, dim]."""
    places: list[RowRanges]
    truths: list[Rows]
    """Best rows of each query in its place, by exact scores."""

    def asked(self) -> Iterator[tuple[Floats, RowRanges, Rows]]:
        """Yield each query, its place, and what is best there."""
        return zip(self.queries, self.places, self.truths, strict=True)


def calibrate_tier(folder: Path, vectors: Halves) -> None:
    """Measure a tier that has just been built, and write beside it what was found.

    Args:
        folder: The tier; texts that `keep_queries` put there are asked.
        vectors: float16 [n, dim], its rows.
    """
    tier = ApproximateTier(folder, *vectors.shape)
    queries = kept_queries(folder, vectors.shape[1])
    write_calibration(folder, calibrate(tier, vectors, queries))


def calibrate(tier: ApproximateTier, vectors: Halves, queries: Floats | None) -> Calibration:
    """Measure costs, then what the queries need, then the recall that comes of it.

    Args:
        tier: Just built.
        vectors: float16 [n, dim], its rows.
        queries: float32 [q, dim], embedded texts; None to draw some from the rows.
    """
    rng = np.random.default_rng(_SEED)
    asked = drawn_queries(vectors, rng) if queries is None else queries
    safety = _DRAWN if queries is None else _TEXTS
    trials = [_trial(vectors, asked, fraction, rng) for fraction in SELECTIVITIES]
    probes = [_probe(tier, vectors, trial, safety) for trial in trials]
    errors = _code_errors(probes)
    costs = measure_costs(tier, vectors, asked[0], errors, rng)
    needs = tuple(_need(len(vectors), probe, errors, safety) for probe in probes)
    kind = "drawn" if queries is None else "texts"
    calibration = Calibration(costs, needs, (), kind, errors)
    recalls = tuple(_recall(tier, vectors, trial, calibration) for trial in trials)
    return replace(calibration, recalls=recalls)


def drawn_queries(vectors: Halves, rng: np.random.Generator) -> Floats:
    """Draw vectors that lie to the rows as texts lie to images: apart, and turned to a few.

    A row's own direction from the mean, much of it lost in what rows differ by at random; no
    part along the mean.
    """
    count = len(vectors)
    sample = vectors[np.sort(rng.choice(count, min(count, 4096), replace=False))]
    centred = sample.astype(np.float32) - sample.astype(np.float32).mean(axis=0)
    picks = rng.integers(0, len(centred), (3, MAX_QUERIES))
    own, other, third = (centred[one] for one in picks)
    noise = rng.normal(size=own.shape).astype(np.float32) * centred.std()
    queries = own + 0.5 * (other - third) + noise
    lengths = np.linalg.norm(queries, axis=1, keepdims=True)
    return np.asarray(queries / np.maximum(lengths, 1e-9), dtype=np.float32)


def _trial(
    vectors: Halves, queries: Floats, selectivity: float, rng: np.random.Generator
) -> _Trial:
    places = _places(len(vectors), selectivity, len(queries), rng)
    return _Trial(selectivity, queries, places, _truths(vectors, queries, places))


def _truths(vectors: Halves, queries: Floats, places: list[RowRanges]) -> list[Rows]:
    """Return the best rows of each query in its place, by exact scores.

    Some rows for all queries, then the next: mapped vectors are never all in memory.
    """
    none: tuple[Rows, Floats] = np.zeros(0, np.int64), np.zeros(0, np.float32)
    best = [none] * len(queries)
    for first in range(0, len(vectors), _SCANNED_ROWS):
        for at, (query, ranges) in enumerate(zip(queries, places, strict=True)):
            part = np.clip(ranges.edges, first, first + _SCANNED_ROWS)
            found = best_rows(
                vectors, query, RowRanges(part[part[:, 0] < part[:, 1]]), K, threads=2
            )
            rows = np.concatenate([best[at][0], found[0]])
            scores = np.concatenate([best[at][1], found[1]])
            order = np.lexsort((rows, -scores))[:K]
            best[at] = rows[order], scores[order]
        release_pages(vectors)
    return [rows for rows, _ in best]


def _places(count: int, fraction: float, queries: int, rng: np.random.Generator) -> list[RowRanges]:
    size = max(1, int(fraction * count))
    first = rng.integers(0, count - size + 1, queries)
    return [RowRanges.span(start, start + size) for start in first.tolist()]


@dataclass(frozen=True, slots=True)
class _Probe:
    """What the codes give, of as many candidates as a search may take."""

    trial: _Trial
    fraction: float
    """Fraction of the codes that was looked at."""
    found: list[Candidates]
    """For each query."""
    offsets: list[CodeOffset | None]
    """What their codes are off."""

    def depths(self, usual: float) -> Iterator[Floats]:
        """Yield how deep each query's candidates lie; those that have been scored do not."""
        for found, offset in zip(self.found, self.offsets, strict=True):
            if offset is None:
                yield np.zeros(0, np.float32)
                continue
            depths = offset.depths(found.scores, usual)
            depths[: offset.known] = -np.inf
            yield depths


def _probe(tier: ApproximateTier, vectors: Halves, trial: _Trial, safety: _Safety) -> _Probe:
    fractions = np.concatenate(
        [tier.fraction_to(query, vectors[rows]) for query, _, rows in trial.asked()]
    )
    fraction = min(1.0, max(safety.fraction * _quantile(fractions), safety.min_fraction))
    found = [
        tier.candidates(query, ranges, min(_MAX_CANDIDATES, ranges.count), fraction)
        for query, ranges, _ in trial.asked()
    ]
    offsets = []
    for query, its in zip(trial.queries, found, strict=True):
        offsets.append(offset_of(vectors, query, its, K))
        release_pages(vectors)  # around each row that is read, the system maps its neighbours too
    return _Probe(trial, fraction, found, offsets)


def _code_errors(probes: list[_Probe]) -> CodeErrors:
    """Measure how far codes are off, and how far below the last hit those of hits lie."""
    usual = median(offset.deviation if offset else 0.0 for offset in probes[0].offsets)
    of_hits = [np.array([-np.inf])]
    for probe in probes:
        queries = zip(probe.depths(usual), probe.found, probe.trial.truths, strict=True)
        of_hits += [depths[np.isin(found.rows, rows)] for depths, found, rows in queries]
    needed = float(np.quantile(np.concatenate(of_hits), _COVERED, method="higher"))
    return CodeErrors(usual, max(needed + _MORE_DEVIATIONS, _MIN_DEVIATIONS))


def _need(count: int, probe: _Probe, errors: CodeErrors, safety: _Safety) -> Need:
    """Return what the queries need of a tier with so many rows."""
    worth = [np.count_nonzero(depths <= errors.deviations) for depths in probe.depths(errors.usual)]
    selectivity = probe.trial.selectivity
    usually = int(safety.candidates * float(np.quantile(worth, _USUALLY)))
    # of a small segment that was forced to have a tier, some part at most
    maximum = min(_MAX_CANDIDATES, int(selectivity * count) // 8)
    candidates = max(min(max(usually, safety.min_candidates), maximum), K)
    scored = max(round(float(np.mean(worth))), 1)
    return Need(selectivity, probe.fraction, candidates, min(scored, candidates))


def _quantile(values: NDArray[Any]) -> float:
    return float(np.quantile(values, _COVERED)) if len(values) else 1.0


def _recall(
    tier: ApproximateTier, vectors: Halves, trial: _Trial, calibration: Calibration
) -> Recall:
    choice = choose(calibration, len(vectors), trial.places[0].count, 1, K)
    if choice.tier != "ivfpq":
        return Recall(trial.selectivity, choice.tier, 1.0)
    fractions = [
        np.isin(rows, _answer(tier, vectors, query, ranges, choice, calibration)).mean()
        if len(rows)
        else 1.0
        for query, ranges, rows in trial.asked()
    ]
    return Recall(trial.selectivity, choice.tier, float(np.mean(fractions)))


def _answer(
    tier: ApproximateTier,
    vectors: Halves,
    query: Floats,
    ranges: RowRanges,
    choice: Choice,
    calibration: Calibration,
) -> Rows:
    best = best_by_codes(tier, vectors, query, ranges, K, choice, errors=calibration.errors)
    release_pages(vectors)
    return best.rows[:K]


def measure_costs(
    tier: ApproximateTier,
    vectors: Halves,
    query: Floats,
    errors: CodeErrors,
    rng: np.random.Generator,
) -> Costs:
    """Time each step of a search; about a second."""
    count = len(vectors)
    long = min(count, 20_000)
    first = int(rng.integers(0, count - long + 1))
    together = RowRanges.span(first, first + long)
    few = np.sort(rng.choice(count, min(count, 2_000), replace=False)).astype(np.int64)
    everything = RowRanges.span(0, count)
    half = RowRanges.span(0, count // 2 or 1)
    row = _nanoseconds(lambda: best_rows(vectors, query, together, K)) / long
    alone = _nanoseconds(lambda: best_rows(vectors, query, RowRanges.of_rows(few), K)) / len(few)
    low, high = min(0.02, 1.0), 0.1

    def probe(fraction: float, candidates: int) -> float:
        return _nanoseconds(lambda: tier.candidates(query, everything, candidates, fraction))

    little, much = probe(low, 100), probe(high, 100)
    more = probe(low, min(4_000, count))
    code = max((much - little) / ((high - low) * count), 0.1)
    taken = max((more - little) / 4_000, 10.0)
    # all that a search does beside what grows with its fraction and its candidates
    minimum = Choice("ivfpq", 0.0, low, _FEW)
    whole = _nanoseconds(
        lambda: best_by_codes(tier, vectors, query, everything, K, minimum, errors=errors)
    )
    return Costs(
        row=row,
        run=max(alone - row, 1.0),
        gathered_row=alone,
        code=code,
        candidate=taken + alone,
        probe=max(whole - code * low * count - (taken + alone) * _FEW, 1_000.0),
        mark=_nanoseconds(lambda: bitmap(half, count)) / count,
    )


def _nanoseconds(step: Callable[[], object]) -> float:
    times = []
    for _ in range(_REPEATS):
        # of this thread alone: other programs, which make it wait, do not count
        start = thread_time()
        step()
        times.append(thread_time() - start)
    return 1e9 * median(times)
