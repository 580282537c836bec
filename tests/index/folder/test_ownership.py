"""Nothing is deleted or emptied that geosearch did not make: by no name, no place, no link."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.small_index import SPEC, build, chips, record

import geosearch
from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter, compact, open_index, repair, verify
from geosearch.index.folder.manifest import read_manifest


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two segments, with removed rows, and a scene that waits in staging."""
    build(tmp_path / "index", segments=2)
    geosearch.remove(tmp_path / "index", bbox="0.02,0,0.03,1")
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(record(0).__class__(**values(0)), chips(0))
    return tmp_path / "index"


def values(number: int) -> dict[str, Any]:
    one = record(number)
    return {name: getattr(one, name) for name in one.__slots__} | {"state": "2"}


def photos(folder: Path) -> dict[Path, bytes]:
    """Files of somebody's, some of them with names of ours."""
    names = ("photo.jpg", "deep/er/photo.jpg", "vectors.f16.bak", "notes.txt", "rows/photo.jpg")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine: {name}")
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def all_operations(index: Path) -> None:
    """Whatever publishes or deletes; each may refuse, none may delete what is not ours."""

    def add() -> None:
        with IndexWriter(index, SPEC) as writer:
            writer.stage(record(4), chips(4))
            writer.publish()

    operations: list[Callable[[], object]] = [
        add,
        lambda: compact(index),
        lambda: geosearch.remove(index, bbox="1.02,0,1.03,1"),
        lambda: compact(index),
        lambda: repair(index),
        lambda: repair(index, drop=True),
        lambda: compact(index),
    ]
    for operation in operations:
        try:
            operation()
        except IndexFolderError as error:
            print(error)


FOLDERS = [
    "segments/0123456789abcdef",
    "segments/new.part",
    "segments/0123456789abcdef0123456789abcdef-01234567.part",
    "segments/photos",
    "staging/0123456789abcdef0123456789abcdef",
    "staging/0123456789abcdef0123456789abcdef.unfinished",
    "staging/torn.part",
    "staging/photos",
    "removed/0123456789abcdef",
    "removed/photos",
    ".manifest.json.part",
]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_somebodys_with_a_name_of_ours_stays(index: Path, name: str) -> None:
    mine = photos(index / name)
    all_operations(index)
    assert {path: path.read_bytes() for path in mine} == mine
    assert verify(index) == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_with_a_name_of_ours_stays_and_so_does_what_it_leads_to(
    index: Path, tmp_path: Path, name: str
) -> None:
    mine = photos(tmp_path / "mine")
    (index / name).parent.mkdir(exist_ok=True)
    (index / name).symlink_to(tmp_path / "mine", target_is_directory=True)
    all_operations(index)
    assert {path: path.read_bytes() for path in mine} == mine
    assert (index / name).is_symlink()


@pytest.mark.parametrize("name", FOLDERS[:6] + FOLDERS[8:9])
def test_a_file_of_somebodys_with_a_name_of_ours_stays(index: Path, name: str) -> None:
    (index / name).write_text("mine")
    all_operations(index)
    assert (index / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["staging", "segments", "removed"])
def test_a_link_in_the_place_of_a_folder_of_ours_is_refused_by_name(
    index: Path, tmp_path: Path, name: str
) -> None:
    (index / name).rename(tmp_path / "elsewhere")
    (index / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    mine = photos(tmp_path / "elsewhere")
    all_operations(index)
    assert {path: path.read_bytes() for path in mine} == mine
    assert (index / name).is_symlink()
    with pytest.raises(IndexFolderError, match=f"cannot use .*{name}") as caught:
        compact(index)
    assert "move away" in caught.value.hint


@pytest.mark.parametrize("place", ["segment", "staged", "part"])
def test_a_file_that_somebody_put_among_ours_stays(index: Path, place: str) -> None:
    folders = {
        "segment": next((index / "segments").iterdir()),
        "staged": next((index / "staging").iterdir()),
        "part": index / "segments" / f"{read_manifest(index).id}-01234567.part",
    }
    mine = [folders[place] / "photo.jpg", folders[place] / "rows" / "photo.jpg"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    all_operations(index)
    assert [path.read_text() for path in mine] == ["mine", "mine"]


def test_files_of_ours_that_are_links_are_not_written_through(index: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    places = ["writer.lock", f".manifest.json.{read_manifest(index).id}.part"]
    for name in places:
        (index / name).unlink(missing_ok=True)
        (index / name).symlink_to(mine)
        all_operations(index)
        assert mine.read_text() == "mine"
        (index / name).unlink()


def test_a_lock_that_somebody_else_wrote_is_not_emptied(index: Path) -> None:
    (index / "writer.lock").write_text("yarn lockfile v1\n")
    with pytest.raises(IndexFolderError, match=r"writer\.lock"):
        compact(index)
    assert (index / "writer.lock").read_text() == "yarn lockfile v1\n"


def test_a_folder_in_the_place_of_a_segment_to_come_is_refused_and_stays(tmp_path: Path) -> None:
    build(tmp_path / "once", segments=1)
    (name,) = (path.name for path in (tmp_path / "once" / "segments").iterdir())
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        for number in range(5):
            writer.stage(record(number), chips(number))
        mine = photos(tmp_path / "index" / "segments" / name)
        with pytest.raises(IndexFolderError, match=name):
            writer.publish()
    assert {path: path.read_bytes() for path in mine} == mine
    shutil.rmtree(tmp_path / "index" / "segments" / name)
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        assert writer.publish().chips == 500


def test_a_segment_of_another_index_is_not_deleted(index: Path, tmp_path: Path) -> None:
    build(tmp_path / "other", segments=1)
    (theirs,) = (tmp_path / "other" / "segments").iterdir()
    shutil.copytree(theirs, index / "segments" / theirs.name)
    compact(index)
    assert (index / "segments" / theirs.name / "vectors.f16").exists()


def test_what_is_superseded_and_ours_goes(index: Path) -> None:
    compact(index)
    compact(index)
    assert len(open_index(index).segments) == len(list((index / "segments").iterdir())) == 1
    assert list((index / "removed").iterdir()) == []
    names = {path.name for path in index.iterdir()}
    assert names == {"manifest.json", "segments", "staging", "removed", "writer.lock"}


@pytest.mark.parametrize("name", ["staging/photo.jpg", "segments/deep/photo.jpg", "removed/a.txt"])
def test_no_index_is_made_among_somebodys_files_in_a_folder_of_our_name(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "index" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with (
        pytest.raises(IndexFolderError, match="not an index and not empty"),
        IndexWriter(tmp_path / "index", SPEC),
    ):
        pass
    assert [one for one in (tmp_path / "index").rglob("*") if one.is_file()] == [path]
