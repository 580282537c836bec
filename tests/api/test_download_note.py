"""What is fetched is said before it is fetched, with its size."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.scenes_making import write_band


@pytest.mark.parametrize("encoder", [["--encoder", "remoteclip-rn50"]])
def test_the_size_of_a_download_is_said_first(tmp_path: Path, encoder: list[str]) -> None:
    pixels = np.random.default_rng(1).integers(1, 255, (3, 64, 64), dtype=np.uint8)
    scene = write_band(tmp_path / "scenes" / "one.tif", pixels, nodata=None)
    nowhere = {"HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    ended = subprocess.run(
        [sys.executable, "-m", "geosearch", "index", str(scene), "-i", "index", *encoder],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **nowhere, "HF_HUB_OFFLINE": "0"},
    )
    note = "encoder: remoteclip-rn50 (its weights are fetched from the hub, 408 MB, once)"
    assert note in ended.stderr.splitlines()
    assert ended.stderr.index(note) < ended.stderr.index("error: ")
