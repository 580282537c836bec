"""Asking an index in a process of its own, and what that takes."""

import json
import os
import pickle  # our own process, our own file
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import K
from benchmarks.searching.filtered import Case
from geosearch.index import Generation, open_index
from geosearch.search import Preference, search, search_many
from geosearch.vocabulary import bank

_NEAR_TIE = 1e-6  # a hit that scores as the tenth does is as good


def ask_apart(
    folder: Path, queries: NDArray[np.float32], cases: list[Case], threads: int
) -> dict[str, Any]:
    """Ask in a new process, which has opened nothing before."""
    with TemporaryDirectory() as temporary:
        task, answer = Path(temporary) / "task", Path(temporary) / "answer"
        task.write_bytes(pickle.dumps((str(folder), queries, cases, threads)))
        command = [sys.executable, "-m", __name__, str(task), str(answer)]
        subprocess.run(command, check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


def _ask(task: Path, answer: Path) -> None:
    import faiss  # loaded before: a query has not to wait for it

    folder, queries, cases, threads = pickle.loads(task.read_bytes())
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    _ = faiss.Kmeans
    before = _resident()
    started = perf_counter()
    index = open_index(Path(folder))
    opened = perf_counter() - started
    search(index, queries[0], k=K)
    first = perf_counter() - started
    rows = []
    for case in cases:
        search(index, queries[case.query], filter=case.wanted, k=K)  # pages in the cache
        began, spent = perf_counter(), process_time()
        hits, how = search(index, queries[case.query], filter=case.wanted, k=K)
        took, cpu = perf_counter() - began, process_time() - spent
        good = sum(hit.score >= case.low - _NEAR_TIE for hit in hits)
        recall = 1.0 if not case.true else min(good, case.true) / case.true
        tiers = sorted({plan.tier for plan in how.plans})
        row = {"recall": recall, "wall_ms": 1e3 * took, "cpu_ms": 1e3 * cpu, "tier": tiers}
        rows.append(row | {"scale_ms": 1e3 * _with_scale(index, queries[case.query], case)})
    after = _resident()
    memory = {
        "open_ms": 1e3 * opened,
        "first_ms": 1e3 * first,
        "resident_bytes": after["all"] - after["vectors"] - before["all"],
        "private_bytes": after["private"] - before["private"],
    }
    answer.write_text(json.dumps({"memory": memory, "answers": rows}))


def _with_scale(index: Generation, query: NDArray[np.float32], case: Case) -> float:
    """Return the seconds that the same question takes with a sense of scale."""
    things = sum(phrase.width_m is not None for phrase in bank())
    seen = Preference(np.random.default_rng(case.query).dirichlet(np.full(things, 0.05)))
    for _ in range(2):  # the first one brings pages into the cache
        began = perf_counter()
        search_many(index, [query], filter=case.wanted, k=K, preferences=[seen])
        took = perf_counter() - began
    return took


def _resident() -> dict[str, int]:
    """Return this process's resident bytes: all, of mapped vectors, and private ones (Linux)."""
    found = {"all": 0, "vectors": 0, "private": 0}
    try:
        lines = Path("/proc/self/smaps").read_text().splitlines()
    except OSError:
        return found
    mapped = ""
    for line in lines:
        name, _, rest = line.partition(":")
        if "-" in name.split(" ")[0] and not rest.endswith("kB"):
            mapped = line
        elif name == "Rss":
            found["all"] += 1024 * int(rest.split()[0])
            found["vectors"] += 1024 * int(rest.split()[0]) * mapped.endswith("vectors.f16")
        elif name == "Private_Dirty":
            found["private"] += 1024 * int(rest.split()[0])
    return found


if __name__ == "__main__":
    _ask(Path(sys.argv[1]), Path(sys.argv[2]))
