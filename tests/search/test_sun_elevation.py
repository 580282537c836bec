"""A filter on a number of scenes: the elevation of the sun."""

from pathlib import Path

import pytest
import rasterio
from support.scenes_making import values, write_band

import geosearch

SUN = {"low.tif": "12.5", "high.tif": "61.0", "unknown.tif": None}


@pytest.fixture
def index(tmp_path: Path) -> geosearch.Index:
    for seed, (name, degrees) in enumerate(SUN.items()):
        write_band(tmp_path / "scenes" / name, values(seed, 128))
        if degrees is not None:
            with rasterio.open(tmp_path / "scenes" / name, "r+") as dataset:
                dataset.update_tags(SUN_ELEVATION=degrees)
    return geosearch.build(tmp_path / "scenes", tmp_path / "index", encoder="null")


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"min_sun": 30}, {"high.tif"}),
        ({"max_sun": 30}, {"low.tif"}),
        ({"min_sun": 10, "max_sun": 70}, {"low.tif", "high.tif"}),
        ({}, set(SUN)),
    ],
)
def test_scenes_are_chosen_by_the_elevation_of_the_sun(
    index: geosearch.Index, conditions: geosearch.Conditions, expected: set[str]
) -> None:
    hits = index.search("a field", k=100, **conditions)
    assert {hit.scene for hit in hits} == expected
