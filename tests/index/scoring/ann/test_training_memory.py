"""Building the approximate tier takes little beside the vectors, which are mapped."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROWS, DIM = 60_000, 512

BUILD = """
import sys
from pathlib import Path
import numpy as np
import faiss
from geosearch.index.scoring.ann.training import build_tier

def peak_bytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(dict(line.split(":", 1) for line in lines)["VmHWM"].split()[0])

folder, rows, dim = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
vectors = np.memmap(folder / "vectors", "<f2", "r", shape=(rows, dim))
before = peak_bytes()
build_tier(folder / "ann", vectors)
print(peak_bytes() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's peak of memory")
def test_building_a_tier_takes_less_than_the_rows_as_float32(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(300, DIM)).astype(np.float32)
    with (tmp_path / "vectors").open("wb") as file:
        for _ in range(0, ROWS, 10_000):
            noise = rng.standard_normal((10_000, DIM), dtype=np.float32)
            rows = centres[rng.integers(0, 300, 10_000)] + noise
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            file.write(rows.astype("<f2").tobytes())
    command = [sys.executable, "-c", BUILD, str(tmp_path), str(ROWS), str(DIM)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 4 * ROWS * DIM
