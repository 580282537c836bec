"""A filter passes exactly what brute force passes, through whatever an index has gone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import shapely
import support.indexes.odd_archives as odd
from hypothesis import given, settings
from hypothesis import strategies as st

import geosearch
from geosearch.index import (
    Filter,
    Generation,
    IndexWriter,
    compact,
    open_index,
)
from geosearch.search import make_filter, search, search_many

SEEDS = (0, 1, 2)


REMOVED = odd.Wanted(bbox=(10.25, 50.25, 10.5, 50.75))


GONE = ("tiny5.tif", "turned.tif")


Opened = Callable[[int, str], tuple[Generation, list[odd.Chip]]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return an index by seed and by what it has gone through, and the chips that it has then."""
    home = tmp_path_factory.mktemp("selection")
    known: dict[tuple[int, str], tuple[Generation, list[odd.Chip]]] = {}

    def find(seed: int, state: str) -> tuple[Generation, list[odd.Chip]]:
        if (seed, state) not in known:
            known[seed, state] = make(home / f"{seed}-{state}", seed, state)
        return known[seed, state]

    return find


def make(folder: Path, seed: int, state: str) -> tuple[Generation, list[odd.Chip]]:
    ann = "ivfpq" if state == "ivfpq" else "flat"
    odd.write(folder, seed, segments=1 if state == "one segment" else 3, ann=ann)
    made = odd.chips(seed)
    if state in ("removed", "compacted"):
        geosearch.remove(folder, bbox=REMOVED.bbox)
        geosearch.remove(folder, scenes=GONE)
        made = [one for one in made if not REMOVED.passes(one) and one.scene not in GONE]
    if state == "compacted":
        assert compact(folder).segments == 1
    return open_index(folder), made


STATES = ("one segment", "three segments", "removed", "compacted")


@pytest.mark.parametrize("state", STATES)
@settings(max_examples=25, deadline=None)
@given(
    archive=st.sampled_from(SEEDS),
    wanted=odd.wanted(),
    query=st.integers(0, 50),
    k=st.integers(1, 40),
)
def test_a_filtered_answer_is_brute_forces_answer(
    opened: Opened, state: str, archive: int, wanted: odd.Wanted, query: int, k: int
) -> None:
    index, made = opened(archive, state)
    hits, how = search(index, odd.query_of(query), filter=wanted.filter, k=k)
    expected = odd.best(made, wanted, odd.query_of(query), k)
    assert [(hit.id, hit.score) for hit in hits] == expected
    assert sum(plan.matching for plan in how.plans) == sum(map(wanted.passes, made))


@settings(max_examples=150, deadline=None)
@given(archive=st.sampled_from(SEEDS), box=odd.boxes())
def test_a_box_passes_exactly_what_it_touches(
    opened: Opened, archive: int, box: tuple[float, float, float, float]
) -> None:
    index, made = opened(archive, "removed")
    wanted = odd.Wanted(bbox=box)
    assert passing(index, wanted.filter) == {one.id for one in made if wanted.passes(one)}


@settings(max_examples=150, deadline=None)
@given(archive=st.sampled_from(SEEDS), area=odd.areas().filter(lambda area: not area.is_empty))
def test_an_area_passes_exactly_what_it_touches(opened: Opened, archive: int, area: object) -> None:
    index, made = opened(archive, "three segments")
    wanted = odd.Wanted(area=area)
    assert passing(index, wanted.filter) == {one.id for one in made if wanted.passes(one)}


@pytest.fixture(scope="module")
def grids(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, list[odd.Chip]]:
    """Return an archive of rectangles, and its chips."""
    folder = tmp_path_factory.mktemp("grids") / "index"
    with IndexWriter(folder, odd.SPEC) as writer:
        for record, batch in odd.scenes(0):
            if record.id in ("grid.tif", "undated.tif"):
                writer.stage(record, batch)
        writer.publish()
    chips = [one for one in odd.chips(0) if one.scene in ("grid.tif", "undated.tif")]
    return open_index(folder), chips


@settings(max_examples=150, deadline=None)
@given(box=odd.boxes(), area=st.one_of(st.none(), odd.areas()))
def test_of_rectangles_bounds_decide_with_the_same_answer(
    grids: tuple[Generation, list[odd.Chip]],
    box: tuple[float, float, float, float],
    area: Any,
) -> None:
    index, made = grids
    assert index.segments[0].blocks.rectangular.all()
    wanted = odd.Wanted(bbox=box, area=None if area is None or area.is_empty else area)
    assert passing(index, wanted.filter) == {one.id for one in made if wanted.passes(one)}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, np.ndarray]:
    """Return an archive of 11,000 chips, so that a grid is laid over areas, and its footprints."""
    rng = np.random.default_rng(4)
    shapes = {
        "cells": [one for west in (10, 12, 13) for one in odd.grid(west, 50, 32)],
        "turned": odd.turned(rng, 2000),
        "across": odd.across(rng, 2000),
        "slivers": odd.slivers(rng, 2000),
        "points": list(shapely.points(10 + rng.integers(0, 64, (2000, 2)) / 32 + (0, 40))),
        "flat": [shapely.LineString([(x, 51), (x + 0.5, 51)]) for x in rng.uniform(9, 14, 500)],
    }
    folder = tmp_path_factory.mktemp("wide") / "index"
    with IndexWriter(folder, odd.SPEC) as writer:
        for name, some in shapes.items():
            writer.stage(odd.scene(name, 1), odd.batch(rng, some, False))
        writer.publish()
    index = open_index(folder)
    (segment,) = index.segments
    return index, segment.rows.footprints(np.arange(segment.n))


def large_areas() -> st.SearchStrategy[Any]:
    """Areas as they are elsewhere, and around much of the archive, some of them in many parts."""
    corner = st.tuples(st.integers(150, 240), st.integers(745, 845)).map(
        lambda at: (at[0] / 16, at[1] / 16)
    )
    several = st.lists(corner, min_size=3, max_size=12).map(shapely.MultiPoint)
    return st.one_of(
        odd.areas(),
        several.map(lambda points: points.convex_hull),
        several.map(lambda points: points.buffer(0.3)),
        several.map(lambda points: points.convex_hull.difference(points.buffer(0.25))),
        several.map(lambda points: shapely.LineString(points.geoms)),
        several,
        st.just(shapely.MultiPolygon([shapely.box(n, -9, n + 0.3, 9) for n in (-180, 179, 179.6)])),
        st.just(shapely.Polygon([(-180, -80), (180, 40), (-180, 80)])),
    )


@settings(max_examples=80, deadline=None)
@given(area=large_areas().filter(lambda area: not area.is_empty and area.is_valid))
def test_of_many_chips_an_area_passes_exactly_those_it_touches(
    wide: tuple[Generation, np.ndarray], area: Any
) -> None:
    index, footprints = wide
    rows = index.segments[0].select(make_filter(intersects=area)).rows()
    shapely.prepare(area)
    assert rows.tolist() == np.flatnonzero(shapely.intersects(area, footprints)).tolist()


@pytest.mark.parametrize("asked", [{"min_cloud": 0}, {"max_cloud": 1}])
def test_any_share_of_cloud_that_is_known_passes_and_no_other(
    opened: Opened, asked: dict[str, float]
) -> None:
    index, made = opened(0, "one segment")
    known = {one.id for one in made if not np.isnan(one.cloud)}
    assert 0 < len(known) < len(made)
    assert passing(index, make_filter(**asked)) == known  # type: ignore[arg-type]


def passing(index: Generation, wanted: Filter) -> set[str]:
    found = set()
    for segment in index.segments:
        rows = segment.select(wanted).rows()
        assert (np.diff(rows) > 0).all()
        found |= {chip.id for chip in segment.chips.records(rows)}
    return found


@pytest.mark.parametrize(
    ("box", "count"),
    [
        ((10.0625, 50.0625, 10.125, 50.125), 9),  # a cell, and all that touch it
        ((10.0, 50.0, 10.0, 50.0), 1),  # the archive's corner
        ((9.5, 49.5, 10.0, 50.0), 1),  # a box that ends there
        ((10.125, 50.125, 10.125, 50.125), 4),  # where four cells meet
        ((10.1, 50.1, 10.1, 50.1), 1),  # a place within a cell
        ((9.5, 49.5, np.nextafter(10, 0), 51), 0),  # the next number before the edge
    ],
)
def test_edges_and_corners_touch(
    opened: Opened, box: tuple[float, float, float, float], count: int
) -> None:
    index, _ = opened(0, "one segment")
    wanted = replace(make_filter(bbox=box), scenes=frozenset(["grid.tif"]))
    assert len(passing(index, wanted)) == count


def test_a_chip_cut_at_180_degrees_is_not_found_between_its_parts(opened: Opened) -> None:
    index, _ = opened(0, "one segment")
    for lon in (-150.0, 0.0, 150.0):
        assert passing(index, make_filter(bbox=(lon, -80, lon + 1, 49))) == set()
    assert passing(index, make_filter(bbox=(180, -1, -180, 1))) != set()


def test_a_slivers_bounds_are_not_the_sliver(opened: Opened) -> None:
    index, made = opened(0, "one segment")
    one = next(chip for chip in made if chip.scene == "slivers.tif")
    west, south, east, north = one.footprint.bounds
    middle = shapely.box(west, south, east, north).centroid
    # beside the diagonal that it is, and in the middle of a half of its bounds
    for corner in shapely.box(west, south, east, north).exterior.coords:
        place = shapely.Point((middle.x + corner[0]) / 2, (middle.y + corner[1]) / 2).buffer(1e-4)
        wanted = replace(make_filter(intersects=place), scenes=frozenset(["slivers.tif"]))
        found = passing(index, wanted)
        assert (one.id in found) == bool(one.footprint.intersects(place))


@settings(max_examples=40, deadline=None)
@given(
    archive=st.sampled_from(SEEDS),
    wanted=odd.wanted(),
    query=st.integers(0, 50),
    k=st.integers(1, 60),
    tier=st.sampled_from(["auto", "exact", "ivfpq"]),
)
def test_whatever_the_tier_the_filter_holds_and_no_hit_is_missing(
    opened: Opened, archive: int, wanted: odd.Wanted, query: int, k: int, tier: str
) -> None:
    index, made = opened(archive, "ivfpq")
    asked = odd.query_of(query)
    hits, how = search(index, asked, filter=wanted.filter, k=k, tier=tier)  # type: ignore[arg-type]
    scores = {one.id: float(one.vector @ asked) for one in made if wanted.passes(one)}
    assert len({hit.id for hit in hits}) == len(hits) == min(k, len(scores))
    assert all(hit.score == scores[hit.id] for hit in hits)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    order = [(-hit.score, hit.id) for hit in hits]
    assert order == sorted(order)
    if tier == "exact" or all(plan.tier != "ivfpq" for plan in how.plans):
        assert [(hit.id, hit.score) for hit in hits] == odd.best(made, wanted, asked, k)


def test_the_approximate_tier_is_really_asked_in_these_archives(opened: Opened) -> None:
    index, _ = opened(0, "ivfpq")
    _, how = search(index, odd.query_of(1), k=5, tier="ivfpq")
    assert {plan.tier for plan in how.plans} == {"ivfpq"}
    assert all(0 < plan.probed <= 1 and 5 <= plan.candidates < plan.rows for plan in how.plans)


@settings(max_examples=40, deadline=None)
@given(archive=st.sampled_from(SEEDS), wanted=odd.wanted())
def test_ranges_are_apart_ascending_and_as_long_as_they_can_be(
    opened: Opened, archive: int, wanted: odd.Wanted
) -> None:
    index, _ = opened(archive, "removed")
    for segment in index.segments:
        ranges = segment.select(wanted.filter)
        assert (ranges.starts < ranges.stops).all()
        assert (ranges.starts[1:] > ranges.stops[:-1]).all()
        assert len(np.unique(ranges.rows())) == ranges.count


@pytest.mark.parametrize("state", ["three segments", "ivfpq"])
def test_many_queries_are_answered_as_one_by_one(opened: Opened, state: str) -> None:
    index, _ = opened(1, state)
    wanted = make_filter(bbox=(10, 50, 11, 51))
    queries = [odd.query_of(seed) for seed in range(40)]
    together = search_many(index, queries, filter=wanted, k=12)
    for query, (hits, how) in zip(queries, together, strict=True):
        alone, how_alone = search(index, query, filter=wanted, k=12)
        assert hits == alone
        assert how.plans == how_alone.plans
    assert search_many(index, [], filter=wanted) == []


@pytest.mark.parametrize("state", ["three segments", "ivfpq"])
def test_threads_that_share_an_index_are_answered_as_one_by_one(tmp_path: Path, state: str) -> None:
    index, _ = make(tmp_path / "index", 2, state)  # nothing of it is open yet
    queries = [odd.query_of(seed) for seed in range(16)]
    wanted = make_filter(bbox=(10, 50, 11, 51))

    def ask(query: np.ndarray) -> list[str]:
        (hits, _), *_ = search_many(index, [query, queries[0]], filter=wanted, k=12)
        return [hit.id for hit in hits]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, queries * 4))
    assert together == [ask(query) for query in queries] * 4


def test_a_search_leaves_every_threads_faiss_as_it_was(opened: Opened) -> None:
    import faiss

    index, _ = opened(0, "ivfpq")
    told, asked = Barrier(2), Barrier(2)

    def wait() -> tuple[int, int]:
        faiss.omp_set_num_threads(3)
        before = faiss.omp_get_max_threads()
        told.wait(60)
        asked.wait(60)
        return before, faiss.omp_get_max_threads()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(wait)
        told.wait(60)
        own = faiss.omp_get_max_threads()
        for tier in ("exact", "ivfpq"):
            search_many(index, [odd.query_of(n) for n in range(8)], tier=tier)
            search(index, odd.query_of(1), tier=tier)
        assert faiss.omp_get_max_threads() == own
        asked.wait(60)
        assert other.result() == (3, 3)
