"""Patterns that the shell did not expand, against what Python's glob finds."""

import glob
import os
from pathlib import Path

import pytest

from geosearch.scenes import find_scenes

FILES = ["a/x.tif", "a/y.tif", "a/b/x.tif", "a/b/c/z.tif", "2024-01/q.tif", "2024-02/r/q.tif"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def found(*patterns: Path | str) -> set[str]:
    return {file.href for file in find_scenes(patterns).files}


@pytest.mark.parametrize(
    "pattern",
    ["a/*.tif", "a/?.tif", "a/[xz].tif", "*/x.tif", "**/x.tif", "a/**/*.tif", "a/**/c/*.tif"],
)
def test_a_pattern_of_files_finds_what_glob_finds(pattern: str, archive: Path) -> None:
    expected = set(glob.glob(str(archive / pattern), recursive=True))
    assert expected
    assert found(archive / pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("2024-*", FILES[4:]), ("**/b", FILES[2:4]), ("a/**", FILES[:4]), ("**/b/**", FILES[2:4])],
)
def test_a_folder_that_matches_brings_all_below_it(
    pattern: str, expected: list[str], archive: Path
) -> None:
    assert found(archive / pattern) == {str(archive / name) for name in expected}


def test_ids_are_paths_below_the_folder_above_the_first_wildcard(archive: Path) -> None:
    files = find_scenes([archive / "a" / "**" / "z.tif"]).files
    assert [file.id for file in files] == ["b/c/z.tif"]


def test_a_pattern_is_relative_to_the_current_folder(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive)
    assert found("a/*.tif") == {str(archive / name) for name in FILES[:2]}


def test_two_patterns_of_one_folder_are_both_followed(archive: Path) -> None:
    assert len(found(archive / "**" / "x.tif", archive / "**" / "z.tif")) == 3


def test_links_in_a_circle_end(archive: Path) -> None:
    (archive / "a" / "again").symlink_to(archive, target_is_directory=True)
    (archive / "a" / "b" / "up").symlink_to(archive / "a", target_is_directory=True)
    files = find_scenes([archive / "**" / "*.tif"]).files
    assert len({os.path.realpath(file.href) for file in files}) == len(files) == len(FILES)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(archive: Path) -> None:
    name = archive / "a" / "[x].tif"
    name.write_bytes(b"x")
    assert found(name) == {str(name)}


def test_sidecars_match_no_pattern(archive: Path) -> None:
    for name in ("x.tif.aux.xml", "x.tif.msk", "x_thumb.tif", ".x.tif"):
        (archive / "a" / name).write_bytes(b"x")
    assert found(archive / "a" / "*x*") == {str(archive / "a" / "x.tif")}


def test_a_pattern_that_nothing_matches_is_refused(archive: Path) -> None:
    refused = find_scenes([archive / "*.jp2"]).refused
    assert [refusal.reason for refusal in refused] == ["no scene matches the pattern"]
