"""The race of engines: run whole, with those that are installed."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.cases.archive import Base
from benchmarks.cases.questions import kinds, make_questions, write_rows
from benchmarks.engines import ENGINES, DuckDB, Engine, Geosearch, PlainFaiss
from benchmarks.engines.process import ask, build

REPOSITORY = Path(__file__).parents[2]
ALWAYS = (Geosearch, PlainFaiss, DuckDB)
FRACTIONS = (1.0, 0.1, 0.01)


def unit(seed: int, *shape: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


@dataclass(frozen=True)
class Run:
    cases: list[dict[str, Any]]
    printed: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("race")
    vectors, found = folder / "vectors.npz", folder / "found.json"
    arrays: dict[str, Any] = {"A/images": unit(0, 200, 32), "A/class_texts": unit(1, 6, 32)}
    np.savez(vectors, **arrays)
    command = [sys.executable, "-m", "benchmarks", "peers", "--rows", "2e3", "--queries", "6"]
    command += ["--vectors", str(vectors), "--json", str(found), "--selectivities", "1,0.1,0.01"]
    command += [part for one in ALWAYS for part in ("--engine", one.name)]
    command += [part for one in ENGINES if one.missing() for part in ("--engine", one.name)]
    # one thread: on a busy machine, those of k-means wait for each other
    surroundings = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, env=surroundings)
    assert result.returncode == 0, result.stderr
    return Run(json.loads(found.read_text())["cases"], result.stdout)


def test_each_engine_has_a_row_for_each_case(run: Run) -> None:
    told = [(one["engine"], one["selectivity"]) for one in run.cases]
    raced: list[type[Engine]] = [*ALWAYS, *(one for one in ENGINES if one.missing())]
    assert sorted(told) == sorted((one.name, fraction) for one in raced for fraction in FRACTIONS)


def test_the_table_has_them_all(run: Run) -> None:
    lines = [line for line in run.printed.splitlines() if line.startswith("| 2,000 ")]
    assert len(lines) == len(run.cases)


@pytest.mark.parametrize("engine", ["geosearch", "DuckDB"])
def test_what_scans_every_row_finds_all(run: Run, engine: str) -> None:
    assert [one["best"]["recall"] for one in run.cases if one["engine"] == engine] == [1, 1, 1]


def test_an_engine_that_is_not_installed_says_so(run: Run) -> None:
    missing = [one.name for one in ENGINES if one.missing()]
    if not missing:
        pytest.skip("all engines are installed")
    said = {one["engine"]: one["problem"] for one in run.cases if one["best"] is None}
    assert sorted(said) == sorted(missing)
    assert all("not installed" in problem for problem in said.values())


def test_an_engine_that_takes_too_long_to_build_is_ended(tmp_path: Path) -> None:
    base = Base("random", unit(0, 200, 16), unit(1, 4, 16))
    write_rows(tmp_path / "rows", base, 900)
    built = build(DuckDB, tmp_path / "rows", tmp_path / "work", limit_s=0.01)
    assert "took more than" in built.problem


def test_an_engine_whose_files_are_broken_says_why_it_cannot_answer(tmp_path: Path) -> None:
    base = Base("random", unit(0, 200, 16), unit(1, 4, 16))
    rows = write_rows(tmp_path / "rows", base, 900)
    (tmp_path / "work" / "engine").mkdir(parents=True)
    (tmp_path / "work" / "engine" / "chips.duckdb").write_bytes(b"no database" * 999)
    questions = make_questions(rows, base.texts, kinds((1.0,), far=False))
    answered = ask(DuckDB, tmp_path / "rows", tmp_path / "work", questions, 60, 1)
    assert "ask failed" in answered.problem
    assert np.isnan(answered.seconds).all()
