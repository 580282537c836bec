"""`geosearch train` from the command line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geosearch.cli.main import run


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for i in range(6):
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / f"{i}.png")
    lines = "".join(f"{i}.png,noise number {i}\n" for i in range(6))
    (tmp_path / "list.csv").write_text("file,short\n" + lines + "gone.png,nothing\n")
    return tmp_path / "list.csv"


def test_a_run_says_how_to_use_its_weights_and_names_what_it_left_out(
    listing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    arguments = ["train", "pairs", listing, "--encoder", "mini", "-o", out]
    status = run([*map(str, arguments), "--steps", "1", "--batch", "4", "--device", "cpu"])
    said = capsys.readouterr().err
    assert status == 3, said
    assert "gone.png" in said
    assert f"--encoder mini --weights {out / 'weights.safetensors'}" in said
    assert (out / "settings.json").exists()


def test_a_run_that_never_was_cannot_go_on(
    listing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "pairs", listing, "--encoder", "mini", "-o", tmp_path / "run"]
    status = run([*map(str, arguments), "--steps", "1", "--batch", "4", "--resume"])
    assert status == 2
    assert "no checkpoint" in capsys.readouterr().err
