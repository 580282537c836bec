"""Files that look like rasters and are not read are counted, with what to do about them."""

from pathlib import Path

import pytest
from support.reporters import KeptLines
from support.scenes_making import values, write_band

import geosearch
from geosearch.errors import UsageError
from geosearch.scenes import find_scenes

NAMES = [
    *(
        "a.hdf",
        "b.HDF",
        "c.h5",
        "d.he5",
        "S2A_X.SAFE.zip",
        "e.zip",
        "f.tar",
        "g.tar.gz",
        "h.tif.gz",
    ),
    *("i.grib2", "deep/down/j.zip"),
]


def test_files_that_look_like_rasters_are_counted_by_their_endings(tmp_path: Path) -> None:
    write_band(tmp_path / "x.tif", values(0))
    for name in (*NAMES, ".hidden.zip", "notes.txt", "x.gz", "zip", "a.zip.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = find_scenes(tmp_path)
    assert [file.id for file in found.files] == ["x.tif"]
    assert found.refused == ()
    said = found.passed_over
    assert said is not None
    assert said.startswith(f"{len(NAMES)} files look like rasters and were passed over: 2 ")
    for part in ("2 .hdf", "1 .h5", "2 .zip", "1 .safe.zip", "1 .tar.gz", "1 .tif.gz", "unpack"):
        assert part in said


def test_one_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").touch()
    said = find_scenes(tmp_path).passed_over
    assert said is not None
    assert said.startswith(
        "1 file looks like rasters and was passed over: 1 .tgz (unpack zip and tar files"
    )


def test_nothing_is_said_where_nothing_was_passed_over(tmp_path: Path) -> None:
    write_band(tmp_path / "x.tif", values(0))
    assert find_scenes(tmp_path).passed_over is None


def test_a_run_says_so_and_goes_on(tmp_path: Path) -> None:
    write_band(tmp_path / "scenes" / "x.tif", values(0))
    (tmp_path / "scenes" / "y.zip").touch()
    said = KeptLines()
    index = geosearch.build(
        [tmp_path / "scenes"],
        tmp_path / "index",
        encoder="null",
        chips=geosearch.Chips(size_px=64),
        reporter=said,
    )
    assert index.report is not None
    assert index.report.refused == ()
    assert any("1 .zip" in line for line in said.lines)


def test_a_folder_of_nothing_else_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "y.zip").touch()
    with pytest.raises(UsageError, match="no scene found") as caught:
        geosearch.build([tmp_path], tmp_path / "index", encoder="null")
    assert "unpack zip and tar files" in caught.value.hint
