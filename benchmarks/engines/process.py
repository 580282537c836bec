"""One engine in a process of its own: it is built, or it answers on one core.

Processes, so that engines share no threads, and one that takes too long can be ended.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K, Question, Rows
from benchmarks.engines import ENGINES
from benchmarks.engines.engine import Box, Engine, Setting

ONE_CORE = hasattr(os, "sched_setaffinity")
"""Whether this system lets a process be kept to one core; else its engine has them all."""

_WARM_UP = 2
_MIN_ASKED = 5
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_QUESTIONS, _ANSWERS, _TIMES = "questions.npz", "answers.npz", "times.json"


@dataclass(frozen=True, slots=True)
class Built:
    """What building an engine took."""

    seconds: float
    bytes: int
    """On disk."""
    problem: str = ""
    """Why it was not built."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an engine answered."""

    open_seconds: float
    found: NDArray[np.int64]
    """[settings, questions, K], numbers of rows, -1 where fewer were found."""
    seconds: NDArray[np.float64]
    """[settings, questions], NaN where it was not asked."""
    problem: str = ""
    """Why it stopped before the end."""


def build(engine: type[Engine], rows_folder: Path, work: Path, limit_s: float) -> Built:
    """Build an engine below a folder, in a process that may take so many seconds."""
    folder = _folder(work)
    folder.mkdir(parents=True)
    started = perf_counter()
    problem = _run("build", engine, rows_folder, work, limit_s, os.environ)
    seconds = perf_counter() - started
    if not problem:
        seconds = json.loads((work / _TIMES).read_text())["build"]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Built(seconds, size, problem)


def ask(
    engine: type[Engine],
    rows_folder: Path,
    work: Path,
    questions: Sequence[Question],
    limit_s: float,
    cell_s: float,
) -> Answered:
    """Ask a built engine in a process that is kept to one core.

    Args:
        engine: Built below ``work``.
        rows_folder: What it was built from.
        work: Its folder.
        questions: Those of a kind together.
        limit_s: Seconds that the process may take.
        cell_s: Seconds after which a setting is asked no more questions of a kind.
    """
    none = (np.nan,) * 4
    np.savez(
        work / _QUESTIONS,
        queries=np.stack([one.query for one in questions]),
        boxes=np.array([one.box_wsen or none for one in questions]),
        kinds=np.array([one.kind for one in questions]),
        cell_seconds=cell_s,
    )
    surroundings = {**os.environ, **dict.fromkeys(_POOLS, "1")}
    problem = _run("ask", engine, rows_folder, work, limit_s, surroundings)
    shape = len(engine.settings), len(questions)
    if not (work / _ANSWERS).exists():
        return Answered(np.nan, np.full((*shape, K), -1), np.full(shape, np.nan), problem)
    with np.load(work / _ANSWERS) as kept:
        return Answered(float(kept["open"]), kept["found"], kept["seconds"], problem)


def _folder(work: Path) -> Path:
    return work / "engine"


def _run(
    step: str,
    engine: type[Engine],
    rows_folder: Path,
    work: Path,
    limit_s: float,
    surroundings: "os._Environ[str] | dict[str, str]",
) -> str:
    """Run this module as a process; return what went wrong, or nothing."""
    command = [sys.executable, "-m", __name__, step, engine.name, str(rows_folder), str(work)]
    log = work / f"{step}.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env=surroundings, start_new_session=True
        )
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return f"{step} took more than {limit_s:,.0f} s"
        finally:
            _end(process)
    if not code:
        return ""
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{step} failed: {lines[-1] if lines else f'exit status {code}'}"


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and those that it started: milvus-lite leaves a server behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def _build(engine: type[Engine], rows: Rows, work: Path) -> None:
    started = perf_counter()
    engine.build(rows, _folder(work))
    (work / _TIMES).write_text(json.dumps({"build": perf_counter() - started}))


def _ask(engine: type[Engine], rows: Rows, work: Path) -> None:
    with np.load(work / _QUESTIONS) as asked:
        queries, kinds, cell_s = asked["queries"], asked["kinds"], float(asked["cell_seconds"])
        boxes = [None if np.isnan(box[0]) else tuple(box.tolist()) for box in asked["boxes"]]
    started = perf_counter()
    opened = engine(_folder(work), rows)
    open_s = perf_counter() - started
    found = np.full((len(engine.settings), len(queries), K), -1, np.int64)
    seconds = np.full(found.shape[:2], np.nan)
    for at, setting in enumerate(engine.settings):
        for kind in np.unique(kinds):
            cell = np.flatnonzero(kinds == kind)
            some = [(queries[one], boxes[one]) for one in cell]
            for one, (rows_found, took) in zip(
                cell, _asked(opened, setting, some, cell_s), strict=False
            ):
                found[at, one, : len(rows_found)] = rows_found
                seconds[at, one] = took
            # after each cell, so that what is known survives the limit
            part = work / f"part-{_ANSWERS}"
            np.savez(part, open=open_s, found=found, seconds=seconds)
            part.replace(work / _ANSWERS)


def _asked(
    opened: Engine,
    setting: Setting,
    some: Sequence[tuple[NDArray[np.float32], Box | None]],
    cell_s: float,
) -> list[tuple[list[int], float]]:
    """Ask what can be asked in some seconds; the first few twice, not timed the first time."""
    answers: list[tuple[list[int], float]] = []
    for query, box in some[:_WARM_UP]:
        opened.ask(setting, query, box)
    begun = perf_counter()
    for query, box in some:
        started = perf_counter()
        rows_found = opened.ask(setting, query, box)
        now = perf_counter()
        answers.append((rows_found[:K], now - started))
        if now - begun > cell_s and len(answers) >= _MIN_ASKED:
            break
    return answers


def main() -> None:
    """Build an engine or ask it, as `build` and `ask` say."""
    step, name, rows_folder, work = sys.argv[1:]
    engine = next(one for one in ENGINES if one.name == name)
    if step == "build":
        _build(engine, Rows(Path(rows_folder)), Path(work))
        return
    if ONE_CORE:
        # before any engine starts its threads: they, and servers, inherit it
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    _ask(engine, Rows(Path(rows_folder)), Path(work))


if __name__ == "__main__":
    main()
