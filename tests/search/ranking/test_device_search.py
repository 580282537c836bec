"""With a device a search finds the hits that the CPU finds, and says that it was used."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import support.indexes.odd_archives as odd
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_index import all_chips, best_ids, build, unit

import geosearch
from geosearch.errors import EncoderError
from geosearch.index import DeviceScan, Filter, Generation, open_index, remove_chips
from geosearch.search import Explanation, Hit, Sifting, make_filter, search, search_many

DEVICES = (
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    ),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Three segments, of which one has lost some chips."""
    folder = tmp_path_factory.mktemp("device") / "index"
    build(folder, segments=3)
    remove_chips(folder, make_filter(min_cloud=0.2, max_cloud=0.5))
    return open_index(folder)


def eager(device: str = "cpu", limit_bytes: int | None = None) -> DeviceScan:
    return DeviceScan(device, min_ms=0, limit_bytes=limit_bytes)


def tiers(how: Explanation) -> list[str]:
    return [plan.tier for plan in how.plans]


def require_same(one: list[Hit], other: list[Hit]) -> None:
    assert [(hit.id, hit.rank, hit.score) for hit in one] == [
        (hit.id, hit.rank, hit.score) for hit in other
    ]


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    west=st.floats(-1, 5),
    south=st.floats(-0.5, 1),
    width=st.floats(0, 4),
    days=st.sampled_from([None, "2020-01-02/..", "../2020-01-01"]),
    k=st.integers(1, 300),
    distinct=st.booleans(),
)
def test_a_filtered_search_finds_what_the_cpu_finds(
    index: Generation,
    device: str,
    seed: int,
    west: float,
    south: float,
    width: float,
    days: str | None,
    k: int,
    distinct: bool,
) -> None:
    wanted = make_filter(bbox=(west, south, west + width, south + 0.7), datetime=days)
    scan = eager(device)
    asked: dict[str, Any] = {"filter": wanted, "k": k, "sifting": Sifting(distinct=distinct)}
    for tier in ("auto", "exact"):
        found, how = search(index, unit(seed), tier=tier, device=scan, **asked)
        expected, _ = search(index, unit(seed), tier="exact", **asked)
        require_same(found, expected)
        assert set(tiers(how)) <= {"device", "skipped"}


@pytest.fixture(scope="module")
def odd_indexes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, str], Generation]:
    """Archives of odd chips, whole and with a scene removed."""
    found = {}
    for seed in (0, 1):
        folder = tmp_path_factory.mktemp("device") / "odd"
        odd.write(folder, seed, segments=3)
        found[seed, "whole"] = open_index(folder)
        geosearch.remove(folder, scenes=("turned.tif",))
        found[seed, "removed"] = open_index(folder)
    return found


@pytest.mark.parametrize("device", DEVICES)
@settings(max_examples=50, deadline=None)
@given(
    seed=st.sampled_from([0, 1]),
    state=st.sampled_from(["whole", "removed"]),
    wanted=odd.wanted(),
    queries=st.lists(st.integers(0, 50), min_size=1, max_size=3),
    k=st.integers(1, 60),
)
def test_any_filter_over_odd_chips_is_answered_as_brute_force_answers_it(
    odd_indexes: dict[tuple[int, str], Generation],
    device: str,
    seed: int,
    state: str,
    wanted: odd.Wanted,
    queries: list[int],
    k: int,
) -> None:
    made = [one for one in odd.chips(seed) if state == "whole" or one.scene != "turned.tif"]
    asked = [odd.query_of(query) for query in queries]
    found = search_many(
        odd_indexes[seed, state], asked, filter=wanted.filter, k=k, device=eager(device)
    )
    for query, (hits, how) in zip(asked, found, strict=True):
        assert [(hit.id, hit.score) for hit in hits] == odd.best(made, wanted, query, k)
        assert set(tiers(how)) <= {"device", "skipped"}


@pytest.mark.parametrize("device", DEVICES)
def test_several_queries_find_what_each_finds_alone(index: Generation, device: str) -> None:
    queries = [unit(seed) for seed in range(40)]
    together = search_many(index, queries, k=7, device=eager(device))
    for query, (hits, how) in zip(queries, together, strict=True):
        require_same(hits, search(index, query, k=7)[0])
        assert tiers(how) == ["device"] * 3
        assert "device" in how.milliseconds


def test_segments_that_do_not_fit_are_searched_by_the_cpu(index: Generation) -> None:
    room = index.segments[0].vectors.nbytes + 3 * index.segments[0].n
    found, how = search(index, unit(1), k=20, device=eager(limit_bytes=room))
    require_same(found, search(index, unit(1), k=20)[0])
    assert tiers(how) == ["device", "exact", "exact"]


def test_equal_scores_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    index = build(tmp_path / "index", segments=2)
    for query in (np.zeros(16, np.float32), unit(2)):
        found, _ = search(index, query, k=33, device=eager())
        require_same(found, search(index, query, k=33)[0])


def test_a_device_is_exact_where_the_approximate_tier_would_be_taken(tmp_path: Path) -> None:
    index = build(tmp_path / "index", segments=1, ann="ivfpq")
    made = all_chips()
    for seed in range(20):
        found, how = search(index, unit(seed), k=9, device=eager())
        assert [hit.id for hit in found] == best_ids(made, unit(seed), 9)
        assert tiers(how) == ["device"]
    _, how = search(index, unit(1), k=9, tier="ivfpq", device=eager())
    assert tiers(how) == ["ivfpq"]


def test_nothing_is_uploaded_for_a_filter_that_nothing_passes(index: Generation) -> None:
    nowhere = make_filter(bbox="100,50,101,51")
    hits, how = search(index, unit(3), filter=nowhere, device=eager(limit_bytes=0))
    assert (hits, set(tiers(how))) == ([], {"skipped"})


def test_an_index_of_which_all_was_removed_has_no_hits(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=1)
    remove_chips(tmp_path / "index", Filter())
    index = open_index(tmp_path / "index")
    assert search_many(index, [unit(1), unit(2)], filter=Filter(), device=eager())[1][0] == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_there_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    build(tmp_path / "index")
    with pytest.raises(EncoderError, match="no CUDA device") as caught:
        geosearch.open(tmp_path / "index", encoder=geosearch.EncoderChoice(device="cuda")).search(
            unit(1)
        )
    assert "device" in caught.value.hint
    assert "cpu" in caught.value.hint
    assert len(geosearch.open(tmp_path / "index").search(unit(1), k=3)) == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_that_is_asked_for_answers_as_the_cpu_does(tmp_path: Path) -> None:
    build(tmp_path / "index")
    vectors = np.stack([unit(seed) for seed in range(8)])
    there = geosearch.open(
        tmp_path / "index", encoder=geosearch.EncoderChoice(device="cuda")
    ).search(vectors, k=30)
    here = geosearch.open(tmp_path / "index", encoder=geosearch.EncoderChoice(device="cpu")).search(
        vectors, k=30
    )
    assert [[(hit.id, hit.score) for hit in hits] for hits in there] == [
        [(hit.id, hit.score) for hit in hits] for hits in here
    ]


def test_a_search_by_a_vector_imports_no_torch(tmp_path: Path) -> None:
    build(tmp_path / "index")
    script = (
        "import sys, numpy, geosearch;"
        f"hits = geosearch.open({str(tmp_path / 'index')!r}).search(numpy.ones(16));"
        "print(len(hits), 'torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.split() == ["10", "False"]
