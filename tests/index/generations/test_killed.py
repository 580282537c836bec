"""A writer that dies or that has no room leaves what was published, and the next run goes on."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.making import SPEC, chips, scene
from support.scripts import run_script

from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter, open_index, verify

DRIVER = """
import os, sys
from pathlib import Path
from geosearch.index import IndexWriter
sys.path.insert(0, sys.argv[1])
from support.making import SPEC, chips, scene

folder, fatal, seed = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
calls = []

def counted(real):
    def call(*arguments, **keywords):
        calls.append(f"{real.__name__} {arguments[0]}")
        if len(calls) == fatal:
            os.kill(os.getpid(), 9)
        return real(*arguments, **keywords)
    return call

# every step by which something gets or loses its place on the disk
for name in ("fsync", "rename", "replace", "mkdir", "open", "rmdir", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
with IndexWriter(folder, SPEC) as writer:
    for name, mtime in (("a.tif", 2), ("c.tif", 1)):
        if writer.status(name, str(mtime)) not in ("staged", "published"):
            writer.stage(scene(name, mtime), chips(seed if name == "a.tif" else 3))
    writer.publish()
print(*calls, sep="\\n")
"""

FULL_DISK = """
import resource, sys
from pathlib import Path
from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter
sys.path.insert(0, sys.argv[1])
from support.making import SPEC, chips, scene

with IndexWriter(Path(sys.argv[2]), SPEC, ann="ivfpq") as writer:
    for name in range(20):
        writer.stage(scene(f"{name}.tif"), chips(name, count=400))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
    try:
        writer.publish()
    except IndexFolderError as error:
        print(error.message)
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run_script(script, Path(__file__).parents[2], *arguments)


def fatal_steps(steps: list[str]) -> list[int]:
    """Where a segment and the manifest take their places, and what stood there goes, from 1."""
    renames = [n for n, step in enumerate(steps, 1) if step.startswith(("rename", "replace"))]
    return [*renames[-2:], renames[-1] + 1]


def publish(folder: Path, *names: str) -> None:
    with IndexWriter(folder, SPEC) as writer:
        for name in names:
            writer.stage(scene(name), chips(seed=1))
        writer.publish()


@pytest.mark.parametrize("seed", [2, 1], ids=["new content", "touched only"])
def test_a_killed_writer_leaves_a_whole_generation_and_the_next_finishes(
    tmp_path: Path, seed: int
) -> None:
    publish(tmp_path / "start", "a.tif", "b.tif")
    shutil.copytree(tmp_path / "start", tmp_path / "whole")
    steps = run(DRIVER, tmp_path / "whole", 0, seed).stdout.splitlines()
    assert len(steps) > 20
    between = np.linspace(1, len(steps), 5).astype(int).tolist() if seed == 2 else []
    for fatal in between + fatal_steps(steps):
        folder = tmp_path / f"killed{fatal}"
        shutil.copytree(tmp_path / "start", folder)
        assert run(DRIVER, folder, fatal, seed).returncode == -9
        opened = open_index(folder)  # a reader that comes now
        assert opened.number in (1, 2)
        assert [s.state for s in opened.scenes if s.id == "a.tif"] == [str(opened.number)]
        assert verify(folder) == []
        assert run(DRIVER, folder, 0, seed).returncode == 0
        assert [one.id for one in open_index(folder).scenes] == ["a.tif", "b.tif", "c.tif"]
        assert open_index(folder).chip_count == 30
        assert verify(folder) == []
        assert list((folder / "staging").iterdir()) == []


def test_a_writer_killed_at_its_first_publication_can_be_run_again(tmp_path: Path) -> None:
    steps = run(DRIVER, tmp_path / "whole", 0, 1).stdout.splitlines()
    for fatal in fatal_steps(steps):
        folder = tmp_path / f"killed{fatal}"
        assert run(DRIVER, folder, fatal, 1).returncode == -9
        assert run(DRIVER, folder, 0, 1).returncode == 0, fatal
        assert [one.id for one in open_index(folder).scenes] == ["a.tif", "c.tif"]


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE to stand for a full disk")
@pytest.mark.parametrize("room_bytes", [2_000, 80_000, 140_000, 1_000_000])
def test_no_room_is_one_clear_error_and_costs_nothing_that_was_published(
    tmp_path: Path, room_bytes: int
) -> None:
    publish(tmp_path / "index", "a.tif")
    result = run(FULL_DISK, tmp_path / "index", room_bytes)
    assert result.stdout.startswith("cannot write"), result.stderr
    assert [one.id for one in open_index(tmp_path / "index").scenes] == ["a.tif"]
    with IndexWriter(tmp_path / "index", SPEC) as writer:  # once there is room
        assert writer.status("3.tif", "1") == "staged"
        assert writer.publish().chips == 8010


def test_a_dead_writers_lock_is_free(tmp_path: Path) -> None:
    holder = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from support.making import SPEC; from geosearch.index import IndexWriter;"
        "IndexWriter(Path(sys.argv[2]), SPEC).__enter__(); os.kill(os.getpid(), 9)"
    )
    assert run(holder, tmp_path / "index").returncode == -9
    publish(tmp_path / "index", "a.tif")


def test_a_second_writer_is_told_which_process_holds_the_index(tmp_path: Path) -> None:
    second = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from support.making import SPEC; from geosearch.index import IndexWriter;"
        "IndexWriter(Path(sys.argv[2]), SPEC).__enter__()"
    )
    with IndexWriter(tmp_path / "index", SPEC):
        result = run(second, tmp_path / "index")
    assert "IndexFolderError: process" in result.stderr
    with pytest.raises(IndexFolderError), IndexWriter(tmp_path / "index", SPEC):
        raise IndexFolderError("the lock is free again", hint="")
