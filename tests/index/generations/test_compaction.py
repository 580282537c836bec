"""A compacted index answers as before, and holds nothing else."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.scripts import run_script
from support.small_index import SPEC, all_chips, best_ids, build, chips, record, unit

import geosearch
from geosearch.errors import IndexFolderError, UsageError
from geosearch.index import ChipBatch, Generation, IndexWriter, compact, open_index, verify
from geosearch.index.folder.manifest import read_manifest
from geosearch.index.folder.ownership import new_part
from geosearch.search import make_filter, search

KILLED = """
import os, sys
from pathlib import Path
from geosearch.index import compact

fatal, calls = int(sys.argv[2]), []

def counted(real):
    def call(*arguments, **keywords):
        calls.append(real.__name__)
        if len(calls) == fatal:
            os.kill(os.getpid(), 9)
        return real(*arguments, **keywords)
    return call

for name in ("fsync", "rename", "replace", "mkdir", "open", "rmdir", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
compact(Path(sys.argv[1]))
print(len(calls))
"""

READER = """
import sys
from pathlib import Path
import numpy as np
from geosearch.errors import IndexFolderError
from geosearch.index import open_index
from geosearch.index.folder.manifest import read_manifest
from geosearch.index.folder.ownership import new_part
from geosearch.search import search

query = np.full(16, 0.25, np.float32)
used, unused = open_index(Path(sys.argv[1])), open_index(Path(sys.argv[1]))
before = [hit.id for hit in search(used, query, k=40)[0]]
print("ready", flush=True)
sys.stdin.readline()
print([hit.id for hit in search(used, query, k=40)[0]] == before)
try:
    search(unused, query, k=40)
except IndexFolderError as error:
    print(error.message, error.hint)
"""


def found(
    index: Generation, seed: int = 1, k: int = 600, **wanted: object
) -> list[tuple[str, float]]:
    hits, _ = search(index, unit(seed), filter=make_filter(**wanted), k=k)  # type: ignore[arg-type]
    return [(hit.id, hit.score) for hit in hits]


def chips_of(batch: ChipBatch, count: int) -> ChipBatch:
    """The first chips of a batch."""
    parts = {name: getattr(batch, name) for name in ChipBatch.__dataclass_fields__}
    first: dict[str, Any] = {n: None if one is None else one[:count] for n, one in parts.items()}
    return ChipBatch(**first)


def segment_files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "segments").iterdir()}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Three segments, a scene removed whole and parts of two others."""
    build(tmp_path / "index", segments=3)
    geosearch.remove(tmp_path / "index", bbox="0.02,0,0.03,1")
    geosearch.remove(tmp_path / "index", bbox="2.05,0,2.4,0.5")
    geosearch.remove(tmp_path / "index", scenes=["scene1.tif"])
    return tmp_path / "index"


@pytest.fixture(scope="module", params=["flat", "ivfpq"])
def twins(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Generation, Generation]:
    folder = tmp_path_factory.mktemp("compaction")
    build(folder / "before", segments=3, ann=request.param)
    geosearch.remove(folder / "before", bbox="0.5,0,2.5,0.31")
    shutil.copytree(folder / "before", folder / "after")
    assert compact(folder / "after").segments == 1
    return open_index(folder / "before"), open_index(folder / "after")


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000), k=st.integers(1, 60), west=st.floats(-1, 5), width=st.floats(0, 4),
    when=st.sampled_from([None, "2020-01-02/..", "../2020-01-03"]),
)  # fmt: skip
def test_every_search_answers_as_before(
    twins: tuple[Generation, Generation],
    seed: int,
    k: int,
    west: float,
    width: float,
    when: str | None,
) -> None:
    before, after = (
        found(one, seed, k, bbox=(west, 0.2, west + width, 0.9), datetime=when) for one in twins
    )
    assert [chip for chip, _ in before] == [chip for chip, _ in after]
    np.testing.assert_allclose([s for _, s in before], [s for _, s in after], atol=1e-6)
    before, after = (found(one, seed, k) for one in twins)
    assert [chip for chip, _ in before] == [chip for chip, _ in after]


@pytest.mark.parametrize("ann", ["flat", "ivfpq"])
def test_it_makes_the_segment_that_indexing_at_once_makes(tmp_path: Path, ann: str) -> None:
    once = build(tmp_path / "once", segments=1, ann=ann)
    build(tmp_path / "parts", segments=4, ann=ann)
    compact(tmp_path / "parts")
    (expected,), (made,) = once.segments, open_index(tmp_path / "parts").segments
    assert made.id == expected.id
    # DuckDB's files are not the same bytes each time
    assert replace(made.entry, checksum="", files={}) == replace(
        expected.entry, checksum="", files={}
    )
    assert open_index(tmp_path / "parts").scenes == once.scenes


def test_removed_chips_are_no_rows_any_more_and_nothing_else_is_left(index: Path) -> None:
    chip_count = open_index(index).chip_count
    done = compact(index)
    (segment,) = open_index(index).segments
    assert (done.chips, segment.n, segment.alive.mask) == (chip_count, chip_count, None)
    assert segment_files(index) == {segment.id}
    assert list((index / "removed").iterdir()) == []
    assert done.freed_bytes > 1_000_000
    assert verify(index) == []


def test_all_that_is_known_of_scenes_stays(index: Path) -> None:
    before = open_index(index).scenes
    compact(index)
    assert open_index(index).scenes == before


def test_a_compact_index_is_left_as_it_is(index: Path) -> None:
    first = compact(index)
    second = compact(index)
    assert (second.generation, second.freed_bytes) == (first.generation, 0)


def test_a_reader_in_this_process_keeps_its_files_until_it_is_gone(index: Path) -> None:
    held = open_index(index)
    assert compact(index).held_segments == 3
    assert len(found(held)) == held.chip_count
    del held
    done = compact(index)
    assert done.held_segments == 0
    assert done.freed_bytes > 0
    assert len(segment_files(index)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be deleted there")
def test_a_reader_in_another_process_goes_on_or_is_told_to_open_again(index: Path) -> None:
    command = [sys.executable, "-c", READER, str(index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        compact(index)
        output, _ = reader.communicate("go on\n")
    assert output.startswith("True\n")
    assert "was compacted" in output
    assert "open the index again" in output


def test_segments_do_not_grow_beyond_what_is_asked(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=5)
    assert compact(tmp_path / "index", max_rows=200).segments == 3
    opened = open_index(tmp_path / "index")
    assert [segment.n for segment in opened.segments] == [200, 200, 100]
    assert [chip for chip, _ in found(opened, k=50)] == best_ids(all_chips(), unit(1), 50)


@pytest.mark.parametrize("max_rows", [200, 250, 300, 400])
def test_nothing_is_left_to_do_after_a_compaction(tmp_path: Path, max_rows: int) -> None:
    build(tmp_path / "index", segments=4)  # 200, 100, 100 and 100 chips
    first = compact(tmp_path / "index", max_rows=max_rows)
    second = compact(tmp_path / "index", max_rows=max_rows)
    assert (second.generation, second.segments) == (first.generation, first.segments)


def test_removed_rows_go_from_segments_of_any_size_once_and_for_all(index: Path) -> None:
    first = compact(index, max_rows=150)
    assert all(segment.alive.mask is None for segment in open_index(index).segments)
    assert compact(index, max_rows=150).generation == first.generation


def test_large_segments_become_one_where_memory_allows(tmp_path: Path) -> None:
    build(tmp_path / "index", segments=5, ann="ivfpq")
    assert compact(tmp_path / "index", max_rows=150).segments == 5  # no two fit into one
    assert compact(tmp_path / "index", max_rows=2000).segments == 1
    assert verify(tmp_path / "index") == []
    opened = open_index(tmp_path / "index")
    assert [segment.ann is not None for segment in opened.segments] == [True]
    assert [chip for chip, _ in found(opened, k=50)] == best_ids(all_chips(), unit(1), 50)


def test_a_little_is_added_without_copying_much(tmp_path: Path) -> None:
    small = tmp_path / "index"
    build(small, segments=1)
    large = open_index(small).segments[0].id
    with IndexWriter(small, SPEC) as writer:
        writer.stage(replace(record(0), id="few.tif"), chips_of(chips(0), 20))
        writer.publish()
    compact(small)
    assert large in segment_files(small)
    assert len(segment_files(small)) == 2


def test_less_memory_than_is_possible_is_refused(index: Path) -> None:
    with pytest.raises(UsageError, match="`max_memory` 5MB"):
        compact(index, max_memory="5MB")
    with pytest.raises(UsageError, match="plenty"):
        geosearch.compact(index, max_memory="plenty")


@pytest.mark.parametrize("ann", ["flat", "ivfpq"])
def test_a_tier_that_was_forced_is_kept(tmp_path: Path, ann: str) -> None:
    build(tmp_path / "index", segments=2, ann=ann)
    compact(tmp_path / "index")
    (segment,) = open_index(tmp_path / "index").segments
    assert segment.entry.ann == ann


def test_a_damaged_file_is_not_copied(index: Path) -> None:
    path = open_index(index).segments[0].folder / "vectors.f16"
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    manifest = (index / "manifest.json").read_bytes()
    with pytest.raises(IndexFolderError, match="content has changed"):
        compact(index)
    assert (index / "manifest.json").read_bytes() == manifest


def test_finished_scenes_of_a_killed_run_wait_and_its_remains_go(index: Path) -> None:
    with IndexWriter(index, SPEC) as writer:
        writer.stage(record(1), chips(1))
    part = index / "segments" / new_part(read_manifest(index).id)
    (part / "rows").mkdir(parents=True)
    (part / "rows" / "bounds").write_bytes(b"x")
    assert compact(index).waiting_scenes == 1
    assert [path.suffix for path in (index / "staging").iterdir()] == [""]
    assert len(segment_files(index)) == 1
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("scene1.tif", "1") == "staged"


def test_what_somebody_put_there_is_left(index: Path) -> None:
    (index / "segments" / "notes.txt").write_text("mine")
    compact(index)
    assert (index / "segments" / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_anywhere_it_loses_nothing_and_the_next_one_finishes(index: Path) -> None:
    expected = [chip for chip, _ in found(open_index(index))]
    shutil.copytree(index, index.parent / "whole")
    steps = int(kill(index.parent / "whole", 0).stdout)
    for fatal in np.linspace(1, steps, 7).astype(int).tolist():
        folder = index.parent / f"killed{fatal}"
        shutil.copytree(index, folder)
        assert kill(folder, fatal).returncode == -9
        assert [chip for chip, _ in found(open_index(folder))] == expected
        assert compact(folder).segments == 1
        assert len(segment_files(folder)) == 1
        assert verify(folder) == []


def kill(folder: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    return run_script(KILLED, folder, fatal)
