"""A folder that is swapped while it is written: one clear error, and nobody's index is changed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.indexes.sealing import edit_manifest
from support.small_index import SPEC, build, chips, record

import geosearch
from geosearch.errors import IndexFolderError
from geosearch.index import (
    IndexWriter,
    compact,
    open_index,
    remove_chips,
    repair,
    verify,
)
from geosearch.index.folder.hold import Hold
from geosearch.search import make_filter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no folder in use moves there")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "writer.lock"
    }


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(tmp_path / "index", segments=2)
    geosearch.remove(tmp_path / "index", bbox="0.02,0,0.03,1")
    return tmp_path / "index"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another index of the same spec, with one of the scenes."""
    with IndexWriter(tmp_path / "other", SPEC) as writer:
        writer.stage(record(1), chips(1))
        writer.publish()
    return tmp_path / "other"


def index_more(folder: Path) -> None:
    with IndexWriter(folder, SPEC) as writer:
        writer.stage(record(4).__class__(**values(4)), chips(4))
        writer.publish()


def values(number: int) -> dict[str, Any]:
    one = record(number)
    return {name: getattr(one, name) for name in one.__slots__} | {"state": "2"}


def damage_and_repair(folder: Path) -> None:
    edit_manifest(folder, lambda document: document["segments"][0].update(bounds=[0, 0, 1, 1]))
    repair(folder)


OPERATIONS: dict[str, Callable[[Path], object]] = {
    "index": index_more,
    "remove": lambda folder: remove_chips(folder, make_filter(max_cloud=0.1)),
    "compact": compact,
    "repair": damage_and_repair,
}


def move(folder: Path, other: Path) -> None:
    folder.rename(folder.with_name("moved"))


def replace_by_another(folder: Path, other: Path) -> None:
    move(folder, other)
    other.rename(folder)


def replace_by_a_copy(folder: Path, other: Path) -> None:
    move(folder, other)
    shutil.copytree(folder.with_name("moved"), folder)


SWAPS: dict[str, Callable[[Path, Path], None]] = {
    "moved": move,
    "deleted": lambda folder, _other: shutil.rmtree(folder),
    "replaced": replace_by_another,
    "replaced by a copy": replace_by_a_copy,
}


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("step", ["place", "same"])
def test_a_folder_that_is_swapped_is_one_error_and_what_is_there_stays(
    index: Path,
    other: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    swap: str,
    step: str,
) -> None:
    """Swapped right before it is looked at again whether the path leads where it did."""
    real = getattr(Hold, f"require_{step}")
    after: dict[str, bytes] = {}

    def swapped(hold: Hold) -> None:
        if not after:
            SWAPS[swap](index, other)
            after.update(contents(index) if index.exists() else {"": b""})
        real(hold)

    monkeypatch.setattr(Hold, f"require_{step}", swapped)
    with pytest.raises(IndexFolderError, match="moved, deleted or replaced"):
        OPERATIONS[operation](index)
    assert (contents(index) if index.exists() else {"": b""}) == after
    if swap != "deleted":
        moved = index.with_name("moved")
        assert open_index(moved).number == 3


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_folder_that_is_swapped_after_the_last_look_is_not_written(
    index: Path, other: Path, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    real = os.replace
    before: dict[str, bytes] = {}

    def replaced(source: str, target: str, **folders: int) -> None:
        if target == "manifest.json":
            index.rename(index.with_name("moved"))
            other.rename(index)
            before.update(contents(index))
        real(source, target, **folders)

    monkeypatch.setattr(os, "replace", replaced)
    try:
        OPERATIONS[operation](index)
    except IndexFolderError as error:
        assert "moved, deleted or replaced" in error.message  # noqa: PT017
    monkeypatch.undo()
    assert contents(index) == before
    assert open_index(index.with_name("moved")).number == 4
    assert verify(index.with_name("moved")) == []


def test_a_manifest_that_another_wrote_meanwhile_is_not_overwritten(index: Path) -> None:
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(4).__class__(**values(4)), chips(4))
        manifest = index / "manifest.json"
        kept = manifest.read_bytes()
        shutil.copytree(index, index.with_name("copy"))
        compact(index.with_name("copy"))
        published = (index.with_name("copy") / "manifest.json").read_bytes()
        manifest.write_bytes(published)
        with pytest.raises(IndexFolderError, match="changed by another"):
            writer.publish()
        assert manifest.read_bytes() == published
        manifest.write_bytes(kept)
        assert writer.publish().number == 4


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from support.indexes.sealing import edit_manifest
from support.small_index import SPEC, chips, record
from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter
try:
    with IndexWriter(Path(sys.argv[2]), SPEC) as writer:
        print("held", flush=True)
        for line in sys.stdin:
            number = int(line)
            if number < 0:
                print(writer.publish().number, flush=True)
            else:
                writer.stage(record(number), chips(number))
                print("staged", flush=True)
except IndexFolderError as error:
    print(error.message, flush=True)
"""


class Writer:
    """A writer in a process of its own, told what to do."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", WRITER, str(Path(__file__).parents[2]), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.said() == "held"

    def said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def told(self, number: int) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        return self.said()

    def end(self) -> None:
        self._process.communicate(timeout=60)


def test_of_two_writers_over_a_folder_that_is_swapped_each_writes_its_own(tmp_path: Path) -> None:
    path = tmp_path / "index"
    first = Writer(path)
    assert first.told(0) == "staged"
    path.rename(tmp_path / "moved")
    second = Writer(path)
    assert second.told(1) == "staged"
    assert "moved, deleted or replaced" in first.told(2)
    assert second.told(2) == "staged"
    assert second.told(-1) == "1"
    first.end()
    second.end()
    assert [one.id for one in open_index(path).scenes] == ["scene1.tif", "scene2.tif"]
    assert verify(path) == []
    assert not (tmp_path / "moved" / "manifest.json").exists()
    (tmp_path / "moved").rename(tmp_path / "again")
    with IndexWriter(tmp_path / "again", SPEC) as writer:  # what was staged is there
        assert writer.status("scene0.tif", "1") == "staged"
        assert writer.publish().chips == 100
