"""Whatever is asked, the answer is the best of what matches."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geosearch.chips import ResolvedChips
from geosearch.errors import UsageError
from geosearch.index import (
    ChipBatch,
    ChipRecord,
    Filter,
    Generation,
    IndexSpec,
    IndexWriter,
    SceneRecord,
    TimeSpan,
    open_index,
)
from geosearch.index.segment.chips import SegmentChips
from geosearch.search import make_filter, search

DIM = 16
SPEC = IndexSpec("none", "none-0", DIM, "float32", None, ResolvedChips(64, 64))
DAY_MS = 86_400_000


def scene(number: int, day: int | None) -> SceneRecord:
    date = None if day is None else f"2020-01-{day:02d}T00:00:00Z"
    outline = shapely.box(number, 0, number + 1, 1)
    return SceneRecord(
        id=f"scene{number}.tif", href=f"/nowhere/scene{number}.tif", size_bytes=1, state="1",
        width_px=640, height_px=640, crs="EPSG:4326", gsd_m=100.0, datetime=date,
        datetime_source=None, bands=(1, 2, 3), stretch=None, outline=outline, chips_skipped=0,
    )  # fmt: skip


def chips(number: int, rng: np.random.Generator, equal: bool) -> ChipBatch:
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(10), np.arange(10)))
    windows = np.stack([columns * 64, rows * 64, *[np.full(100, 64)] * 2], axis=1)
    lon, lat = number + columns / 10, 1 - (rows + 1) / 10
    vectors = np.ones((100, DIM)) if equal else rng.normal(size=(100, DIM))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ChipBatch(
        windows.astype(np.int32),
        shapely.box(lon, lat, lon + 0.1, lat + 0.1),
        np.full((100, 2), 6400, np.float32),
        np.ones(100, np.float32),
        np.zeros(100, np.float32),
        np.full(100, 100, np.float32),
        vectors.astype(np.float32),
    )


def build(folder: Path, *, equal: bool = False, segments: int = 2) -> Generation:
    """Five scenes in a row from longitude 0 to 5, in several segments; one has no date."""
    rng = np.random.default_rng(0)
    for part in range(segments):
        with IndexWriter(folder, SPEC) as writer:
            for number in range(part, 5, segments):
                record = scene(number, None if number == 3 else number + 1)
                writer.stage(record, chips(number, rng, equal))
            writer.publish()
    return open_index(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return build(tmp_path_factory.mktemp("ranking") / "index")


def brute_force(
    index: Generation, query: np.ndarray, wanted: Filter, k: int
) -> list[tuple[float, str]]:
    scored = []
    for segment in index.segments:
        rows = np.arange(segment.n)
        scores = segment.vectors.astype(np.float32) @ query
        for row, chip, footprint in zip(
            rows, segment.chips.records(rows), segment.rows.footprints(rows), strict=True
        ):
            time = segment.rows.time_ms[row]
            in_time = wanted.time is None or wanted.time.start_ms <= time <= wanted.time.end_ms
            if in_time and all(footprint.intersects(area.geometry) for area in wanted.areas):
                scored.append((-float(scores[row]), chip.id))
    return [(-score, chip_id) for score, chip_id in sorted(scored)[:k]]


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    return vector / np.linalg.norm(vector)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000),
    west=st.floats(-1, 5),
    south=st.floats(-0.5, 1),
    width=st.floats(0, 3),
    height=st.floats(0, 1),
    k=st.integers(1, 60),
)
def test_a_filtered_search_equals_brute_force(
    index: Generation, seed: int, west: float, south: float, width: float, height: float, k: int
) -> None:
    wanted = make_filter(bbox=(west, south, west + width, south + height))
    hits, _ = search(index, unit(seed), filter=wanted, k=k)
    expected = brute_force(index, unit(seed), wanted, k)
    assert [hit.id for hit in hits] == [chip_id for _, chip_id in expected]
    assert np.allclose([hit.score for hit in hits], [score for score, _ in expected], atol=1e-6)


def test_a_time_filter_keeps_whole_days_and_leaves_out_the_unknown(index: Generation) -> None:
    hits, _ = search(index, unit(1), filter=make_filter(datetime="2020-01-02/.."), k=500)
    assert {hit.scene for hit in hits} == {"scene1.tif", "scene2.tif", "scene4.tif"}
    hits, _ = search(index, unit(1), filter=make_filter(datetime="../2100"), k=500)
    assert {hit.scene for hit in hits} == {f"scene{n}.tif" for n in (0, 1, 2, 4)}


def test_the_undated_are_found_if_they_are_asked_for(index: Generation) -> None:
    wanted = make_filter(datetime="2020-01-01", undated=True)
    hits, _ = search(index, unit(1), filter=wanted, k=500)
    assert {hit.scene for hit in hits} == {"scene0.tif", "scene3.tif"}


@settings(max_examples=20, deadline=None)
@given(cloud=st.floats(0, 1), valid=st.floats(0, 1))
def test_conditions_on_cloud_and_valid_pixels_leave_out_the_unknown(
    tmp_path_factory: pytest.TempPathFactory, cloud: float, valid: float
) -> None:
    rng = np.random.default_rng(int(cloud * 1000))
    batch = replace(
        chips(0, rng, equal=False),
        cloud=np.where(rng.random(100) < 0.2, np.nan, rng.random(100)).astype(np.float32),
        valid=rng.random(100).astype(np.float32),
    )
    folder = tmp_path_factory.mktemp("shares") / "index"
    with IndexWriter(folder, SPEC) as writer:
        writer.stage(scene(0, None), batch)
        writer.publish()
    wanted = make_filter(max_cloud=cloud, min_valid=valid)
    hits, _ = search(open_index(folder), unit(1), filter=wanted, k=500)
    passing = (batch.cloud <= cloud) & (batch.valid >= valid)
    assert {hit.window for hit in hits} == {tuple(one) for one in batch.windows[passing].tolist()}


def test_two_areas_must_both_be_met(index: Generation) -> None:
    wanted = make_filter(bbox="0.05,0,4,1", intersects=shapely.box(3.95, 0, 9, 1))
    hits, _ = search(index, unit(2), filter=wanted, k=500)
    assert {hit.scene for hit in hits} == {"scene3.tif", "scene4.tif"}


def test_equal_scores_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    index = build(tmp_path / "index", equal=True)
    hits, _ = search(index, np.full(DIM, DIM**-0.5, np.float32), k=7)
    every = [chip.id for s in index.segments for chip in s.chips.records(np.arange(s.n))]
    assert [hit.id for hit in hits] == sorted(every)[:7]


def test_of_thousands_that_are_alike_ids_alone_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, better = 20_000, 3
    vectors = np.zeros((count, DIM), np.float32)
    vectors[:, 0] = 1
    vectors[-better:, 1] = 0.25
    numbers = np.arange(count)
    windows = np.stack([numbers % 200, numbers // 200, *np.ones((2, count), int)], axis=1)
    lon, lat = windows[:, 0] / 200, windows[:, 1] / 200
    batch = ChipBatch(
        windows.astype(np.int32), shapely.box(lon, lat, lon + 0.005, lat + 0.005),
        np.ones((count, 2), np.float32), np.ones(count, np.float32), np.zeros(count, np.float32),
        np.ones(count, np.float32), vectors,
    )  # fmt: skip
    for part in (0, 1):  # half of them in each of two segments
        with IndexWriter(tmp_path / "index", SPEC) as writer:
            some = {
                name: getattr(batch, name)[part::2]
                for name in (
                    "windows",
                    "footprints",
                    "size_m",
                    "valid",
                    "cloud",
                    "gsd_m",
                    "vectors",
                )
            }
            writer.stage(scene(part, 1), ChipBatch(**some))
            writer.publish()
    index = open_index(tmp_path / "index")
    read: list[int] = []
    chips_of = SegmentChips.records_with_footprints

    def counted(chips: SegmentChips, rows: np.ndarray) -> list[tuple[ChipRecord, BaseGeometry]]:
        read.append(len(rows))
        return chips_of(chips, rows)

    query = np.zeros(DIM, np.float32)
    query[:2] = 0.8, 0.6
    expected = brute_force(index, query, Filter(), 12)
    monkeypatch.setattr(SegmentChips, "records_with_footprints", counted)
    hits, _ = search(index, query, k=12)
    assert [(hit.score, hit.id) for hit in hits] == expected
    assert sum(read) == 12


def test_fewer_come_only_where_fewer_match(index: Generation) -> None:
    assert len(search(index, unit(3), k=10_000)[0]) == 500
    nowhere = make_filter(bbox="100,50,101,51")
    hits, explanation = search(index, unit(3), filter=nowhere)
    assert hits == []
    assert {plan.tier for plan in explanation.plans} == {"skipped"}


def test_the_explanation_counts_what_passed(index: Generation) -> None:
    wanted = Filter(time=TimeSpan(0, 2**61))
    _, explanation = search(index, unit(4), filter=wanted)
    assert sum(plan.matching for plan in explanation.plans) == 400
    assert sum(plan.rows for plan in explanation.plans) == 500


@pytest.mark.parametrize("k", [3.0, "3", None])
def test_no_other_than_whole_numbers_of_hits_can_be_asked_for(index: Generation, k: object) -> None:
    with pytest.raises(UsageError, match=f"`k` is {k!r}"):
        search(index, unit(5), k=k)  # type: ignore[arg-type]


def test_numpys_whole_numbers_count_hits_too(index: Generation) -> None:
    three: Any = np.int64(3)
    assert search(index, unit(5), k=three)[0] == search(index, unit(5), k=3)[0]


def test_what_cannot_be_meant_is_refused(index: Generation) -> None:
    with pytest.raises(UsageError, match="`k` is 0"):
        search(index, unit(5), k=0)
    with pytest.raises(UsageError, match="shape"):
        search(index, np.zeros(3, np.float32))
