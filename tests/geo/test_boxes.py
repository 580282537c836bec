"""Boxes across 180 degrees."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box
from shapely.geometry.base import BaseGeometry

from geosearch.geo import bbox_geometry, rfc7946_bbox
from geosearch.geo.boxes import Bbox


def test_a_box_is_a_polygon_and_two_across_180() -> None:
    assert bbox_geometry(10, 20, 30, 40).equals(box(10, 20, 30, 40))
    across = bbox_geometry(170, -10, -170, 10)
    assert across.geom_type == "MultiPolygon"
    assert across.equals(MultiPolygon([box(170, -10, 180, 10), box(-180, -10, -170, 10)]))


@pytest.mark.parametrize("bbox", [(10, 20, 10, 20), (10, 20, 30, 20), (10, 20, 10, 40)])
def test_a_box_without_an_area_still_meets_what_it_lies_in(
    bbox: tuple[float, float, float, float],
) -> None:
    assert bbox_geometry(*bbox).intersects(box(5, 15, 35, 45))
    assert not bbox_geometry(*bbox).intersects(box(31, 41, 35, 45))


@pytest.mark.parametrize(
    ("geometries", "expected"),
    [
        ([box(10, 20, 30, 40)], (10, 20, 30, 40)),
        ([box(170, 0, 180, 1), box(-180, 0, -175, 2)], (170, 0, -175, 2)),
        ([MultiPolygon([box(170, 0, 180, 1), box(-180, 0, -175, 2)])], (170, 0, -175, 2)),
        ([box(-180, -90, 180, 90)], (-180, -90, 180, 90)),
        ([box(-10, 0, 10, 1), box(20, 0, 30, 1)], (-10, 0, 30, 1)),
        ([box(170, 0, 175, 1), box(-175, 0, -170, 1)], (170, 0, -170, 1)),
    ],
)
def test_the_bbox_is_the_smallest(geometries: list[BaseGeometry], expected: Bbox) -> None:
    assert rfc7946_bbox(geometries) == expected


@given(
    st.lists(st.tuples(st.floats(-180, 179), st.floats(0.1, 60)), min_size=1, max_size=6),
)
def test_a_bbox_holds_its_geometries_and_none_is_smaller(
    spans: list[tuple[float, float]],
) -> None:
    boxes = [box(west, 0, min(west + width, 180), 1) for west, width in spans]
    west, _, east, _ = rfc7946_bbox(boxes)
    assert shapely.union_all(boxes).difference(bbox_geometry(west, 0, east, 1)).area < 1e-9
    width = (east - west) % 360 or 360
    for start in [part.bounds[0] for part in boxes]:  # the smallest box starts at one of them
        reach = max(
            (part.bounds[0] - start) % 360 + part.bounds[2] - part.bounds[0] for part in boxes
        )
        assert width <= min(reach, 360) + 1e-9 or np.isclose(width, 360)
