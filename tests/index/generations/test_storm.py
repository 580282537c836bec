"""Writers of all kinds are killed at random while others read: nothing is lost, torn or wrong."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.making import SPEC, chips, scene

from geosearch.index import IndexWriter, compact, open_index, verify

HERE = str(Path(__file__).parents[2])
KEPT = ("a.tif", "b.tif")
"""Scenes that nobody removes; others come, change and go."""

WRITER = """
import random, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from support.making import SPEC, chips, scene
from geosearch.index import Filter, IndexWriter, compact, remove_chips, repair

index, rng = Path(sys.argv[2]), random.Random(int(sys.argv[3]))
print("begun", flush=True)
while True:
    kind = rng.choice(["index", "index", "compact", "remove", "repair"])
    if kind == "index":
        with IndexWriter(index, SPEC, ann=rng.choice(["flat", "ivfpq"])) as writer:
            for _ in range(rng.randrange(1, 3)):
                name, mtime = rng.choice("cdef") + ".tif", rng.randrange(1, 4)
                if writer.status(name, str(mtime)) not in ("staged", "published"):
                    writer.stage(scene(name, mtime), chips(10 * ord(name[0]) + mtime, count=40))
            writer.publish()
    elif kind == "compact":
        compact(index)
    elif kind == "remove":
        remove_chips(index, Filter(scenes=frozenset()), scenes={rng.choice("cdef") + ".tif"})
    else:
        repair(index)
"""

READER = """
import sys
sys.path.insert(0, sys.argv[1])
from collections import Counter
from pathlib import Path
import numpy as np
from support.making import DIM, chips
from geosearch.errors import IndexFolderError
from geosearch.index import open_index
from geosearch.search import search

index, query = Path(sys.argv[2]), np.full(DIM, DIM ** -0.5, np.float32)
opened, answers = None, 0
print("begun", flush=True)
while not Path(sys.argv[3]).exists():
    try:
        if opened is None or answers % 3 == 0:
            opened = open_index(index)
        hits, _ = search(opened, query, k=1000)
        states = {one.id: int(one.state) for one in opened.scenes}
    except IndexFolderError as error:
        assert "was compacted after" in error.message, error.message
        opened = None
        continue
    counts = Counter(hit.scene for hit in hits)
    assert counts == {name: 10 if name in "a.tif b.tif" else 40 for name in states}, counts
    assert {"a.tif", "b.tif"} <= states.keys()
    for name, mtime in states.items():
        seed = 1 if name in "a.tif b.tif" else 10 * ord(name[0]) + mtime
        vectors = chips(seed, count=counts[name]).vectors.astype(np.float16).astype(np.float32)
        found = sorted(hit.score for hit in hits if hit.scene == name)
        np.testing.assert_allclose(found, sorted(vectors @ query), atol=2e-5)
    answers += 1
print(answers)
"""


def begun(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, HERE, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_readers_see_whole_generations_while_writers_are_killed(tmp_path: Path) -> None:
    index, stop = tmp_path / "index", tmp_path / "stop"
    with IndexWriter(index, SPEC) as writer:
        for name in KEPT:
            writer.stage(scene(name), chips(seed=1))
        writer.publish()
    rng = random.Random(7)
    readers = [begun(READER, index, stop) for _ in range(2)]
    for round_ in range(5):
        writer_process = begun(WRITER, index, round_)
        time.sleep(rng.uniform(0.2, 2.0))
        assert writer_process.poll() is None, writer_process.communicate()[1]
        writer_process.kill()
        writer_process.communicate()
        assert verify(index) == []
    stop.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors
        assert int(output) > 0
    compact(index)
    compact(index)
    opened = open_index(index)
    assert {one.id for one in opened.segments} == {
        path.name for path in (index / "segments").iterdir()
    }
    assert verify(index) == []
