"""Which files are scenes, and what they are called."""

import os
from pathlib import Path

import numpy as np
import pytest

from geosearch.scenes import archive_name, find_scenes, write_geotiff


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def ids(*paths: Path | str) -> list[str]:
    return [file.id for file in find_scenes(paths).files]


def test_folders_are_walked_and_ids_are_paths_below_them(tmp_path: Path) -> None:
    touch(tmp_path / "b.tif", tmp_path / "a" / "c.JP2", tmp_path / "a" / "ä 北 &.tiff")
    found = find_scenes([tmp_path])
    assert [file.id for file in found.files] == ["a/c.JP2", "a/ä 北 &.tiff", "b.tif"]
    assert all(os.path.isabs(file.href) and os.path.exists(file.href) for file in found.files)
    assert found.refused == ()


def test_sidecars_hidden_files_and_other_files_are_no_scenes(tmp_path: Path) -> None:
    names = "x.tif x.tif.msk x.tif.ovr x.tif.aux.xml x.tfw x.prj .y.tif notes.txt data.json"
    touch(*(tmp_path / name for name in names.split()), tmp_path / ".hidden" / "z.tif")
    assert ids(tmp_path) == ["x.tif"]


def test_pictures_count_beside_a_world_file_only(tmp_path: Path) -> None:
    names = "thumb.png photo.jpg map.png map.pgw air.jpg air.jpg.aux.xml old.jpg old.jgw"
    touch(*(tmp_path / name for name in names.split()))
    assert ids(tmp_path) == ["air.jpg", "map.png", "old.jpg"]


def test_a_file_that_is_named_is_tried_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path / "thumb.png", tmp_path / "no_ending")
    assert ids(tmp_path / "thumb.png", tmp_path / "no_ending") == ["no_ending", "thumb.png"]


def test_a_folder_that_links_to_itself_is_entered_once(tmp_path: Path) -> None:
    touch(tmp_path / "scene.tif")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert ids(tmp_path) == ["scene.tif"]


def test_a_link_to_another_folder_is_followed(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "scene.tif")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert ids(tmp_path / "archive") == ["more/scene.tif"]


def test_a_file_that_is_reached_twice_is_one_scene(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "scene.tif")
    assert ids(tmp_path, tmp_path / "a", tmp_path / "a" / "scene.tif") == ["a/scene.tif"]


def test_equal_names_get_as_much_of_their_path_as_tells_them_apart(tmp_path: Path) -> None:
    touch(tmp_path / "2019" / "x.tif", tmp_path / "2020" / "x.tif", tmp_path / "2020" / "y.tif")
    assert ids(tmp_path / "2019", tmp_path / "2020") == ["2019/x.tif", "2020/x.tif", "y.tif"]
    touch(tmp_path / "n" / "s" / "x.tif", tmp_path / "m" / "s" / "x.tif")
    assert ids(tmp_path / "n" / "s", tmp_path / "m" / "s" / "x.tif") == ["m/s/x.tif", "n/s/x.tif"]


def test_what_is_not_there_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    touch(tmp_path / "x.tif")
    found = find_scenes([tmp_path / "gone", "ftp://host/x.tif", tmp_path])
    assert [file.id for file in found.files] == ["x.tif"]
    assert [refusal.reason for refusal in found.refused] == [
        "there is no such file or folder",
        "ftp://host/x.tif is not a URL that can be read",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "closed" / "x.tif", tmp_path / "y.tif")
    (tmp_path / "closed").chmod(0)
    found = find_scenes([tmp_path])
    (tmp_path / "closed").chmod(0o700)
    assert [file.id for file in found.files] == ["y.tif"]
    assert "ermission" in found.refused[0].reason


def test_a_geopackage_counts_if_it_holds_a_raster(tmp_path: Path) -> None:
    import sqlite3

    for name, kind in (("vector", "features"), ("raster", "tiles")):
        with sqlite3.connect(tmp_path / f"{name}.gpkg") as connection:
            connection.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
            connection.execute("INSERT INTO gpkg_contents VALUES ('t', ?)", (kind,))
        connection.close()
    assert ids(tmp_path) == ["raster.gpkg"]


def test_finding_scenes_writes_nothing(tmp_path: Path) -> None:
    write_geotiff(
        tmp_path / "x.tif",
        np.full((32, 32, 3), 90, np.uint8),
        crs="EPSG:32633",
        affine=(10, 0, 500000, 0, -10, 5000000),
    )
    before = sorted(tmp_path.rglob("*"))
    find_scenes([tmp_path])
    assert sorted(tmp_path.rglob("*")) == before


def test_an_archive_is_called_as_its_folder(tmp_path: Path) -> None:
    touch(tmp_path / "coast" / "x.tif")
    assert archive_name(tmp_path / "coast") == "coast"
    assert archive_name(tmp_path / "coast" / "x.tif") == "x"
    assert archive_name(tmp_path / "coast" / "**" / "*.tif") == "coast"
