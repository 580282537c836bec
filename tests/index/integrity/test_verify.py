"""Damage is named by its file, and what is derived is made again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.indexes.sealing import edit_manifest, reseal
from support.small_index import SPEC, build, chips, record, unit

import geosearch
from geosearch.errors import IndexFolderError, UsageError
from geosearch.index import IndexWriter, SceneRecord, open_index, repair, verify
from geosearch.index.folder.layout import SIDECAR
from geosearch.index.segment.chip_entries import CHIP_ENTRY
from geosearch.search import search

DERIVED = {
    "segment.json", "ann/codes.lists", "ann/lists.npz", "ann/plan.json", "rows/bounds",
    "rows/time_ms", "rows/scene_no", "rows/valid", "rows/cloud", "rows/footprints",
    "rows/footprint_starts", "rows/blocks.npz", "rows/windows", "rows/size_m", "rows/gsd_m",
    "rows/chips",
}  # fmt: skip
NOT_DERIVED = {"chips.duckdb", "vectors.f16", "removed"}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


DAMAGES: list[Callable[[Path], None]] = [truncate, flip, Path.unlink]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of every kind of file: one segment, approximate tier, some rows removed."""
    folder = tmp_path_factory.mktemp("checking") / "index"
    with IndexWriter(folder, SPEC, ann="ivfpq") as writer:
        for number in range(2):
            writer.stage(record(number), chips(number))
        writer.publish()
    geosearch.remove(folder, bbox="0.02,0,0.03,1")
    return folder


@pytest.fixture
def index(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "index")
    return tmp_path / "index"


def file_of(index: Path, name: str) -> Path:
    if name == "removed":
        return next((index / "removed").iterdir())
    return next((index / "segments").iterdir()) / name


def found(index: Path) -> list[str]:
    return [hit.id for hit in search(open_index(index), unit(3), k=200)[0]]


def test_a_whole_index_has_no_fault_and_every_file_is_tried_here(index: Path) -> None:
    assert verify(index) == []
    assert repair(index) == []
    segment = file_of(index, "")
    files = {path.relative_to(segment).as_posix() for path in segment.rglob("*") if path.is_file()}
    assert files == (DERIVED | NOT_DERIVED) - {"removed"}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", sorted(DERIVED))
def test_what_is_derived_is_named_and_made_again(
    index: Path, whole: Path, name: str, damage: Callable[[Path], None]
) -> None:
    path = file_of(index, name)
    damage(path)
    (problem,) = verify(index)
    assert (problem.path, problem.repairable) == (str(path), True)
    assert "repair=True" in problem.remedy
    assert [one.outcome for one in repair(index)] == ["repaired"]
    assert verify(index) == []
    assert found(index) == found(whole)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", sorted(NOT_DERIVED))
def test_what_is_not_derived_is_named_and_left_until_it_is_dropped(
    index: Path, name: str, damage: Callable[[Path], None]
) -> None:
    path = file_of(index, name)
    damage(path)
    (problem,) = [one for one in verify(index) if not one.repairable]
    assert problem.path == str(path)
    assert "drop=True" in problem.remedy
    manifest = (index / "manifest.json").read_bytes()
    assert [one.outcome for one in repair(index)] == ["found"]
    assert (index / "manifest.json").read_bytes() == manifest
    assert {one.outcome for one in repair(index, drop=True)} == {"dropped"}
    assert verify(index) == []
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("scene0.tif", "1") == "new"
        writer.stage(record(0), chips(0))
        writer.stage(record(1), chips(1))
        assert writer.publish().chips == 200
    assert verify(index) == []


def test_damage_in_two_files_is_repaired_where_the_source_is_whole(index: Path) -> None:
    flip(file_of(index, "rows/bounds"))
    flip(file_of(index, "vectors.f16"))
    flip(file_of(index, "ann/lists.npz"))
    outcomes = {Path(one.path).name: one.outcome for one in repair(index)}
    assert outcomes == {"bounds": "repaired", "vectors.f16": "found", "lists.npz": "found"}


def test_rows_made_again_are_the_same_bytes(index: Path, whole: Path) -> None:
    for name in sorted(name for name in DERIVED if name.startswith("rows")):
        flip(file_of(index, name))
    repair(index)
    for name in sorted(name for name in DERIVED if name.startswith("rows")):
        assert file_of(index, name).read_bytes() == file_of(whole, name).read_bytes(), name


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_vectors_not_of_unit_length_are_faults_though_checksums_agree(
    index: Path, value: float
) -> None:
    path = file_of(index, "vectors.f16")
    vectors = np.fromfile(path, "<f2").reshape(200, -1)
    vectors[7] *= value
    vectors.tofile(path)
    reseal(index)
    (problem,) = verify(index)
    assert problem.reason == "1 of 200 vectors are not of unit length"


def test_rows_that_do_not_agree_with_the_sidecar_are_faults_and_made_again(index: Path) -> None:
    path = file_of(index, "rows/scene_no")
    np.fromfile(path, "<i4")[::-1].tofile(path)
    reseal(index)
    assert [one.reason for one in repair(index)] == ["scene_no does not agree with chips.duckdb"]
    assert verify(index) == []


def test_what_hits_tell_must_be_what_the_columns_have(index: Path) -> None:
    path = file_of(index, "rows/chips")
    data = bytearray(path.read_bytes())
    assert CHIP_ENTRY.fields is not None
    data[3 * len(data) // 200 + CHIP_ENTRY.fields["scene_no"][1]] ^= 1
    path.write_bytes(data)
    reseal(index)
    (problem,) = repair(index)
    assert problem.reason == "the entries of chips do not agree with the columns"
    assert verify(index) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE chips SET col_px = 0, row_px = 0 WHERE row IN (3, 5)", "chip ids"),
        ("DELETE FROM chips WHERE row = 3", "rows are not those of 200 vectors"),
        ("UPDATE chips SET scene_no = 9 WHERE row = 3", "scenes that it does not have"),
    ],
)
def test_a_sidecar_that_contradicts_itself_is_a_fault(
    index: Path, statement: str, said: str
) -> None:
    import duckdb

    with duckdb.connect(str(file_of(index, "chips.duckdb"))) as connection:
        connection.execute(statement)
    reseal(index)
    reasons = [one.reason for one in verify(index) if one.path.endswith("chips.duckdb")]
    assert len(reasons) == 1
    assert said in reasons[0]


def test_a_scene_that_is_searched_twice_is_a_fault(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=2)
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        changed = record(0).__class__(**{**values(record(0)), "state": "2"})
        writer.stage(changed, chips(0))
        writer.publish()

    def search_all(document: dict[str, Any]) -> None:
        for segment in document["segments"]:
            segment["removed"] = []

    edit_manifest(tmp_path / "index", search_all)
    repair(tmp_path / "index")  # bounds and times
    (problem,) = verify(tmp_path / "index")
    assert problem.path == str(tmp_path / "index" / "manifest.json")
    assert "scene0.tif" in problem.reason


def values(scene: SceneRecord) -> dict[str, Any]:
    return {name: getattr(scene, name) for name in scene.__slots__}


def test_a_reader_goes_on_while_files_are_made_again(index: Path) -> None:
    held = open_index(index)
    before = [hit.id for hit in search(held, unit(3), k=50)[0]]
    Path.unlink(file_of(index, "rows/bounds"))
    repair(index)
    assert [hit.id for hit in search(held, unit(3), k=50)[0]] == before


def test_a_lost_manifest_is_an_error_that_says_so(index: Path) -> None:
    (index / "manifest.json").unlink()
    with pytest.raises(IndexFolderError, match="no index"):
        verify(index)


def test_dropping_wants_repairing(index: Path) -> None:
    with pytest.raises(UsageError, match="`drop`"):
        geosearch.verify(index, drop=True)


def test_the_sidecar_of_another_segment_is_not_answered_from(tmp_path: Path) -> None:
    index = tmp_path / "index"
    for number in (0, 1):
        with IndexWriter(index, SPEC) as writer:
            writer.stage(record(number), chips(number))
            writer.publish()
    one, other = (index / "segments" / entry.id for entry in open_index(index).segments)
    if (one / SIDECAR).stat().st_size != (other / SIDECAR).stat().st_size:
        pytest.skip("DuckDB wrote the two in different sizes: that is seen before")
    shutil.copy(other / SIDECAR, one / SIDECAR)
    with pytest.raises(IndexFolderError, match=r"chips\.duckdb is damaged: its scenes are not"):
        _ = open_index(index).scenes
