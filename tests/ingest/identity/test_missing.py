"""What is gone is named, and nothing else is."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.small_index import SPEC, build, chips, record

from geosearch.index import IndexWriter, SceneRecord, open_index
from geosearch.ingest.identity.missing import missing_scenes
from geosearch.scenes import Exclusion


def scene_at(path: Path, scene_id: str) -> SceneRecord:
    return replace(record(0), id=scene_id, href=str(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    folder.mkdir()
    (folder / "here.tif").touch()
    return folder


def test_a_scene_without_its_file_is_missing(folder: Path) -> None:
    published = [scene_at(folder / name, name) for name in ("gone.tif", "here.tif")]
    assert missing_scenes(published, {"here.tif"}, [folder], Exclusion()) == ("gone.tif",)


def test_a_folder_that_is_named_by_a_link_is_looked_through(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    published = [scene_at(folder / "gone.tif", "gone.tif")]
    assert missing_scenes(published, set(), [tmp_path / "link"], Exclusion()) == ("gone.tif",)
    published = [scene_at(tmp_path / "link" / "gone.tif", "gone.tif")]
    assert missing_scenes(published, set(), [folder], Exclusion()) == ("gone.tif",)


def test_a_scene_of_another_folder_is_not_spoken_of(folder: Path) -> None:
    published = [scene_at(folder.parent / "scenes2" / "gone.tif", "gone.tif")]
    assert missing_scenes(published, set(), [folder], Exclusion()) == ()


def test_a_folder_that_is_not_there_says_nothing(folder: Path) -> None:
    away = folder.parent / "unmounted"
    assert missing_scenes([scene_at(away / "a.tif", "a.tif")], set(), [away], Exclusion()) == ()


def test_a_scene_where_nobody_can_look_is_not_missing(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")  # as a folder that may not be entered, for root too
    published = [scene_at(folder / "loop" / "a.tif", "loop/a.tif")]
    assert missing_scenes(published, set(), [folder], Exclusion()) == ()


def test_a_file_that_is_there_but_was_not_looked_for_is_not_missing(folder: Path) -> None:
    (folder / "a.xyz").touch()  # named when it was indexed; a walk leaves it out
    assert missing_scenes([scene_at(folder / "a.xyz", "a.xyz")], set(), [folder], Exclusion()) == ()


@pytest.mark.parametrize("pattern", ["here.tif", "deep/", "*.tif"])
def test_a_scene_that_is_left_out_now_is_missing(folder: Path, pattern: str) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "low.tif").touch()
    published = [scene_at(folder / name, name) for name in ("deep/low.tif", "here.tif")]
    missing = missing_scenes(published, set(), [folder], Exclusion([pattern]))
    assert missing == tuple(
        scene
        for scene in ("deep/low.tif", "here.tif")
        if pattern == "*.tif" or scene.startswith(pattern)
    )


def test_a_scene_that_another_folder_of_the_run_holds_is_not_missing(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "low.tif").touch()
    published = [scene_at(folder / "deep" / "low.tif", "deep/low.tif")]
    both = [folder, folder / "deep"]
    assert missing_scenes(published, set(), both, Exclusion(["/deep/"])) == ()


def test_scenes_come_and_go_in_one_generation(tmp_path: Path) -> None:
    before = build(tmp_path / "index").number
    with IndexWriter(tmp_path / "index", SPEC) as writer:
        writer.remove({"scene1.tif", "nobody.tif"})
        writer.stage(replace(record(2), state="2"), chips(2))
        assert writer.publish().chips == 400
        assert writer.status("scene1.tif", "1") == "new"
    opened = open_index(tmp_path / "index")
    assert opened.number == before + 1
    assert "scene1.tif" not in opened.scene_ids
