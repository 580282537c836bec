"""What patterns leave out of an archive, against git, which wrote the rules."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from geosearch.errors import UsageError
from geosearch.scenes import find_scenes

FILES = [
    *("a.tif", "keep.tif", "x_dem.tif", "dem/a.tif", "dem/keep.tif", "dem/old/b.tif"),
    *("2024/a.tif", "2024/x_dem.tif", "2024/dem/c.tif", "2024/[1].tif", "2024/ b .tif"),
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def found(archive: Path, exclude: Sequence[str] = ()) -> set[str]:
    return {os.path.relpath(f.href, archive) for f in find_scenes(archive, exclude).files}


def found_by_git(archive: Path) -> set[str]:
    subprocess.run(["git", "init", "-q", archive], check=True)
    arguments = ["ls-files", "-oz", "--exclude-per-directory=.geosearchignore"]
    done = subprocess.run(["git", "-C", archive, *arguments], check=True, stdout=subprocess.PIPE)
    return {name for name in done.stdout.decode().split("\0") if name.endswith(".tif")}


@pytest.mark.parametrize(
    "lines",
    [
        *(["*_dem.tif"], ["dem"], ["dem/"], ["/dem/"], ["2024/*.tif"], ["**/old/"], ["2024/**"]),
        *(["*", "!*/", "!keep.tif"], ["*.tif", "!keep.tif"], ["dem/", "!dem/keep.tif"]),
        *(["[ax]*"], ["?.tif"], [r"\[1\].tif"], ["2024/dem/c.tif"], ["# all", "", "a.tif"]),
        *([" b .tif"], ["!a.tif"], ["[!k]*.tif"], ["a.tif/"], ["dem/**/b.tif"], ["*e*m*"]),
        *(["dem/**/"], ["*/"], ["**/"], ["*/**"], ["*", "!dem/", "!a.tif"], ["dem", "!dem"]),
    ],
    ids=" ".join,
)
def test_a_file_of_patterns_is_read_as_git_reads_it(lines: list[str], archive: Path) -> None:
    (archive / ".geosearchignore").write_text("\n".join(lines) + "\n")
    assert found(archive) == found_by_git(archive)


def test_a_deeper_file_decides_over_those_above(archive: Path) -> None:
    (archive / ".geosearchignore").write_text("*_dem.tif\na.tif\n")
    (archive / "2024" / ".geosearchignore").write_text("!*_dem.tif\n/dem/\n")
    assert found(archive) == found_by_git(archive)


def test_what_is_given_is_left_out_of_each_folder(archive: Path) -> None:
    assert found(archive, ["/dem/"]) == {name for name in FILES if not name.startswith("dem/")}
    assert found(archive / "2024", ["/dem/"]) == {"a.tif", "x_dem.tif", "[1].tif", " b .tif"}


def test_what_is_given_decides_over_files(archive: Path) -> None:
    (archive / ".geosearchignore").write_text("*.tif\n")
    assert found(archive, ["!a.tif"]) == {name for name in FILES if name.split("/")[-1] == "a.tif"}


def test_a_pattern_of_paths_is_left_out_of_too(archive: Path) -> None:
    matched = find_scenes(str(archive / "**" / "a.tif"), ["2024/"]).files
    assert [file.id for file in matched] == ["a.tif", "dem/a.tif"]
    assert not find_scenes(str(archive / "2*" / "*_dem.tif"), ["2024/"]).files


def test_files_that_are_named_are_compared_as_they_are_named(archive: Path) -> None:
    named = [str(archive / "a.tif"), str(archive / "x_dem.tif")]
    assert [file.id for file in find_scenes(named, ["*_dem.tif"]).files] == ["a.tif"]
    (archive / ".geosearchignore").write_text("*\n")
    assert len(find_scenes(named).files) == 2


def test_urls_are_left_out(tmp_path: Path) -> None:
    urls = ["https://example.org/a/x.tif", "https://example.org/b/x.tif?key=1"]
    assert [file.id for file in find_scenes(urls, ["b/"]).files] == [urls[0]]
    (left,) = find_scenes(urls, ["**/a/x.tif"]).files
    assert left.href == urls[1]


def test_a_mask_of_what_is_left_out_is_no_scene(tmp_path: Path) -> None:
    for name in ("x.tif", "x_mask.tif"):
        (tmp_path / name).touch()
    assert found(tmp_path, ["x.tif"]) == set()


def test_what_was_left_out_is_counted(archive: Path) -> None:
    assert find_scenes(archive).exclusion.note is None
    note = find_scenes(archive, ["dem/", "*_dem.tif"]).exclusion.note
    assert note == "left out by patterns: 2 rasters and 2 folders"


@pytest.mark.parametrize("pattern", ["[z-a]", "[", "a\\", "/", "!", "**/a/" * 5, "", " ", "#x", 7])
def test_what_is_no_pattern_is_refused(pattern: str, archive: Path) -> None:
    with pytest.raises(UsageError, match="`exclude` is"):
        find_scenes(archive, ["fine", pattern])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# ours\n\n*.tif\n[z-a]\n", "line 4: it is not a pattern"),
        (b"a\\\n", "line 1: it is not a pattern"),
        (b"\xff\n", "is not UTF-8 text"),
        (b"x\n" * 1001, "line 1001: more than 1,000 patterns"),
        (b"#" * 70000, "cannot be read: larger than 65,536 bytes"),
    ],
)
def test_a_file_of_patterns_that_cannot_be_read_is_named(
    content: bytes, said: str, archive: Path
) -> None:
    (archive / "dem" / ".geosearchignore").write_bytes(content)
    with pytest.raises(UsageError, match=said) as error:
        find_scenes(archive)
    assert str(archive / "dem" / ".geosearchignore") in error.value.message


def test_a_pipe_is_not_waited_for(archive: Path) -> None:
    os.mkfifo(archive / ".geosearchignore")
    with pytest.raises(UsageError, match="a named pipe"):
        find_scenes(archive)
