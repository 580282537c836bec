"""Hits as rasters, in a folder or in a zip file."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.odd_hits import AFFINE, CRS, ODD_NAMES, PIXELS, answer, hit, odd_hits, written_scene

from geosearch.errors import UsageError
from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.chip_files import write_chips


def test_a_folder_gets_a_file_a_hit_with_the_scene_s_pixels(tmp_path: Path) -> None:
    href = written_scene(tmp_path / "a.tif")
    hits = [hit(1, "b/a.tif", href), hit(2, "gone.tif"), hit(3, "b/a.tif", href)]
    refused = answer(hits).to_chips(tmp_path / "chips")
    assert [one.input for one in refused] == ["gone.tif"]
    files = sorted((tmp_path / "chips").iterdir())
    assert [one.name for one in files] == ["0001_a_64_32.tif", "0003_a_64_32.tif"]
    with rasterio.open(files[0]) as chip:
        assert np.array_equal(chip.read(), PIXELS[32:96, 64:128].transpose(2, 0, 1))
        assert chip.crs.to_string() == CRS
        assert (chip.transform.c, chip.transform.f) == (AFFINE[2] + 32, AFFINE[5] - 16)
        assert chip.tags()["TIFFTAG_DATETIME"] == "2020:06:01 10:00:00"


def test_what_is_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "mine.txt").write_text("mine")
    answer([hit(1, "a.tif", written_scene(tmp_path / "a.tif"))]).to_chips(tmp_path / "chips")
    assert (tmp_path / "chips" / "mine.txt").read_text() == "mine"


def test_names_are_plain_whatever_scenes_are_called(tmp_path: Path) -> None:
    href = written_scene(tmp_path / "a.tif")
    hits = [replace(one, href=href) for one in odd_hits()]
    assert answer(hits).to_chips(tmp_path / "hits.zip") == ()
    names = zipfile.ZipFile(tmp_path / "hits.zip").namelist()
    assert len(set(names)) == len(ODD_NAMES) + 2
    assert all(name.isascii() and "/" not in name and len(name) < 120 for name in names)


def test_a_zip_file_holds_the_same(tmp_path: Path) -> None:
    hits = answer([hit(1, "a.tif", written_scene(tmp_path / "a.tif"))])
    hits.to_chips(tmp_path / "chips")
    hits.to_chips(tmp_path / "chips.zip")
    with zipfile.ZipFile(tmp_path / "chips.zip") as archive:
        assert archive.testzip() is None
        (name,) = archive.namelist()
        with rasterio.open(io.BytesIO(archive.read(name))) as chip:
            inside = chip.read()
    with rasterio.open(tmp_path / "chips" / name) as chip:
        assert np.array_equal(inside, chip.read())


def test_hits_of_several_questions_do_not_meet(tmp_path: Path) -> None:
    one = answer([hit(1, "a.tif", written_scene(tmp_path / "a.tif"))])
    write_chips(tmp_path / "chips", Answers(("a", "b"), (one, one), several=True))
    names = sorted(path.name for path in (tmp_path / "chips").iterdir())
    assert names == ["q01_0001_a_64_32.tif", "q02_0001_a_64_32.tif"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write into"):
        answer([hit()]).to_chips(tmp_path / "file" / "chips")


def test_no_hits_are_an_empty_folder(tmp_path: Path) -> None:
    assert answer([]).to_chips(tmp_path / "chips") == ()
    assert list((tmp_path / "chips").iterdir()) == []
