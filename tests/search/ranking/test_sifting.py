"""Places, marks and dates decide what is shown; the answer is what a plain reading gives."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_index import SPEC, chips, record

from geosearch.index import ChipBatch, Filter, Generation, IndexWriter, TimeSpan, open_index
from geosearch.search import Sifting, history, make_filter, search

DAY_MS = 86_400_000
DAYS = (3, 9, None, 20, 27)
"""Of January 2020; one scene has no date."""


def stacked(folder: Path, segments: int) -> Generation:
    """Five scenes over the same ground, each a little farther east than the one before."""
    for part in range(segments):
        with IndexWriter(folder, SPEC) as writer:
            for number in range(part, 5, segments):
                batch = chips(number)
                moved = _moved_east(batch.footprints, 0.03 * number - number)
                parts = {name: getattr(batch, name) for name in ChipBatch.__slots__}
                day = DAYS[number]
                when = None if day is None else f"2020-01-{day:02d}T00:00:00Z"
                known = {name: getattr(record(number), name) for name in type(record(0)).__slots__}
                scene = type(record(0))(**{**known, "datetime": when})
                writer.stage(scene, ChipBatch(**{**parts, "footprints": moved}))
            writer.publish()
    return open_index(folder)


def _moved_east(shapes: np.ndarray, degrees: float) -> np.ndarray:
    step = np.array([degrees, 0.0])
    return np.asarray(shapely.transform(shapes, lambda points: points + step))


@pytest.fixture(scope="module", params=[1, 3])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return stacked(tmp_path_factory.mktemp("sifting") / "index", request.param)


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=SPEC.dim).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector))


def shared(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return float((one & other).area / min(one.area, other.area))


class Plain:
    """All chips that pass, best first, and the place of each, by a plain reading."""

    def __init__(self, index: Generation, query: np.ndarray, wanted: Filter) -> None:
        self.hits, _ = search(index, query, filter=wanted, k=1000, tier="exact")
        self.place: dict[str, int] = {}
        firsts: list[shapely.Geometry] = []
        for hit in self.hits:
            mine = [n for n, one in enumerate(firsts) if shared(one, hit.footprint) > 0.2]
            if not mine:
                firsts.append(hit.footprint)
            self.place[hit.id] = mine[0] if mine else len(firsts) - 1


FILTERS = st.sampled_from([{}, {"bbox": (0.2, 0.1, 0.6, 0.7)}, {"datetime": "2020-01-05/.."}])


@settings(max_examples=25)
@given(seed=st.integers(0, 99), maximum=st.integers(1, 4), k=st.integers(1, 40), asked=FILTERS)
def test_a_place_has_no_more_hits_than_asked_for(
    index: Generation, seed: int, maximum: int, k: int, asked: dict[str, str]
) -> None:
    wanted = make_filter(**asked)  # type: ignore[arg-type]
    plain = Plain(index, unit(seed), wanted)
    shown: Counter[int] = Counter()
    expected = []
    for hit in plain.hits:
        shown[plain.place[hit.id]] += 1
        if shown[plain.place[hit.id]] <= maximum:
            expected.append(hit.id)
    hits, _ = search(index, unit(seed), filter=wanted, k=k, sifting=Sifting(per_place=maximum))
    assert [hit.id for hit in hits] == expected[:k]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


@settings(max_examples=25)
@given(
    seed=st.integers(0, 99),
    maximum=st.sampled_from([None, 1, 3]),
    k=st.integers(1, 30),
    asked=FILTERS,
    day=st.integers(1, 31),
)
def test_of_each_place_the_nearest_in_time_is_shown(
    index: Generation, seed: int, maximum: int | None, k: int, asked: dict[str, str], day: int
) -> None:
    wanted = make_filter(**asked)  # type: ignore[arg-type]
    plain = Plain(index, unit(seed), wanted)
    members: dict[int, list[tuple[int, float, str]]] = {}
    days = {f"scene{number}.tif": one for number, one in enumerate(DAYS)}
    for hit in plain.hits:
        taken = days[hit.scene]
        away = 1000 if taken is None else abs(taken - day)
        members.setdefault(plain.place[hit.id], []).append((away, -hit.score, hit.id))
    expected = [
        chip_id
        for place in sorted(members)
        for *_, chip_id in sorted(members[place])[: maximum or 1]
    ]
    start = (18262 + day - 1) * DAY_MS  # 2020-01-01 is day 18262 of the epoch
    near = Sifting(per_place=maximum, nearest_to=TimeSpan(start, start))
    hits, _ = search(index, unit(seed), filter=wanted, k=k, sifting=near)
    assert [hit.id for hit in hits] == expected[:k]


@settings(max_examples=25)
@given(seed=st.integers(0, 99), k=st.integers(1, 40), marked=st.integers(0, 30))
def test_what_is_left_out_makes_room_for_what_comes_next(
    index: Generation, seed: int, k: int, marked: int
) -> None:
    every, _ = search(index, unit(seed), k=k + marked)
    left_out = frozenset(hit.id for hit in every[:marked])
    hits, _ = search(index, unit(seed), k=k, sifting=Sifting(left_out=left_out))
    assert [hit.id for hit in hits] == [hit.id for hit in every[marked:]]


def test_a_history_is_all_chips_of_a_place_by_time(index: Generation) -> None:
    plain = Plain(index, unit(1), Filter())
    named = plain.hits[7]
    days = {f"scene{number}.tif": one for number, one in enumerate(DAYS)}
    expected = {hit.id for hit in plain.hits if shared(hit.footprint, named.footprint) > 0.2}
    found = history(index, named.footprint, named.vector)
    assert {hit.id for hit in found} == expected
    taken = [days[hit.scene] or 99 for hit in found]
    assert taken == sorted(taken)
    scores = {hit.id: float(hit.vector @ named.vector) for hit in plain.hits}
    assert all(abs(hit.score - scores[hit.id]) < 1e-6 for hit in found)


def test_the_history_of_a_point_is_of_the_chips_that_it_lies_in(index: Generation) -> None:
    point = shapely.Point(0.333, 0.444)
    plain = Plain(index, unit(1), Filter())
    expected = {hit.id for hit in plain.hits if hit.footprint.intersects(point)}
    assert len(expected) == 5
    assert {hit.id for hit in history(index, point, None)} == expected
