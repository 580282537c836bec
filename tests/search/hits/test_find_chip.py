"""Chips are found by their ids, whatever became of the rest."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_index import NAMES, SPEC, all_chips, build, chips, record

import geosearch
from geosearch.errors import UsageError
from geosearch.index import IndexWriter, open_index
from geosearch.search import find_chip, read_chip


def test_every_chip_is_found_by_its_id(tmp_path: Path) -> None:
    index = build(tmp_path / "index", segments=3)
    for chip in all_chips()[::7]:
        found = read_chip(index, chip.id)
        assert found.id == chip.id
        assert found.footprint.equals(chip.footprint)
        assert np.array_equal(found.vector, chip.vector)


def test_chips_are_found_by_ids_of_their_own(tmp_path: Path) -> None:
    ids = np.array(
        [f"tile {number}" for number in range(98)] + ["", "scene0.tif@0,0,64x64"], object
    )
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(record(0), replace(chips(0), ids=ids))
        writer.publish()
    index = open_index(tmp_path / "index")
    vectors = chips(0).vectors.astype(np.float16).astype(np.float32)
    for number in (0, 41, 97, 99):
        assert np.array_equal(read_chip(index, ids[number]).vector, vectors[number])
    assert read_chip(index, "scene0.tif@512,576,64x64").window[:2] == (512, 576)
    with pytest.raises(UsageError, match="no chip"):
        find_chip(index, "scene0.tif@64,0,64x64")  # its window would make this id


def test_a_chip_that_was_removed_is_said_to_be(tmp_path: Path) -> None:
    build(tmp_path / "index")
    gone = f"{NAMES[1]}@0,0,64x64"
    geosearch.remove(tmp_path / "index", scenes=(NAMES[1],))
    with pytest.raises(UsageError, match="was removed") as caught:
        geosearch.open(tmp_path / "index").vector(gone)
    assert "index its scene again" in caught.value.hint
    geosearch.compact(tmp_path / "index")
    with pytest.raises(UsageError, match="no chip of this index"):
        geosearch.open(tmp_path / "index").vector(gone)


@pytest.mark.parametrize(
    ("chip_id", "hint"),
    [
        ("scene0.tif@1,0,64x64", "other chips"),
        ("scenes0.tif@0,0,64x64", "closest scene"),
        ("scene0.tif@99999999999999,0,64x64", "hits"),
        ("\ud800", "hits"),
        ("", "hits"),
        ("x" * 100_000, "hits"),
    ],
)
def test_an_id_that_never_was_is_refused_with_a_remedy(
    tmp_path: Path, chip_id: str, hint: str
) -> None:
    index = build(tmp_path / "index")
    with pytest.raises(UsageError) as caught:
        find_chip(index, chip_id)
    assert hint in caught.value.hint or "ids" in caught.value.hint
    assert len(caught.value.message) < 400
