"""`geosearch index` says what to do about an index that has many large segments."""

from pathlib import Path

import numpy as np
import pytest
from support.scenes_making import write_band

from geosearch.cli.main import run


def test_an_index_of_many_segments_with_tiers_is_told_to_be_compacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(tmp_path / "index")
    command = ["index", str(tmp_path / "scenes"), "-i", index, "--encoder", "null"]
    advice = "compact 5 large segments are searched one by one; `geosearch compact`"
    for number in range(5):
        pixels = np.random.default_rng(number).integers(1, 255, (3, 64, 64), dtype=np.uint8)
        write_band(tmp_path / "scenes" / f"{number}.tif", pixels)
        assert advice not in capsys.readouterr().err
        assert run([*command, "--size", "16", "--stride", "16", "--ann", "ivfpq"]) == 0
    assert advice in capsys.readouterr().err
    assert run(["compact", "-i", index]) == 0
    assert run(command) == 0
    assert "`geosearch compact`" not in capsys.readouterr().err


def make_scenes(folder: Path, count: int = 1) -> str:
    for number in range(count):
        pixels = np.random.default_rng(number).integers(1, 255, (3, 64, 64), dtype=np.uint8)
        write_band(folder / f"{number}.tif", pixels)
    return str(folder)


@pytest.mark.parametrize(
    "asked",
    [
        ["--stride", "16"], ["--size", "32"], ["--gsd", "2"], ["--bands", "3,2,1"],
        ["--scales", "1,2"], ["--stride", "999"], ["--min-valid", "2"], ["--max-memory", "lots"],
        ["--max-memory", "1MB"], ["--device", "abacus"], ["--encoder", "mono"], ["--stretch", "x"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_dry_run_refuses_what_the_run_refuses_in_the_same_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    command = ["index", make_scenes(tmp_path / "scenes"), "-i", str(tmp_path / "index")]
    assert run([*command, "--encoder", "null", "--size", "16"]) == 0
    capsys.readouterr()
    status = run([*command, *asked])
    said = capsys.readouterr().err
    assert status in (1, 2)
    assert run([*command, *asked, "--dry-run"]) == status
    assert capsys.readouterr().err == said


def test_a_dry_run_refuses_a_folder_of_somebody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").touch()
    command = ["index", make_scenes(tmp_path / "scenes"), "--encoder", "null", "-i"]
    for place in (tmp_path / "notes", tmp_path / "notes" / "diary.txt"):
        assert run([*command, str(place)]) in (1, 2)
        said = capsys.readouterr().err
        assert run([*command, str(place), "--dry-run"]) in (1, 2)
        assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    "asked", [["--stride", "999"], ["--gsd", "-1"], ["--bands", "0,0,0"], ["-i", "nowhere\0"]]
)
def test_what_cannot_be_meant_is_refused_before_weights_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    scenes, weights = make_scenes(tmp_path / "scenes"), str(tmp_path / "missing.safetensors")
    command = ["index", scenes, "--encoder", "mini", "--weights", weights, "--size", "64"]
    assert run([*command, "-i", str(tmp_path / "index"), *asked]) == 2
    assert "missing.safetensors" not in capsys.readouterr().err
