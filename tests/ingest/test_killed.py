"""An indexing run that is killed at any moment costs nothing that was finished, and no reader.

Alone: `pytest tests/ingest/test_killed.py`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from geosearch.demo import write_archive
from geosearch.index import Generation, open_index, verify

DRIVER = Path(__file__).parents[1] / "support" / "indexes" / "kill_driver.py"
KILLS = 50
SIDE_PX = 416

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork, and no SIGKILL")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The indexes of an uninterrupted run and of killed ones, and what the driver said."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "archive").mkdir()
    for drawn in write_archive(folder / "drawn").scenes[:4]:
        cut_middle(drawn, folder / "archive" / drawn.name)
    command = [sys.executable, str(DRIVER), str(folder / "archive"), str(folder), "0", str(KILLS)]
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": f"{DRIVER.parents[3]}{os.pathsep}{DRIVER.parents[2]}",
    }
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    (folder / "driver.json").write_text(result.stdout)
    (folder / "stderr").write_text(result.stderr)
    return folder


def cut_middle(source: Path, target: Path) -> None:
    with rasterio.open(source) as whole:
        left, top = (whole.width - SIDE_PX) // 2, (whole.height - SIDE_PX) // 2
        window = Window(left, top, SIDE_PX, SIDE_PX)
        size = {"width": SIDE_PX, "height": SIDE_PX, "transform": whole.window_transform(window)}
        with rasterio.open(target, "w", **whole.profile | size) as part:
            part.write(whole.read(window=window))


def said(path: Path) -> Any:
    return json.loads(path.read_text())


def vectors(index: Generation) -> dict[str, np.ndarray]:
    return {
        chip.id: segment.vectors[row].astype(np.float32)
        for segment in index.segments
        for row, chip in enumerate(segment.chips.records(np.arange(segment.n)))
        if segment.alive.mask is None or segment.alive.mask[row]
    }


def rounds(work: Path) -> list[Path]:
    return sorted(work.glob("round-*"))


def test_every_run_that_was_not_killed_comes_to_its_end(work: Path) -> None:
    driver = said(work / "driver.json")
    assert len(driver["left"]) == KILLS
    assert set(driver["statuses"]) == {0}, (work / "stderr").read_text()


def test_the_moments_are_of_all_kinds(work: Path) -> None:
    left = said(work / "driver.json")["left"]
    assert len({one["generation"] for one in left}) >= 3
    assert {one["staged"] for one in left} >= {0, 1}


def test_a_reader_has_no_error_and_every_state_that_it_sees_is_whole(work: Path) -> None:
    read = said(work / "read.json")
    assert read["problems"] == {}
    assert read["searches"] > KILLS
    assert len(read["states"]) > len(rounds(work))  # some of them half-way


def test_a_finished_index_equals_an_uninterrupted_one(work: Path) -> None:
    whole = vectors(open_index(work / "whole"))
    assert len(whole) > 2000
    for folder in rounds(work):
        index = open_index(folder)
        found = vectors(index)
        assert index.chip_count == len(whole)
        assert found.keys() == whole.keys()
        worst = max(np.abs(found[chip] - whole[chip]).max() for chip in whole)
        assert worst <= np.finfo(np.float16).eps
        assert verify(folder) == []


def test_nothing_is_left_to_do(work: Path) -> None:
    assert [list((folder / "staging").iterdir()) for folder in rounds(work)] == [
        [] for _ in rounds(work)
    ]
