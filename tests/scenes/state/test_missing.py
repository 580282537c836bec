"""A scene is missing when none of its files is there, and this machine could know."""

from pathlib import Path

import pytest

from geosearch.scenes import files_are_missing


def test_a_scene_of_three_files_is_missing_when_all_of_them_are(tmp_path: Path) -> None:
    href = f"{tmp_path}/B{{4,3,2}}.tif"
    assert files_are_missing(href)
    (tmp_path / "B3.tif").touch()
    assert not files_are_missing(href)


def test_a_file_in_place_of_its_folder_is_no_scene(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert files_are_missing(str(tmp_path / "a" / "x.tif"))


def test_a_link_to_nothing_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.tif").symlink_to("nothing")
    assert not files_are_missing(str(tmp_path / "x.tif"))


@pytest.mark.parametrize("href", ["https://example.org/x.tif", "s3://bucket/x.tif"])
def test_what_is_not_on_this_machine_is_never_missing(href: str) -> None:
    assert not files_are_missing(href)
