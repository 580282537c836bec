"""The benchmark of the scan on a device: a smoke test on torch's CPU device."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

REPOSITORY = Path(__file__).parents[2]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(206, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    arrays: dict[str, Any] = {"A/images": vectors[:200], "A/class_texts": vectors[200:]}
    np.savez(folder / "v.npz", **arrays)
    command = [sys.executable, "-m", "benchmarks", "device", "--vectors", str(folder / "v.npz")]
    surroundings = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, env=surroundings, check=False
    )


def test_its_answers_are_compared_at_each_size_and_selectivity(tmp_path: Path) -> None:
    wanted = ("--rows", "5e2,1e3", "--selectivities", "1,0.1", "--queries", "2")
    found = tmp_path / "found.json"
    result = run(tmp_path, "--device", "cpu", *wanted, "--json", str(found))
    assert result.returncode == 0, result.stderr
    cases = json.loads(found.read_text())["cases"]
    told = [(one["rows"], one["selectivity"]) for one in cases]
    assert told == [(rows, fraction) for rows in (500, 1000) for fraction in (1, 0.1)]
    assert all(one["equal"] and one["ways"]["device"]["tiers"] == ["device"] for one in cases)
    assert result.stdout.count("| yes |") == len(cases)
    assert "SMOKE TEST" in result.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_without_cuda_it_says_so_and_measures_nothing(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.returncode == 2
    assert "no CUDA device" in result.stderr
    assert result.stdout == ""
