"""One file is one scene, two files are two, whatever is named in whatever order."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.colours import Colours
from support.scenes_making import write_band

from geosearch.chips import ResolvedChips
from geosearch.index import IndexWriter, open_index
from geosearch.ingest import BuildReport, RunOptions, RunSettings, ingest, look_for_scenes

PLACES = ("x.tif", "y.tif", "a/x.tif", "a/y.tif", "b/x.tif", "a/b/x.tif", "b/a/x.tif", "b/b/y.tif")
NAMED = (*PLACES, ".", "a", "b", "a/b", "b/a", "link", "link/b", "b/link/x.tif")


def run(paths: Sequence[Path], index: Path, *, prune: bool = False) -> BuildReport:
    cut = ResolvedChips(size_px=32, stride_px=32)
    found = look_for_scenes(paths)
    options = RunOptions(prune=prune)
    return ingest(RunSettings(found, index, Colours(), cut, paths=paths, options=options))


def draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(1, 255, (3, 32, 32), dtype=np.uint8)
    write_band(path, pixels)


def files_of(index: Path) -> dict[str, str]:
    """Return each scene's file, links followed, to its id."""
    scenes = open_index(index).scenes
    files = {os.path.realpath(scene.href): scene.id for scene in scenes}
    assert len(files) == len(scenes) == len({scene.id for scene in scenes})
    return files


def make_tree(root: Path, places: Sequence[str]) -> None:
    for number, place in enumerate(places):
        draw(root / place, number)
    for folder, link, target in ((root, "link", "a"), (root / "b", "link", "../a")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / link).symlink_to(target)


def covered(root: Path, named: Path) -> set[str]:
    """Return the files that a path stands for: the independent truth."""
    if named.is_file():
        return {os.path.realpath(named)}
    walked = os.walk(named, followlinks=True)
    return {
        os.path.realpath(Path(here) / name)
        for here, _, names in walked
        for name in names
        if name.endswith(".tif")
    }


@given(
    places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=6, unique=True),
    runs=st.lists(st.lists(st.sampled_from(NAMED), min_size=1, max_size=2), min_size=1, max_size=4),
)
@settings(max_examples=25, deadline=None)
def test_any_tree_in_any_order_of_runs_has_a_scene_a_file(
    places: list[str], runs: list[list[str]]
) -> None:
    with TemporaryDirectory() as folder:
        root, index = Path(folder, "root"), Path(folder, "index")
        make_tree(root, places)
        expected: set[str] = set()
        before: dict[str, str] = {}
        for named in runs:
            paths = [root / one for one in named if (root / one).exists()]
            new = set().union(*(covered(root, path) for path in paths))
            if not new:
                continue
            report = run(paths, index)
            assert not report.refused
            assert len(report.indexed) == len(new - expected)
            expected |= new
            files = files_of(index)
            assert files.keys() == expected
            assert open_index(index).chip_count == len(expected)
            assert {file: files[file] for file in before} == before  # ids stay
            before = files


def test_files_of_one_name_in_three_projects_are_three_scenes(tmp_path: Path) -> None:
    for number, field in enumerate(("field_a", "field_b", "field_c")):
        folder = tmp_path / field / "odm_orthophoto"
        draw(folder / "odm_orthophoto.tif", number)
        run([folder], tmp_path / "index")
    assert set(files_of(tmp_path / "index").values()) == {
        "odm_orthophoto.tif",
        "odm_orthophoto/odm_orthophoto.tif",
        "field_c/odm_orthophoto/odm_orthophoto.tif",
    }


def test_a_file_elsewhere_takes_no_id_of_a_scene_whose_disk_is_away(tmp_path: Path) -> None:
    draw(tmp_path / "disk_a" / "x.tif", 1)
    run([tmp_path / "disk_a"], tmp_path / "index")
    shutil.rmtree(tmp_path / "disk_a")
    draw(tmp_path / "disk_b" / "x.tif", 2)
    report = run([tmp_path / "disk_b"], tmp_path / "index", prune=True)
    assert (len(report.indexed), report.missing) == (1, ())
    assert set(files_of(tmp_path / "index").values()) == {"x.tif", "disk_b/x.tif"}


def test_an_archive_that_moved_is_the_same_scenes_but_for_what_changed(
    tmp_path: Path,
) -> None:
    for number in range(3):
        draw(tmp_path / "old" / f"{number}.tif", number)
    run([tmp_path / "old"], tmp_path / "index")
    (tmp_path / "old").rename(tmp_path / "new")
    draw(tmp_path / "new" / "1.tif", 9)
    report = run([tmp_path / "new"], tmp_path / "index")
    assert report.relocated == ("0.tif", "2.tif")
    assert [scene.scene for scene in report.indexed] == ["new/1.tif"]
    assert report.chips_total == 4  # nothing is lost: old/1.tif may be on another disk


def test_files_that_changed_their_names_among_them_keep_their_chips(tmp_path: Path) -> None:
    for number in range(3):
        draw(tmp_path / "old" / f"{number}.tif", number)
    run([tmp_path / "old"], tmp_path / "index")
    for number in range(3):
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "old" / f"{number}.tif").rename(tmp_path / "new" / f"{(number + 1) % 3}.tif")
    encoder_saw = run([tmp_path / "new"], tmp_path / "index")
    assert (encoder_saw.chips, len(encoder_saw.relocated), encoder_saw.chips_total) == (0, 3, 3)
    assert set(files_of(tmp_path / "index")) == {
        os.path.realpath(tmp_path / "new" / f"{number}.tif") for number in range(3)
    }


def test_what_a_killed_run_had_finished_keeps_its_id(tmp_path: Path) -> None:
    draw(tmp_path / "a" / "x.tif", 1)
    draw(tmp_path / "b" / "x.tif", 2)
    run([tmp_path / "a"], tmp_path / "other")
    opened = open_index(tmp_path / "other")
    with IndexWriter(tmp_path / "other", opened.spec) as whole:
        (scene,) = whole.scenes()
        with IndexWriter(tmp_path / "index", opened.spec) as writer:  # and then it dies
            writer.stage(scene.record, scene.batch())
    run([tmp_path / "b"], tmp_path / "index")
    report = run([tmp_path / "a"], tmp_path / "index")
    assert (report.chips, report.chips_total) == (0, 2)
    assert set(files_of(tmp_path / "index").values()) == {"x.tif", "b/x.tif"}


@pytest.mark.parametrize("name", [b"sc\xe8ne.tif", b"a\x80.tif"])
def test_a_name_that_is_not_utf_8_costs_that_scene(tmp_path: Path, name: bytes) -> None:
    draw(tmp_path / "in" / "good.tif", 1)
    draw(tmp_path / "in" / "bad.tif", 2)
    folder = os.fsencode(tmp_path / "in")
    os.rename(os.path.join(folder, b"bad.tif"), os.path.join(folder, name))
    report = run([tmp_path / "in"], tmp_path / "index")
    assert [scene.scene for scene in report.indexed] == ["good.tif"]
    (refused,) = report.refused
    assert refused.input == name.decode("ascii", "backslashreplace")
    assert "not UTF-8" in refused.reason
