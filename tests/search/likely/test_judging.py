"""Probabilities are those of the formulas, read here chip by chip, however chips are stored."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_index import DIM, NAMES, SPEC, record, unit
from support.small_index import chips as hundred_chips

from geosearch.index import (
    Background,
    ChipBatch,
    Generation,
    IndexWriter,
    compact,
    open_index,
    remove_chips,
)
from geosearch.search import judge, make_filter, search
from geosearch.search.likely.judging import MarkedChips
from geosearch.search.likely.refit import refit
from geosearch.vocabulary import bank

SAMPLE = 2_048
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"bbox": (0.35, 0.2, 2.42, 0.9)},
    {"datetime": "2020-01-02/.."},
    {"max_cloud": 0.4},
)


@cache
def phrases() -> np.ndarray:
    """Phrases that resemble each other in groups, as those of the bank do."""
    rng = np.random.default_rng(7)
    kinds = rng.normal(size=(60, DIM))
    table = kinds[rng.integers(0, 60, len(bank()))] + 0.7 * rng.normal(size=(len(bank()), DIM))
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)


@cache
def chips(number: int) -> ChipBatch:
    """A hundred chips, six times over: three scenes have fewer than a sample, four have more."""
    batch = hundred_chips(number)
    rng = np.random.default_rng(50 + number)
    kinds = np.random.default_rng(3).normal(size=(9, DIM))
    count = 6 * len(batch.windows)
    vectors = kinds[rng.integers(0, 9, count)] + rng.normal(size=(count, DIM))
    windows = np.tile(batch.windows, (6, 1))
    windows[:, 2] = 64 + np.repeat(np.arange(6), 100)  # else their ids would be the same
    return ChipBatch(
        windows, np.tile(batch.footprints, 6), np.tile(batch.size_m, (6, 1)),
        np.tile(batch.valid, 6), np.tile(batch.cloud, 6), np.tile(batch.gsd_m, 6),
        (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
    )  # fmt: skip


def write(
    folder: Path,
    groups: Sequence[Sequence[int]],
    batch: Callable[[int], ChipBatch] = chips,
    embed: Callable[[], np.ndarray | None] = phrases,
) -> Generation:
    """Index scenes, each group in a segment of its own."""
    for group in groups:
        with IndexWriter(folder, SPEC, phrases=embed) as writer:
            for number in group:
                writer.stage(record(number), batch(number))
            writer.publish()
    return open_index(folder)


def living(index: Generation) -> dict[str, np.ndarray]:
    """Vectors of all chips that are searched, float64, by id."""
    found = {}
    for segment in index.segments:
        rows = np.arange(segment.n) if segment.alive.rows is None else segment.alive.rows
        for row, chip_id in zip(rows.tolist(), segment.chips.ids(rows), strict=True):
            found[chip_id] = np.array(segment.vectors[row], float)
    return found


def hash_of(chip_id: str) -> int:
    scene = chip_id.split("@")[0]
    text = f"{scene}\n{chip_id}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


class Formulas:
    """The formulas of the design, over the chips of an index as they are read one by one."""

    def __init__(self, chips: dict[str, np.ndarray]) -> None:
        self.bank = phrases().astype(np.float16).astype(float)
        sample = sorted(chips, key=hash_of)[:SAMPLE]
        self.sample = np.stack([chips[one] for one in sample])
        contrasts, standings = [], []
        for at, phrase in enumerate(self.bank):
            best = max(chips.values(), key=lambda vector: float(phrase @ vector))
            rest = np.delete(self.bank, at, axis=0)
            contrast, standing = self.features(phrase, best, rest)
            contrasts.append(contrast)
            standings.append(standing)
        self.levels = [
            (np.median(one), np.median(one) - np.quantile(one, 0.16))
            for one in (contrasts, standings)
        ]

    def features(self, query: np.ndarray, hit: np.ndarray, bank: np.ndarray) -> tuple[float, float]:
        likeness = [np.corrcoef(self.sample @ query, self.sample @ one)[0, 1] for one in bank]
        other = [one for one, r in zip(bank, likeness, strict=True) if r < 0.5]
        if len(other) < 20:
            other = [bank[at] for at in np.argsort(likeness)[:20]]
        scores = [float(one @ hit) for one in bank]
        contrast = float(query @ hit) - max(float(one @ hit) for one in other)
        return contrast, float((query @ hit - np.mean(scores)) / np.std(scores))

    def probability(
        self, query: np.ndarray, hit: np.ndarray, weights: tuple[float, float, float]
    ) -> float:
        found = self.features(query, hit, self.bank)
        c, z = ((one - m) / h for one, (m, h) in zip(found, self.levels, strict=True))
        return float(1 / (1 + np.exp(-(weights[0] * c + weights[1] * z + weights[2]))))


def told(
    index: Generation, query: np.ndarray, wanted: dict[str, Any], k: int = 12
) -> tuple[float, dict[str, float]]:
    """Return what the index says: of any hit, and of each by id."""
    assert isinstance(index.background, Background)
    hits, how = search(index, query, filter=make_filter(**wanted), k=k)
    found = judge(hits, query, index.background, sum(plan.matching for plan in how.plans))
    assert [hit.id for hit in found.hits] == [hit.id for hit in hits]
    return found.any, {hit.id: hit.likely for hit in found.hits if hit.likely is not None}


def require_formulas(index: Generation) -> None:
    known = living(index)
    truth = Formulas(known)
    for seed, wanted in enumerate(FILTERS):
        query = unit(seed)
        any_right, likely = told(index, query, wanted)
        assert len(likely) == 12
        first, *_ = likely
        wide = query.astype(float)
        of_any = truth.probability(wide, known[first], (0.84, 0.78, -2.25))
        assert any_right == pytest.approx(max(of_any, likely[first]), abs=2e-5)
        assert likely == pytest.approx(
            {one: truth.probability(wide, known[one], (1.49, 0.80, -2.49)) for one in likely},
            abs=2e-5,
        )


def test_one_segment_answers_as_the_formulas(tmp_path: Path) -> None:
    require_formulas(write(tmp_path / "index", [[0, 1, 2, 3]]))


def test_several_segments_answer_as_the_formulas(tmp_path: Path) -> None:
    require_formulas(write(tmp_path / "index", [[3], [0, 1], [2]]))


def test_chips_that_were_removed_count_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder, [[0, 1], [2, 3]])
    remove_chips(folder, make_filter(bbox=(0.4, 0, 2.3, 1)))
    require_formulas(open_index(folder))


def test_where_all_that_a_segment_keeps_is_removed_it_is_searched_again(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder, [[0, 1, 2, 3]])
    kept = open_index(folder)
    remove_chips(folder, make_filter(bbox=(0.0, 0.0, 4, 0.55)))
    assert open_index(folder).chip_count < kept.chip_count / 2
    require_formulas(open_index(folder))


def test_a_compaction_changes_no_probability(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write(folder, [[0], [1], [2], [3]])
    remove_chips(folder, make_filter(bbox=(0.4, 0, 2.3, 1)))
    before = [told(open_index(folder), unit(seed), {}) for seed in range(4)]
    assert compact(folder).segments == 1
    after = [told(open_index(folder), unit(seed), {}) for seed in range(4)]
    for (any_before, hits_before), (any_after, hits_after) in zip(before, after, strict=True):
        assert any_after == pytest.approx(any_before, abs=1e-6)
        assert hits_after == pytest.approx(hits_before, abs=1e-6)


def test_a_scene_that_comes_back_is_judged_as_before(tmp_path: Path) -> None:
    """Its segment is again the one that it was, whatever was removed from that meanwhile."""
    folder = tmp_path / "index"
    index = write(folder, [[0]])
    before = told(index, unit(1), {})
    remove_chips(folder, make_filter(bbox=(0.25, 0, 1, 1)))
    remove_chips(folder, make_filter(), scenes=frozenset([NAMES[0]]))
    again = write(folder, [[0]])
    assert [one.id for one in again.segments] == [one.id for one in index.segments]
    assert told(again, unit(1), {}) == before


def test_an_index_that_is_open_while_chips_are_removed_is_judged_as_before(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    expected = told(write(folder, [[0]]), unit(1), {})
    opened = open_index(folder)
    remove_chips(folder, make_filter(bbox=(0.25, 0, 1, 1)))
    assert told(opened, unit(1), {}) == expected


@st.composite
def divisions(draw: st.DrawFn) -> list[list[int]]:
    """Four scenes among segments, in any order."""
    order = draw(st.permutations(range(4)))
    cuts = draw(st.sets(st.integers(1, 3)))
    edges = [0, *sorted(cuts), 4]
    return [list(order[a:b]) for a, b in pairwise(edges)]


@pytest.mark.parametrize("ids", ["made", "own", "own, some in several scenes"])
@settings(max_examples=8, deadline=None)
@given(groups=divisions())
def test_no_probability_depends_on_how_chips_are_divided(
    tmp_path_factory: pytest.TempPathFactory, ids: str, groups: list[list[int]]
) -> None:
    def batch(number: int) -> ChipBatch:
        named = {
            "made": None,
            "own": [f"chip {number} {at}" for at in range(600)],
            "own, some in several scenes": [f"chip {7 * number + at}" for at in range(600)],
        }[ids]
        return replace(chips(number), ids=None if named is None else np.array(named, object))

    one = write(tmp_path_factory.mktemp("one") / "index", [[0, 1, 2, 3]], batch)
    other = write(tmp_path_factory.mktemp("other") / "index", groups, batch)
    assert isinstance(one.background, Background)
    assert isinstance(other.background, Background)
    assert np.array_equal(other.background.sample, one.background.sample)
    assert np.array_equal(other.background.best, one.background.best)
    for seed in range(3):
        expected, found = told(one, unit(seed), {}), told(other, unit(seed), {})
        assert found[0] == pytest.approx(expected[0], abs=1e-6)
        assert found[1] == pytest.approx(expected[1], abs=1e-6)


def test_marks_refit_the_probabilities_of_a_query(tmp_path: Path) -> None:
    index = write(tmp_path / "index", [[0, 1]])
    assert isinstance(index.background, Background)
    query = unit(2)
    hits, _ = search(index, query, k=40)
    vectors = np.stack([hit.vector for hit in hits if hit.vector is not None])
    before = [hit.likely for hit in judge(hits, query, index.background, 1).hits]
    assert None not in before
    right = np.arange(40) % 10 == 0
    marked = MarkedChips(vectors, right)
    after = [hit.likely for hit in judge(hits, query, index.background, 1, marked=marked).hits]
    likely = np.array(before, float)
    assert after == pytest.approx(refit(likely, right).applied(likely).tolist(), abs=1e-6)
    few = MarkedChips(vectors[:19], right[:19])
    assert [
        one.likely for one in judge(hits, query, index.background, 1, marked=few).hits
    ] == before
