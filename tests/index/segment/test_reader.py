"""Readers and whoever changes an index under them: what has gone is never called damaged."""

import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.indexes.every_file import answers, make
from support.scripts import run_script
from support.small_index import SPEC, build, chips, record, unit

import geosearch
from geosearch.errors import GeosearchError, IndexFolderError
from geosearch.index import Generation, IndexWriter, Segment, compact, open_index, repair, verify
from geosearch.index.folder.manifest import read_manifest
from geosearch.index.segment.ann import SegmentAnn
from geosearch.search import search

HERE = str(Path(__file__).parents[2])

COMPACT = """
import os, sys
from pathlib import Path
from geosearch.index import compact

last, real, calls = int(sys.argv[2]), os.unlink, []

def unlink(*arguments, **keywords):
    if len(calls) == last:
        os._exit(0)
    calls.append(1)
    real(*arguments, **keywords)

os.unlink = unlink
compact(Path(sys.argv[1]))
"""


def compact_elsewhere(index: Path, files: int = -1) -> None:
    """Compact an index in another process, which dies after it has deleted so many files."""
    assert run_script(COMPACT, index, files).returncode == 0


@pytest.fixture
def index(tmp_path: Path) -> Path:
    make(tmp_path / "index")
    return tmp_path / "index"


def ids_of(opened: Generation, seed: int) -> list[str]:
    return [hit.id for hit in search(opened, unit(seed), k=20)[0]]


def tiers(opened: Generation) -> list[SegmentAnn]:
    return [segment.ann for segment in opened.segments if segment.ann is not None]


FIRST_USES: dict[str, Callable[[Generation], object]] = {
    "the description": lambda index: [one.scenes.description for one in index.segments],
    "the approximate tier": lambda index: [ann.tier for ann in tiers(index)],
    "what was measured": lambda index: [ann.calibration for ann in tiers(index)],
    "the sidecar": lambda index: index.scenes,
    "which rows are removed": lambda index: [one.alive.mask for one in index.segments],
    "the blocks": lambda index: [one.blocks for one in index.segments],
    "what it holds": lambda index: index.describe(),
    "a search": lambda index: ids_of(index, 1),
    "everything": answers,
}


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be deleted there")
@pytest.mark.parametrize("use", FIRST_USES)
@pytest.mark.parametrize("files", [-1, 1, 7, 20])
def test_what_is_first_used_after_a_compaction_says_to_open_again(
    index: Path, use: str, files: int
) -> None:
    opened = open_index(index)
    before = FIRST_USES[use](open_index(index))
    compact_elsewhere(index, files)
    try:
        found = FIRST_USES[use](opened)
    except IndexFolderError as error:
        told = (error.message, error.hint)
        assert "was compacted after it was opened" in told[0]
        assert told[1] == "open the index again"
    else:
        assert use in ("the approximate tier", "what was measured") or repr(found) == repr(before)
    FIRST_USES[use](open_index(index))


def test_an_index_that_is_compacted_while_it_is_opened_is_opened_again(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_manifest(index)
    compact(index)
    with pytest.raises(IndexFolderError, match="was compacted after"):
        Generation(index, before)
    given = [before]
    monkeypatch.setattr(
        "geosearch.index.generations.reader.read_manifest",
        lambda folder: given.pop() if given else read_manifest(folder),
    )
    assert len(open_index(index).segments) == 1


def test_a_check_during_a_compaction_finds_no_damage(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [read_manifest(index)]
    compact(index)
    monkeypatch.setattr(
        "geosearch.index.integrity.verify.read_manifest",
        lambda folder: given.pop() if given else read_manifest(folder),
    )
    assert verify(index) == []


def test_who_reads_an_index_that_is_repaired_is_told_to_open_again(index: Path) -> None:
    opened = open_index(index)
    for path in (index / "segments").glob("*/ann/plan.json"):
        path.write_bytes(path.read_bytes() + b" ")
    repair(index)
    with pytest.raises(IndexFolderError, match="was compacted after"):
        _ = [ann.calibration for ann in tiers(opened)]


def test_an_index_that_was_deleted_is_no_damage(index: Path) -> None:
    import shutil

    opened = open_index(index)
    shutil.rmtree(index)
    with pytest.raises(IndexFolderError, match="no index at"):
        _ = opened.scenes


HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
if sys.argv[2] == "changed":
    connection.execute("UPDATE scenes SET href = 'x'")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("kind", ["open", "changed"])
def test_a_sidecar_that_another_process_has_open_is_in_use_and_not_damaged(
    tmp_path: Path, kind: str
) -> None:
    build(tmp_path / "index", segments=1)
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    command = [sys.executable, "-c", HOLDER, str(path), kind]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        for ask in (
            lambda: open_index(tmp_path / "index").scenes,
            lambda: verify(tmp_path / "index"),
            lambda: repair(tmp_path / "index", drop=True),
        ):
            with pytest.raises(IndexFolderError, match=r"chips\.duckdb is in use") as caught:
                ask()
            assert "repair" not in caught.value.hint
        holder.kill()
    if kind == "open":
        assert verify(tmp_path / "index") == []
    else:  # it left a log of its changes, which DuckDB would take as part of the file
        with pytest.raises(IndexFolderError, match=r"chips\.duckdb\.wal"):
            _ = open_index(tmp_path / "index").scenes
        assert [one.path for one in verify(tmp_path / "index")] == [f"{path}.wal"]
        Path(f"{path}.wal").unlink()
        assert verify(tmp_path / "index") == []


def test_a_sidecar_that_this_process_has_open_otherwise_is_in_use(tmp_path: Path) -> None:
    import duckdb

    build(tmp_path / "index", segments=1)
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    with (
        duckdb.connect(str(path)),
        pytest.raises(IndexFolderError, match="is in use"),
    ):
        _ = open_index(tmp_path / "index").scenes


def test_an_open_index_is_pickled_by_its_folder(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(index.parent)
    opened = open_index(Path("index"))
    _ = answers(opened)  # whatever is cached does not hinder it
    data = pickle.dumps(opened)
    monkeypatch.chdir("/")
    again = pickle.loads(data)
    assert (again.folder, again.number) == (index, opened.number)
    assert answers(again) == answers(open_index(index))
    segment: Segment = pickle.loads(pickle.dumps(open_index(index).segments[0]))
    assert segment.alive.count == open_index(index).segments[0].alive.count


def asked(arguments: tuple[geosearch.Index, int]) -> list[str]:
    index, seed = arguments
    return [hit.id for hit in index.search(unit(seed), k=20)]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_an_index_is_searched_by_many_processes(index: Path, method: str) -> None:
    opened = geosearch.open(index, encoder=geosearch.EncoderChoice(device="cpu"))
    expected = [asked((opened, seed)) for seed in range(4)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(asked, [(opened, seed) for seed in range(4)]) == expected


def test_what_is_unpickled_after_a_compaction_is_the_new_generation(index: Path) -> None:
    data = pickle.dumps(geosearch.open(index))
    compact(index)
    again = pickle.loads(data)
    assert again.generation.number == open_index(index).number


FEW_FILES = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from support.small_index import SPEC, chips, record, unit
from geosearch.errors import GeosearchError
from geosearch.index import IndexWriter, compact, open_index, remove_chips, repair, verify
from geosearch.search import make_filter, search
import numpy as np

index, left = Path(sys.argv[2]), int(sys.argv[3])

def query():
    search(open_index(index), unit(1), k=30, filter=make_filter(max_cloud=0.5))

def write():
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(4), chips(4))
        writer.publish()

asked = {
    "query": query, "scenes": lambda: open_index(index).scenes, "verify": lambda: verify(index),
    "describe": lambda: open_index(index).describe(), "write": write,
    "compact": lambda: compact(index), "repair": lambda: repair(index, drop=True),
    "remove": lambda: remove_chips(index, make_filter(max_cloud=0.1)),
}[sys.argv[4]]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for handle in taken[:left]:
    os.close(handle)
try:
    asked()
    print("done")
except GeosearchError as error:
    print(error.message, "|", error.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_NOFILE")
@pytest.mark.parametrize(
    "asked", ["query", "scenes", "verify", "describe", "write", "compact", "repair", "remove"]
)
def test_too_many_open_files_are_one_error_and_no_damage(index: Path, asked: str) -> None:
    told = set()
    for left in (0, 3, 12, 40, 60):
        result = run_script(FEW_FILES, HERE, index, left, asked)
        assert result.returncode == 0, result.stderr
        assert result.stdout == "done\n" or "ulimit -n" in result.stdout, (left, result.stdout)
        told.add(result.stdout == "done\n")
    assert False in told
    assert verify(index) == []


def test_a_run_that_published_nothing_leaves_no_index_for_the_next_one(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(0), chips(0))
    assert {path.name for path in index.iterdir()} == {"staging", "writer.lock"}
    asks: list[Callable[[Path], object]] = [open_index, verify, compact, repair]
    for ask in asks:
        with pytest.raises(GeosearchError, match=r"no index at .* yet") as caught:
            ask(index)
        assert "geosearch index" in caught.value.hint
        assert "geosearch import" in caught.value.hint
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("scene0.tif", "1") == "staged"
        writer.stage(record(1), chips(1))
        assert writer.publish().chips == 200
    assert ids_of(open_index(index), 1)


def test_what_is_staged_is_found_though_the_lock_was_deleted(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    build(index, segments=1)
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(1).__class__(**values(1)), chips(1))
    os.remove(index / "writer.lock")
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("scene1.tif", "2") == "staged"


def values(number: int) -> dict[str, Any]:
    one = record(number)
    return {name: getattr(one, name) for name in one.__slots__} | {"state": "2"}


def test_vectors_are_those_of_the_generation(index: Path) -> None:
    assert all(np.isfinite(one.vectors).all() for one in open_index(index).segments)
