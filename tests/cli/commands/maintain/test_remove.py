"""`geosearch remove` asks before it removes, and says what it did."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.commands import Ran, command
from support.scenes_making import write_band
from support.small_index import build

from geosearch.index import Filter, open_index


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(tmp_path / "index")
    return tmp_path / "index"


def remove(index: Path, *arguments: str, stdin: str = "") -> Ran:
    return command("remove", "-i", index, *arguments, stdin=stdin)


def test_without_a_terminal_it_wants_yes(index: Path) -> None:
    result = remove(index, "--scene", "scene1.tif")
    assert result.returncode == 2
    assert "100 chips of 1 scene" in result.stderr
    assert "--yes" in result.stderr
    assert open_index(index).chip_count == 500


def test_it_says_what_it_removed(index: Path) -> None:
    result = remove(index, "--bbox", "0,0,1.05,1", "--yes")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "removed 110 chips of 2 scenes, 1 of them whole",
        "  scene0.tif: 100 chips, 0 left",
        "  scene1.tif: 10 chips, 90 left",
        "390 chips in the index",
    ]


def test_an_area_may_come_from_standard_input(index: Path) -> None:
    area = {"type": "Polygon", "coordinates": [[[0, 0], [0.05, 0], [0.05, 1], [0, 1], [0, 0]]]}
    result = remove(index, "--intersects", "-", "--yes", "--json", stdin=json.dumps(area))
    assert json.loads(result.stdout)["chips"] == 10
    assert open_index(index).chip_count == 490


def test_a_dry_run_changes_nothing(index: Path) -> None:
    result = remove(index, "--datetime", "2020-01-02", "--dry-run")
    assert result.stdout.startswith("would remove 100 chips of 1 scene, 1 of them whole")
    assert open_index(index).chip_count == 500


def test_the_fine_chips_of_several_scales_go(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(1, 255, (3, 128, 128), dtype=np.uint8)
    write_band(tmp_path / "scenes" / "a.tif", pixels)
    index = tmp_path / "scales"
    cut = ["--size", "32", "--stride", "32", "--gsd", "10", "--scales", "1,2,4"]
    made = command("index", tmp_path / "scenes", "-i", index, "--encoder", "null", *cut)
    assert made.returncode == 0
    # on the ground, a pixel of 10 m of the map has a few millimetres more
    result = remove(index, "--max-gsd", "10.1", "--yes", "--json")
    assert json.loads(result.stdout)["chips"] == 16
    assert remove(index, "--max-gsd", "19", "--yes").stdout == "no chip matches; 5 chips left\n"
    (segment,) = open_index(index).segments
    left = segment.chips.records(segment.select(Filter()).rows())
    assert sorted(one.gsd_m for one in left) == [20, 20, 20, 20, 40]


def test_metres_that_cannot_be_meant_are_wrong_usage(index: Path) -> None:
    result = remove(index, "--max-gsd", "-0.3", "--yes")
    assert result.returncode == 2
    assert "--max-gsd is -0.3" in result.stderr
    assert "metres per pixel" in result.stderr
    assert open_index(index).chip_count == 500


def test_no_condition_is_wrong_usage(index: Path) -> None:
    result = remove(index, "--yes")
    assert result.returncode == 2
    assert "--bbox" in result.stderr
