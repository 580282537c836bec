"""What goes wrong while a run is under way is one clear line, and costs nothing published."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from support.colours import Colours
from support.scenes_making import values, write_band
from support.scripts import run_script

from geosearch.chips import ResolvedChips
from geosearch.index import IndexWriter, open_index, verify
from geosearch.ingest import BuildReport, RunSettings, ingest, look_for_scenes
from geosearch.scenes import Discovery

CUT = ResolvedChips(size_px=64, stride_px=64)
TILED: dict[str, Any] = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
INDEX = "import sys; from geosearch.cli.main import run; sys.exit(run(sys.argv[2:]))"
SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)"
# what root may do beyond permissions: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, see capget(2)
NO_PRIVILEGES = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert libc.capget(header, sets) == 0
sets[0] &= ~0b110
assert libc.capset(header, sets) == 0
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="no way to take root its privileges")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for seed, name in enumerate(("a", "b", "c")):
        band = np.stack([values(3 * seed + band, 256) for band in range(3)])
        write_band(tmp_path / "archive" / f"{name}.tif", band, **TILED)
    return tmp_path / "archive"


def index(archive: Path) -> BuildReport:
    return ingest_found(archive, look_for_scenes([archive]))


def ingest_found(archive: Path, found: Discovery) -> BuildReport:
    return ingest(RunSettings(found, archive.parent / "index", Colours(), CUT))


def command(
    archive: Path, *, before: str = "", number: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run `geosearch index` in a process of its own, that does something else before."""
    arguments = ["index", str(archive), "-i", str(archive.parent / "index"), "--encoder", "null"]
    return run_script(f"import sys\n{before}\n{INDEX}", number, *arguments)


def scenes(archive: Path) -> list[str]:
    return [one.id for one in open_index(archive.parent / "index").scenes]


def damage(path: Path) -> None:
    """Overwrite the tile in the middle of a scene."""
    with rasterio.open(path) as file:
        start = int(file.get_tag_item("BLOCK_OFFSET_2_2", "TIFF", bidx=1))
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * 100)


def test_a_file_that_vanishes_before_it_is_read_stops_nothing_else(
    archive: Path,
) -> None:
    found = look_for_scenes([archive])
    (archive / "b.tif").unlink()
    report = ingest_found(archive, found)
    assert [(one.input, one.reason) for one in report.refused] == [
        ("b.tif", "No such file or directory")
    ]
    assert scenes(archive) == ["a.tif", "c.tif"]


def test_a_block_that_cannot_be_read_refuses_its_scene_whole(archive: Path) -> None:
    damage(archive / "b.tif")
    report = index(archive)
    (refusal,) = report.refused
    assert refusal.input == "b.tif"
    assert "b.tif" in refusal.reason
    assert scenes(archive) == ["a.tif", "c.tif"]
    assert list((archive.parent / "index" / "staging").iterdir()) == []


def test_a_scene_that_is_damaged_later_stays_as_it_was_published(archive: Path) -> None:
    index(archive)
    damage(archive / "b.tif")
    os.utime(archive / "b.tif", ns=(1, 1))
    report = index(archive)
    assert [one.input for one in report.refused] == ["b.tif"]
    assert scenes(archive) == ["a.tif", "b.tif", "c.tif"]
    assert report.chips_total == 3 * 16


@pytest.mark.skipif(os.name != "posix", reason="no RLIMIT_FSIZE to stand for a full disk")
def test_a_full_disk_ends_the_run_and_is_no_fault_of_a_scene(archive: Path) -> None:
    assert command(archive).returncode == 0
    os.utime(archive / "c.tif", ns=(1, 1))
    write_band(archive / "d.tif", np.stack([values(band, 256) for band in (7, 8, 9)]))
    for room_bytes in (100, 10_000, 30_000):
        result = command(archive, before=SMALL_FILES, number=room_bytes)
        assert result.returncode == 1
        error, hint = result.stderr.splitlines()
        assert error.startswith(f"error: cannot write {archive.parent / 'index'}")
        assert hint.startswith("hint: check the disk's space")
        assert scenes(archive) == ["a.tif", "b.tif", "c.tif"]
        assert verify(archive.parent / "index") == []
    assert command(archive).returncode == 0
    assert scenes(archive) == ["a.tif", "b.tif", "c.tif", "d.tif"]


@linux
def test_a_file_that_may_not_be_read_is_refused(archive: Path) -> None:
    (archive / "b.tif").chmod(0)
    result = command(archive, before=NO_PRIVILEGES)
    assert result.returncode == 3, result.stderr
    refusal, hint = result.stderr.splitlines()[:2]
    assert refusal.startswith("refused: b.tif: ")
    assert "Permission denied" in refusal
    assert hint.strip().startswith("hint: ")
    assert scenes(archive) == ["a.tif", "c.tif"]


@linux
def test_an_index_that_may_not_be_written_is_one_error(archive: Path) -> None:
    assert command(archive).returncode == 0
    (archive.parent / "index").chmod(0o555)
    os.utime(archive / "c.tif", ns=(1, 1))
    result = command(archive, before=NO_PRIVILEGES)
    (archive.parent / "index").chmod(0o755)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: cannot write {archive.parent / 'index'}: Permission")
    assert len(result.stderr.splitlines()) == 2
    assert scenes(archive) == ["a.tif", "b.tif", "c.tif"]


def test_a_second_writer_is_told_who_the_first_is(archive: Path) -> None:
    index(archive)
    spec = open_index(archive.parent / "index").spec
    with IndexWriter(archive.parent / "index", spec):
        result = command(archive)
    assert result.returncode == 1
    error = result.stderr.splitlines()[0]
    assert error == f"error: process {os.getpid()} is writing {archive.parent / 'index'}"
