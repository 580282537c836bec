"""`geosearch index` says what to do about an index that has many large segments."""

from pathlib import Path

import numpy as np
import pytest
from support.scenes_making import write_band

import geosearch
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


def test_what_is_left_out_stays_in_the_index_until_it_is_pruned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenes = make_scenes(tmp_path / "scenes", 3)
    command = ["index", scenes, "-i", str(tmp_path / "index"), "--encoder", "null"]
    assert run([*command, "--size", "16", "--exclude", "0.tif"]) == 0
    assert "left out by patterns: 1 raster\n" in capsys.readouterr().err
    (tmp_path / "scenes" / ".geosearchignore").write_text("1.tif\n")
    assert run(command) == 0
    said = capsys.readouterr().err
    assert "missing: 1.tif\n" in said
    assert "missing 1 scene whose files are gone or left out; --prune removes them" in said
    assert [scene.id for scene in geosearch.open(tmp_path / "index").generation.scenes] == [
        "0.tif",
        "1.tif",
        "2.tif",
    ]
    assert run([*command, "--prune"]) == 0
    assert "1.tif" not in geosearch.open(tmp_path / "index").generation.scene_ids


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--exclude", "[z-a]"], "error: --exclude is '[z-a]': it is not a pattern"),
        (["--exclude", "*"], "error: no scene found; left out by patterns: 2 rasters\n"),
    ],
)
def test_patterns_that_leave_nothing_are_refused(
    asked: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenes = make_scenes(tmp_path / "scenes", 2)
    assert run(["index", scenes, "-i", str(tmp_path / "index"), "--encoder", "null", *asked]) == 2
    assert said in capsys.readouterr().err
