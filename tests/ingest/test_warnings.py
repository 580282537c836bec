"""What a run leaves out is a warning for programs, and is said once by commands."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from support.scenes_making import write_band

import geosearch
from geosearch.errors import Refusal
from geosearch.reporting import CONSOLE, LOG, SILENT, Reporter, warn_refused


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    import numpy as np

    for name in ("a.tif", "b.tif"):
        pixels = np.random.default_rng(1).integers(1, 255, (3, 64, 64), dtype=np.uint8)
        write_band(tmp_path / "scenes" / name, pixels, nodata=None)
    (tmp_path / "scenes" / "broken.tif").write_bytes(b"II*\0")
    return tmp_path / "scenes"


@pytest.mark.parametrize("reporter", [SILENT, LOG, CONSOLE], ids=["silent", "log", "console"])
def test_each_refused_and_each_missing_scene_is_one_warning(
    scenes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, reporter: Reporter
) -> None:
    index = tmp_path / "index"
    geosearch.build([scenes], index, encoder="null", reporter=reporter)
    (refused,) = warned(caplog)
    assert refused.startswith(f"refused: broken.tif ({scenes / 'broken.tif'}): ")
    caplog.clear()
    (scenes / "b.tif").unlink()
    geosearch.build([scenes], index, encoder="null", reporter=reporter)
    again, missing = sorted(warned(caplog), reverse=True)
    assert again == refused
    assert missing == f"missing: b.tif: its file {scenes / 'b.tif'} is gone"


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert all(one.name.startswith("geosearch.") for one in records)
    return [one.getMessage() for one in records]


def test_a_path_that_is_not_there_is_a_warning(
    scenes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (scenes / "broken.tif").unlink()
    geosearch.prepare([scenes, scenes / "gone.tif"], tmp_path / "index", encoder="null")
    (line,) = warned(caplog)
    assert line.startswith(f"refused: {scenes / 'gone.tif'}: there is no such file or folder; ")


def test_a_warning_is_one_line_whatever_a_name_holds(caplog: pytest.LogCaptureFixture) -> None:
    warn_refused("geosearch.x", [Refusal("a\nb", "is \x1b[2J", "omit it", "/c\nd")])
    assert warned(caplog) == ["refused: a\\x0ab (/c\\x0ad): is \\x1b[2J; omit it"]


def test_a_command_says_it_once(scenes: Path, tmp_path: Path) -> None:
    arguments = ["index", str(scenes), "-i", str(tmp_path / "index"), "--encoder", "null"]
    ended = subprocess.run(
        [sys.executable, "-m", "geosearch", *arguments], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr.count("refused: broken.tif: ")) == (3, 1)
    assert "(" + str(scenes) not in ended.stderr  # as a warning would say it


def test_a_program_without_logging_stays_silent(scenes: Path, tmp_path: Path) -> None:
    script = "import geosearch, sys; geosearch.build([sys.argv[1]], sys.argv[2], encoder='null')"
    arguments = [sys.executable, "-c", script, str(scenes), str(tmp_path / "index")]
    ended = subprocess.run(arguments, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
