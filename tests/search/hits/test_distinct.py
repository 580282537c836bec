"""One hit a place."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from geosearch.geo import PixelWindow
from geosearch.search.hits.distinct import distinct_places
from geosearch.search.hits.hit import Hit


def hit(rank: int, scene: str, column: int, row: int, size: int = 128) -> Hit:
    return Hit(
        id=f"{scene}@{column},{row}", rank=rank, score=1 / rank, scene=scene, href=scene,
        window=PixelWindow(column, row, size, size), size_m=(1.0, 1.0), gsd_m=0.6,
        pixel_m=(0.6, 0.6),
        datetime=None, encoder="none",
        footprint=shapely.box(0, 0, 1, 1), bands=(1, 2, 3), stretch=None,
    )  # fmt: skip


def test_half_overlapping_neighbours_of_a_better_hit_are_left_out() -> None:
    hits = [hit(1, "a", 64, 64), hit(2, "a", 128, 64), hit(3, "a", 128, 128), hit(4, "a", 192, 64)]
    assert [one.rank for one in distinct_places(hits)] == [1, 4]


def test_another_scene_over_the_same_ground_stays() -> None:
    assert len(distinct_places([hit(1, "2019", 0, 0), hit(2, "2020", 0, 0)])) == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_every_hit_that_is_left_out_overlaps_a_better_one_that_stays(
    places: list[tuple[int, int]],
) -> None:
    hits = [hit(rank, "a", 64 * x, 64 * y) for rank, (x, y) in enumerate(places, start=1)]
    kept = distinct_places(hits)

    def overlaps(a: Hit, b: Hit) -> bool:
        return all(abs(p - q) < 128 for p, q in zip(a.window[:2], b.window[:2], strict=True))

    assert not any(overlaps(a, b) for a in kept for b in kept if a is not b)
    for one in hits:
        assert one in kept or any(overlaps(one, other) and other.rank < one.rank for other in kept)
