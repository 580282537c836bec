"""A sense of scale: the order is a brute-force reading of the formula, however chips are stored."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geosearch.chips import ResolvedChips
from geosearch.index import (
    Background,
    ChipBatch,
    Filter,
    Generation,
    IndexSpec,
    IndexWriter,
    SceneRecord,
    Tier,
    ValueRange,
    open_index,
)
from geosearch.search import Sifting
from geosearch.search.ranking.scale import Preference, preference, width_bins
from geosearch.search.ranking.search import search_many
from geosearch.vocabulary import bank

DIM, SIZE_PX = 24, 64
SPEC = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(SIZE_PX, SIZE_PX))
THINGS = [phrase.width_m for phrase in bank() if phrase.width_m is not None]


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def build(
    folder: Path, gsds: list[list[float]], *, ann: str = "flat", same: bool = False
) -> Generation:
    """A segment for each list: a chip of each resolution, beside each other."""
    for number, column in enumerate(gsds):
        rng = np.random.default_rng(number)
        count = len(column)
        at = np.arange(count)
        batch = ChipBatch(
            np.stack([at * SIZE_PX, 0 * at, 0 * at + SIZE_PX, 0 * at + SIZE_PX], 1).astype(
                np.int32
            ),
            np.asarray(shapely.box(at * 0.01, number, at * 0.01 + 0.01, number + 0.01)),
            np.full((count, 2), 64, np.float32),
            np.ones(count, np.float32),
            np.zeros(count, np.float32),
            np.array(column, np.float32),
            unit(np.ones((count, DIM)) if same else rng.normal(size=(count, DIM))),
        )
        record = SceneRecord(
            id=f"s{number}.tif", href=f"/nowhere/s{number}.tif", size_bytes=1, state="1",
            width_px=SIZE_PX * count, height_px=SIZE_PX, crs="EPSG:4326", gsd_m=1.0, datetime=None,
            datetime_source=None, bands=(1, 2, 3), stretch=None, outline=shapely.box(0, 0, 1, 1),
            chips_skipped=0,
        )  # fmt: skip
        with IndexWriter(folder, SPEC, ann=ann) as writer:  # type: ignore[arg-type]
            writer.stage(record, batch)
            writer.publish()
    return open_index(folder)


def expected(
    index: Generation,
    query: NDArray[np.float32],
    taste: Preference,
    *,
    maximum: float = np.inf,
) -> list[str]:
    """All chips of up to ``maximum`` metres per pixel by cosine less penalty, in float64."""
    entries = []
    for segment in index.segments:
        gsd = segment.rows.window_columns["gsd_m"].astype(np.float64)
        scores = segment.vectors.astype(np.float64) @ query.astype(np.float64)
        for row, chip in enumerate(segment.chips.ids(np.arange(segment.n))):
            loss = 0.0
            if gsd[row] > maximum:
                continue
            if gsd[row] > 0:
                octave = np.round(4 * np.log2(gsd[row] * SIZE_PX)) / 4
                for weight, (low, high) in zip(taste.weights, THINGS, strict=True):
                    outside = max(np.log2(low) - octave, octave - np.log2(high), 0.0)
                    loss += 0.03 * weight * min(outside, 4.0)
            entries.append((-(scores[row] - loss), chip))
    return [chip for _, chip in sorted(entries)]


def taste(seed: int) -> Preference:
    weights = np.random.default_rng(seed).dirichlet(np.full(len(THINGS), 0.02))
    return Preference(weights)


WIDTHS = [[0.1, 0.3, 0.6, 1.2, 5, 10, 10, 30, 0, 0.3] * 6, [0.5, 10, 100, 250, 0.5] * 5, [0.6] * 9]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 7, 60])
def test_the_order_is_the_formulas(tmp_path: Path, seed: int, k: int) -> None:
    index = build(tmp_path / "index", WIDTHS)
    query = unit(np.random.default_rng(100 + seed).normal(size=DIM))
    ((hits, _),) = search_many(index, [query], k=k, preferences=[taste(seed)])
    assert [hit.id for hit in hits] == expected(index, query, taste(seed))[:k]


@pytest.mark.parametrize("best_width", [0.6, 3.0, 10.0, 250.0])
@pytest.mark.parametrize("k", [1, 10, 100])
def test_chips_that_score_low_and_suit_are_not_missed(
    tmp_path: Path, best_width: float, k: int
) -> None:
    """Thousands of chips of a width that does not suit score higher than all that do."""
    gsds = [[0.1, 0.6, 10.0, 250.0] * 500 + [0.3] * 500, [best_width] * 300 + [0.0] * 30]
    index = build(tmp_path / "index", gsds)
    low, high = np.log2([best_width * SIZE_PX * 0.9, best_width * SIZE_PX * 1.1])
    ends = np.log2(np.array(THINGS))
    apart = np.maximum(np.maximum(ends[:, 0] - low, high - ends[:, 1]), 0)
    suits = Preference((apart == 0) / np.count_nonzero(apart == 0))
    for seed in range(4):
        query = unit(np.random.default_rng(200 + seed).normal(size=DIM))
        ((hits, _),) = search_many(index, [query], k=k, preferences=[suits])
        assert [hit.id for hit in hits] == expected(index, query, suits)[:k]


def test_the_approximate_tier_gives_the_same(tmp_path: Path) -> None:
    index = build(tmp_path / "index", [[0.3, 10.0, 80.0] * 400], ann="ivfpq")
    query = unit(np.random.default_rng(5).normal(size=DIM))
    ((hits, _),) = search_many(index, [query], k=5, preferences=[taste(1)], tier="ivfpq")
    assert [hit.id for hit in hits] == expected(index, query, taste(1))[:5]


@pytest.mark.parametrize("tier", ["exact", "auto", "ivfpq"])
def test_with_a_filter_only_what_passes_is_ranked(tmp_path: Path, tier: Tier) -> None:
    index = build(tmp_path / "index", [[0.3, 10.0, 80.0] * 400, WIDTHS[0]], ann="ivfpq")
    fine = Filter(ranges=(ValueRange("gsd_m", maximum=20.0),))
    query = unit(np.random.default_rng(6).normal(size=DIM))
    ((hits, _),) = search_many(index, [query], k=9, filter=fine, preferences=[taste(4)], tier=tier)
    assert [hit.id for hit in hits] == expected(index, query, taste(4), maximum=20.0)[:9]


def test_what_is_left_out_is_made_up_for(tmp_path: Path) -> None:
    index = build(tmp_path / "index", WIDTHS)
    query = unit(np.random.default_rng(7).normal(size=DIM))
    order = expected(index, query, taste(5))
    without = Sifting(left_out=frozenset(order[:3]))
    ((hits, _),) = search_many(index, [query], k=6, preferences=[taste(5)], sifting=without)
    assert [hit.id for hit in hits] == order[3:9]


def test_chips_that_tie_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    """Equal vectors of one width, in two segments."""
    index = build(tmp_path / "index", [[0.6, 20.0] * 10, [0.6, 20.0] * 10], same=True)
    query = unit(np.random.default_rng(0).normal(size=DIM))
    ((hits, _),) = search_many(index, [query], k=40, preferences=[taste(6)])
    assert [hit.id for hit in hits] == expected(index, query, taste(6))


def test_with_one_width_the_order_is_the_cosines(tmp_path: Path) -> None:
    index = build(tmp_path / "index", [[0.6] * 40, [0.6] * 30])
    query = unit(np.random.default_rng(1).normal(size=DIM))
    ((plain, _),) = search_many(index, [query], k=30)
    ((scaled, how),) = search_many(index, [query], k=30, preferences=[taste(2)])
    assert [hit.id for hit in scaled] == [hit.id for hit in plain]
    assert how.scale_m is None
    assert how.scale_off == "all chips are of about one width"


def test_a_query_without_preference_stays_beside_one_with(tmp_path: Path) -> None:
    index = build(tmp_path / "index", WIDTHS)
    query = unit(np.random.default_rng(1).normal(size=DIM))
    ((plain, _),) = search_many(index, [query], k=9)
    answers = search_many(index, [query, query], k=9, preferences=[None, taste(3)])
    assert [hit.id for hit in answers[0][0]] == [hit.id for hit in plain]
    assert [hit.id for hit in answers[1][0]] == expected(index, query, taste(3))[:9]


def test_the_score_stays_the_cosine(tmp_path: Path) -> None:
    index = build(tmp_path / "index", WIDTHS)
    query = unit(np.random.default_rng(1).normal(size=DIM))
    ((hits, _),) = search_many(index, [query], k=20, preferences=[taste(3)])
    for hit in hits:
        assert hit.vector is not None
        assert hit.rank_score is not None
        assert hit.score == pytest.approx(float(hit.vector @ query), abs=1e-5)
        assert hit.rank_score <= hit.score


@settings(max_examples=50)
@given(st.lists(st.floats(1e-3, 1e5), min_size=1, max_size=12))
def test_every_chip_is_in_one_bin(
    tmp_path_factory: pytest.TempPathFactory, gsds: list[float]
) -> None:
    index = build(tmp_path_factory.mktemp("bins") / "index", [gsds])
    stored = index.segments[0].rows.window_columns["gsd_m"]
    bins = [one.range for one in width_bins(index.segments, SIZE_PX)]
    inside = [(stored >= one.minimum) & (stored <= one.maximum) for one in bins]
    assert (np.sum(inside, axis=0) == 1).all()


def test_a_thing_is_preferred_in_its_range() -> None:
    """A query that is the phrase itself loses nothing within its range."""
    rng = np.random.default_rng(0)
    phrases = unit(rng.normal(size=(len(bank()), 256)))
    background = Background(phrases, phrases, phrases)
    number = next(at for at, one in enumerate(bank()) if one.text == "tennis court")
    found = preference(phrases[number], background)
    assert found.penalty(100.0) < 1e-3
    assert found.penalty(400.0 * 2) == pytest.approx(0.03, abs=2e-3)
    assert found.penalty(1e6) == pytest.approx(0.12, abs=2e-3)
    assert found.penalty(None) == 0
    assert found.range_m == pytest.approx((30, 400), rel=0.1)
