"""Values of any length come out of one array as they went into it."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from geosearch.index.arrays.packed import (
    Packed,
    bounds_and_centres,
    pack_shapes,
    quads,
    rectangles,
    shapes_from,
    shapes_of,
)

values = st.lists(st.binary(max_size=20), max_size=20)


@given(values)
def test_values_come_back(given_values: list[bytes]) -> None:
    packed = Packed.of(given_values)
    assert packed.values() == given_values
    assert len(packed) == len(given_values)


@given(values.filter(bool), st.data())
def test_any_of_them_are_taken_in_any_order(given_values: list[bytes], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(given_values) - 1), max_size=30))
    taken = Packed.of(given_values).take(np.array(rows, dtype=np.int64))
    assert taken.values() == [given_values[row] for row in rows]


@given(st.lists(values, max_size=5))
def test_several_are_joined_in_their_order(parts: list[list[bytes]]) -> None:
    joined = Packed.joined([Packed.of(part) for part in parts])
    assert joined.values() == [value for part in parts for value in part]


@pytest.mark.parametrize("starts", [[0, 3, 99], [0, -1, 5], [0, 5, 3], [-2, 3, 5]])
def test_starts_that_lead_outside_are_refused(starts: list[int]) -> None:
    packed = Packed(np.zeros(5, np.uint8), np.array(starts, dtype=np.int64))
    with pytest.raises(ValueError, match="outside"):
        packed.take(np.array([0, 1]))


numbers = st.floats(-180, 180)
quadrangles = st.lists(st.tuples(numbers, numbers), min_size=4, max_size=4).map(Polygon)
holed = st.just(shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2)))
others = st.sampled_from(
    [
        Polygon([(0, 0), (1, 0), (0, 1)]),
        MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)]),
        shapely.Point(3, 4),
    ]
)


@given(st.one_of(st.lists(quadrangles), st.lists(st.one_of(quadrangles, holed, others))))
def test_shapes_come_back_to_the_last_bit(shapes: list[shapely.Geometry]) -> None:
    packed = pack_shapes(np.array(shapes, dtype=object))
    read = shapes_of(packed)
    assert [shapely.to_wkb(one) for one in read] == [shapely.to_wkb(one) for one in shapes]
    plain = all(one.geom_type == "Polygon" and _corners(one) == 5 for one in shapes)
    assert (quads(packed) is not None) == (plain and bool(shapes))


@given(st.lists(st.one_of(quadrangles, holed, others), min_size=1, max_size=9))
def test_many_shapes_are_made_as_few_are(shapes: list[shapely.Geometry]) -> None:
    values = [shapely.to_wkb(one) for one in shapes]
    for times in (0, 1, 80):
        made = shapes_from(values * times)
        assert [shapely.to_wkb(one) for one in made] == values * times


few_numbers = st.sampled_from([-180.0, 0.0, 0.125, 3.0])
skewed = st.lists(st.tuples(few_numbers, few_numbers), min_size=4, max_size=4).map(Polygon)
# the area of a sliver must not vanish in float64
sides = st.floats(0, 9).map(lambda side: side if side > 1e-100 else 0.0)
spans = st.builds(
    lambda x, y, w, h, first, back: Polygon(
        np.roll([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], first, axis=0)[
            :: -1 if back else 1
        ]
    ),
    numbers, numbers, sides, sides, st.integers(0, 3), st.booleans(),
)  # fmt: skip


@given(st.lists(st.one_of(skewed, spans, spans, quadrangles, holed, others), max_size=20))
def test_rectangles_are_what_they_span(shapes: list[shapely.Geometry]) -> None:
    found = rectangles(pack_shapes(np.array(shapes, dtype=object)))
    for shape, rectangle in zip(shapes, found.tolist(), strict=True):
        whole = shape.is_valid and shape.area > 0 and shape.equals(shapely.box(*shape.bounds))
        assert not rectangle or whole, shape
        plain = shapely.get_num_coordinates(shape) == 5 and shape.geom_type == "Polygon"
        assert rectangle or not (whole and plain), shape


def _corners(shape: Polygon) -> int:
    return shapely.get_num_coordinates(shape) if not shape.interiors else 0


@given(st.one_of(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9)))
def test_bounds_of_quadrangles_are_shapelys(corners: list[tuple[float, float]]) -> None:
    shapes = [shapely.box(x, y, x + 0.5, y + 0.25) for x, y in corners]
    bounds, centres = bounds_and_centres(pack_shapes(np.array(shapes, dtype=object)))
    assert bounds.tolist() == shapely.bounds(np.array(shapes, dtype=object)).tolist()
    assert shapely.intersects_xy(shapes, *centres.T).all()


def test_what_is_no_geometry_is_refused() -> None:
    with pytest.raises(ValueError, match="not a geometry"):
        shapes_of(Packed.of([b"\x01\x03\x00\x00"]))
    with pytest.raises(ValueError, match="not a geometry"):
        shapes_from([b"\x01\x03\x00\x00"])
