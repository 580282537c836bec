"""Places that hits show, with an outline."""

from dataclasses import replace

import shapely

from geosearch.geo import PixelWindow
from geosearch.search.hits.hit import Hit
from geosearch.search.hits.places import places_of, with_place_numbers


def hit(rank: int, footprint: shapely.Geometry, likely: float | None = None) -> Hit:
    return Hit(
        id=str(rank), rank=rank, score=1 / rank, scene="a", href="a",
        window=PixelWindow(0, 0, 1, 1), size_m=(1.0, 1.0), gsd_m=1.0, pixel_m=(1.0, 1.0),
        datetime=None, encoder="none", footprint=footprint, bands=(1, 2, 3), stretch=None,
        likely=likely,
    )  # fmt: skip


HITS = [
    hit(1, shapely.box(0, 0, 1, 1), 0.5),
    hit(2, shapely.box(5, 0, 6, 1)),
    hit(3, shapely.box(0.5, 0, 1.5, 1), 0.9),
]


def test_hits_are_numbered_in_their_order() -> None:
    assert [one.place for one in with_place_numbers(HITS)] == [1, 2, 1]


def test_an_outline_is_the_union_of_footprints() -> None:
    first, second = places_of(HITS)
    assert [one.id for one in first.hits] == ["1", "3"]
    assert first.outline.equals(shapely.box(0, 0, 1.5, 1))
    assert second.outline.equals(HITS[1].footprint)


def test_a_place_is_as_likely_as_its_most_likely_hit() -> None:
    first, second = places_of(HITS)
    assert (first.likely, second.likely) == (0.9, None)


def test_outlines_stay_cut_at_180_degrees() -> None:
    parts = [shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)]
    whole = hit(1, shapely.MultiPolygon(parts))
    (place,) = places_of([whole, replace(whole, id="2", rank=2)])
    assert place.outline.is_valid
    assert place.outline.equals(whole.footprint)
