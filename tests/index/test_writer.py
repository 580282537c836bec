"""What is published is whole, whatever happens to the writer."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from making import DIM, SPEC, chips, scene

from geosearch.errors import IndexFolderError
from geosearch.index import IndexWriter, open_index, verify

ALL = np.arange(10)


def publish(folder: Path, *names: str, mtime_ns: int = 1) -> None:
    with IndexWriter(folder, SPEC) as writer:
        for name in names:
            writer.stage(scene(name, mtime_ns), chips(seed=mtime_ns))
        writer.publish()


def scene_names(folder: Path) -> list[str]:
    return [one.id for one in open_index(folder).scenes]


def test_chips_come_back_as_they_went_in(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    batch = chips(seed=1)
    for row, chip in enumerate(segment.chips(ALL)):
        at = chip.window[0] // 64
        assert chip.id == f"a.tif@{64 * at},0,64x64"
        assert chip.window == tuple(batch.windows[at])
        assert chip.valid == pytest.approx(batch.valid[at])
        np.testing.assert_array_equal(segment.vectors[row], batch.vectors[at].astype(np.float16))
        assert segment.footprints(np.array([row]))[0].equals(batch.footprints[at])
        assert tuple(segment.bounds[row]) == batch.footprints[at].bounds
    assert (segment.time_ms == 1577934245678).all()


def test_a_scene_comes_back_as_it_went_in(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    assert open_index(tmp_path / "index").scenes == (scene("a.tif"),)


def test_sixteen_bits_change_a_score_by_less_than_a_thousandth(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    query = chips(seed=3).vectors[0]
    rows, scores = segment.scan(query, None, 10)
    columns = [chip.window[0] // 64 for chip in segment.chips(rows)]
    np.testing.assert_allclose(scores, chips(seed=1).vectors[columns] @ query, atol=1e-3)


def test_a_changed_scene_replaces_its_chips_and_an_unchanged_one_is_known(tmp_path: Path) -> None:
    index = tmp_path / "index"
    publish(index, "a.tif", "b.tif")
    publish(index, "a.tif", mtime_ns=2)
    opened = open_index(index)
    assert scene_names(index) == ["a.tif", "b.tif"]
    assert opened.chip_count == 20
    alive = [int(s.n if s.alive is None else s.alive.sum()) for s in opened.segments]
    assert alive == [10, 10]
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("a.tif", 10, 2) == "published"
        assert writer.status("b.tif", 10, 1) == "published"
        assert writer.status("b.tif", 11, 1) == "changed"
        assert writer.status("c.tif", 10, 1) == "new"


def test_nothing_new_publishes_nothing(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    publish(tmp_path / "index", "a.tif")
    publish(tmp_path / "index")
    assert open_index(tmp_path / "index").generation == 1


def test_staging_in_another_order_makes_the_same_segment(tmp_path: Path) -> None:
    for name, order in (("one", (1, 2, 3)), ("two", (3, 1, 2))):
        with IndexWriter(tmp_path / name, SPEC) as writer:
            for number in order:
                writer.stage(scene(f"{number}.tif"), chips(number, lon=float(number)))
            writer.publish()
    (one,), (two,) = (open_index(tmp_path / name).segments for name in ("one", "two"))
    assert one.id == two.id
    assert (one.folder / "vectors.f16").read_bytes() == (two.folder / "vectors.f16").read_bytes()


def test_a_scene_without_a_chip_is_remembered(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with IndexWriter(index, SPEC, ann="ivfpq") as writer:
        writer.stage(scene("empty.tif"), chips(1, count=0))
        assert writer.publish().chips == 0
    with IndexWriter(index, SPEC) as writer:
        assert writer.status("empty.tif", 10, 1) == "published"
    (segment,) = open_index(index).segments
    assert segment.scan(np.ones(DIM, np.float32), None, 5)[0].tolist() == []


def test_a_footprint_cut_at_180_degrees_keeps_both_parts(tmp_path: Path) -> None:
    cut = shapely.union(shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1))
    batch = chips(1, count=1)
    batch.footprints[0] = cut
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.stage(scene("fiji.tif", datetime=None), batch)
        writer.publish()
    (segment,) = open_index(tmp_path / "index").segments
    assert segment.footprints(np.array([0]))[0].equals(cut)
    assert segment.time_ms[0] == np.iinfo(np.int64).min


def test_two_writers_exclude_each_other(tmp_path: Path) -> None:
    with (
        IndexWriter(tmp_path / "index", SPEC),
        pytest.raises(IndexFolderError, match="is writing"),
        IndexWriter(tmp_path / "index", SPEC),
    ):
        pass


def test_chips_cut_in_another_way_are_refused(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    other = type(SPEC)("none", "none-1", DIM, "float32", None, 64, 64, 0.25)
    with (
        pytest.raises(IndexFolderError, match="none-1"),
        IndexWriter(tmp_path / "index", other),
    ):
        pass


def test_a_folder_of_somebody_elses_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(IndexFolderError, match=r"thesis\.docx"), IndexWriter(tmp_path, SPEC):
        pass


DRIVER = """
import os, sys
from pathlib import Path
from geosearch.index import IndexWriter
sys.path.insert(0, sys.argv[1])
from making import SPEC, chips, scene

folder, fatal = Path(sys.argv[2]), int(sys.argv[3])
calls = 0

def counted(real):
    def call(*arguments, **keywords):
        global calls
        calls += 1
        if calls == fatal:
            os.kill(os.getpid(), 9)
        return real(*arguments, **keywords)
    return call

# every step by which something gets or loses its place on the disk
for module, name in ((os, "fsync"), (os, "rename"), (os, "replace"), (os, "mkdir"), (os, "open")):
    setattr(module, name, counted(getattr(module, name)))
with IndexWriter(folder, SPEC) as writer:
    for name, mtime in (("a.tif", 2), ("c.tif", 1)):
        if writer.status(name, 10, mtime) not in ("staged", "published"):
            writer.stage(scene(name, mtime), chips(mtime))
    writer.publish()
print(calls)
"""


def test_a_killed_writer_leaves_the_old_generation_or_the_new_and_the_next_run_finishes(
    tmp_path: Path,
) -> None:
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER)
    publish(tmp_path / "start", "a.tif", "b.tif")

    def run(folder: Path, fatal: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(driver), str(Path(__file__).parent), str(folder), str(fatal)]
        return subprocess.run(command, capture_output=True, text=True)

    shutil.copytree(tmp_path / "start", tmp_path / "whole")
    steps = int(run(tmp_path / "whole", 0).stdout)
    assert steps > 20
    for fatal in np.unique(np.linspace(1, steps, 14).astype(int)):
        folder = tmp_path / f"killed{fatal}"
        shutil.copytree(tmp_path / "start", folder)
        assert run(folder, int(fatal)).returncode == -9
        opened = open_index(folder)  # a reader that comes now
        assert opened.generation in (1, 2)
        assert [s.mtime_ns for s in opened.scenes if s.id == "a.tif"] == [opened.generation]
        assert run(folder, 0).returncode == 0
        assert scene_names(folder) == ["a.tif", "b.tif", "c.tif"]
        assert open_index(folder).chip_count == 30
        assert verify(folder) == []
        assert list((folder / "staging").iterdir()) == []


def test_verify_names_the_file_that_has_changed(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    (segment,) = open_index(tmp_path / "index").segments
    path = segment.folder / "vectors.f16"
    data = bytearray(path.read_bytes())
    data[7] ^= 1
    path.write_bytes(data)
    (problem,) = verify(tmp_path / "index")
    assert problem.path == str(path)


def test_a_file_that_is_too_short_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("vectors.f16"))
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(IndexFolderError, match="should have"):
        open_index(tmp_path / "index")


def test_the_sidecar_is_a_duckdb_file_that_anyone_can_query(tmp_path: Path) -> None:
    import duckdb

    publish(tmp_path / "index", "a.tif")
    path = next((tmp_path / "index").rglob("chips.duckdb"))
    query = (
        "SELECT s.id, count(*), min(west), max(east) "
        "FROM chips JOIN scenes s USING (scene_no) GROUP BY s.id"
    )
    assert duckdb.connect(str(path), read_only=True).sql(query).fetchall() == [("a.tif", 10, 0, 10)]


def test_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    publish(tmp_path / "index", "a.tif")
    path = tmp_path / "index" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(IndexFolderError, match="format 99"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize(
    ("key", "value"),
    [("id", "../../../../etc"), ("rows", -1), ("rows", 10**15), ("ann", "pickle"), ("rows", "x")],
)
def test_a_strangers_manifest_leads_nowhere_else(tmp_path: Path, key: str, value: object) -> None:
    publish(tmp_path / "index", "a.tif")
    path = tmp_path / "index" / "manifest.json"
    document = json.loads(path.read_text())
    document["segments"][0][key] = value
    path.write_text(json.dumps(document))
    with pytest.raises(IndexFolderError, match="damaged"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}'])
def test_a_damaged_manifest_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexFolderError, match=r"manifest\.json is damaged"):
        open_index(tmp_path)


def test_no_index_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError) as caught:
        open_index(tmp_path / "nowhere")
    assert "geosearch index" in caught.value.hint
