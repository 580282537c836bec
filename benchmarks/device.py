"""An exact scan on a GPU beside the CPU's ways: the same index, queries and filters in one run.

Archives are grown from real embeddings and indexed as geosearch does. Texts are asked without a
filter and in boxes: of the CPU's exact scan, of the CPU's plan (which takes the approximate tier
where that is cheaper), and of the device, which is made to scan whatever is asked, so that the
table shows from where on it pays. Milliseconds are those of a whole search, filter and records
included, files in the page cache, the CPU with all its cores; of a batch, all texts are asked at
once under one filter, and the time is divided by their number. Each answer of the device is
compared with the exact one: ids, scores and order. Exits with 2 where there is no CUDA device, with
1 if an answer differs.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Literal

import click
import numpy as np

from benchmarks.cases.archive import Base
from benchmarks.cases.embeddings import (
    EmbeddingSource,
    embedding_options,
    read_base,
    take_source,
)
from benchmarks.cases.questions import K, Kind, Question, kinds, make_questions, write_rows
from benchmarks.engines import Geosearch
from benchmarks.machine import command_line, processor
from benchmarks.options import PATH, fractions, numbers
from geosearch.encoders import resolve_device
from geosearch.errors import GeosearchError
from geosearch.index import DeviceScan, Generation, open_index
from geosearch.reporting import CONSOLE
from geosearch.search import Explanation, Hit, make_filter, search, search_many

Answer = tuple[list[Hit], Explanation]
Way = Literal["exact", "auto", "device"]
WAYS: tuple[Way, ...] = ("exact", "auto", "device")


@dataclass(frozen=True, slots=True)
class _Request:
    """The command's options."""

    rows: tuple[float, ...]
    selectivities: tuple[float, ...]
    queries: int
    device: str
    folder: Path | None
    source: EmbeddingSource


@dataclass(frozen=True, slots=True)
class Times:
    """How long one way took, milliseconds."""

    p50: float
    p95: float
    batch: float
    """A query, where all are asked at once."""
    tiers: tuple[str, ...]
    """What the plans took."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: an archive and a kind of filter."""

    rows: int
    filter: str
    selectivity: float
    passed: int
    """Chips that pass, the median."""
    ways: dict[Way, Times]
    recall: float
    """Of the CPU's plan, at ten."""
    scored: int
    """Rows that the CPU scored of those that the device nominated, the median."""
    bring_s: float
    """Bringing the vectors to the device, once."""
    equal: bool
    """Whether the device answered everything as the exact scan did."""


def _archive(base: Base, count: int, given: _Request, folder: Path) -> list[Case]:
    """Grow and index an archive, and ask it everything."""
    CONSOLE.say(f"growing {count:,} rows from {base.name}")
    rows = write_rows(folder / "rows", base, count)
    queries = np.resize(base.texts, (given.queries, base.texts.shape[1])).astype(np.float32)
    ways = kinds(given.selectivities, far=False)
    questions = make_questions(rows, queries, ways)
    CONSOLE.say("indexing")
    Geosearch.build(rows, folder / "index")
    index = open_index(folder / "index")
    device = DeviceScan(given.device, min_ms=0)
    started = perf_counter()
    if not all(device.should_use(one.id, one.vectors, np.inf) for one in index.segments):
        CONSOLE.say(f"not all of {count:,} rows fit on {given.device}: the CPU searches the rest")
    bring_s = perf_counter() - started
    return [
        _case(index, device, way, [one for one in questions if one.kind == number], bring_s)
        for number, way in enumerate(ways)
    ]


def _case(
    index: Generation, device: DeviceScan, kind: Kind, questions: Sequence[Question], bring_s: float
) -> Case:
    CONSOLE.say(f"asking, {kind.name} {kind.selectivity:g}")
    answers: dict[Way, list[Answer]] = {}
    times = {}
    for way in WAYS:
        answers[way], times[way] = _measured(index, device, way, questions)
    exact, scanned = ([_told(hits) for hits, _ in answers[way]] for way in ("exact", "device"))
    recalls = [
        one.recall([int(hit.id) for hit in hits])
        for one, (hits, _) in zip(questions, answers["auto"], strict=True)
    ]
    return Case(
        rows=index.chip_count,
        filter=kind.name,
        selectivity=kind.selectivity,
        passed=int(np.median([one.passed for one in questions])),
        ways=times,
        recall=float(np.mean(recalls)),
        scored=int(
            np.median([sum(p.candidates for p in how.plans) for _, how in answers["device"]])
        ),
        bring_s=bring_s,
        equal=exact == scanned,
    )


def _measured(
    index: Generation, device: DeviceScan, way: Way, questions: Sequence[Question]
) -> tuple[list[Answer], Times]:
    answers, milliseconds = [], []
    for one in questions:
        ask = _asking(index, device, way, [one.query], one)
        ask()  # pages in the cache, memory of the device at hand
        started = perf_counter()
        answers += ask()
        milliseconds.append(1000 * (perf_counter() - started))
    ask = _asking(index, device, way, [one.query for one in questions], questions[0])
    ask()
    started = perf_counter()
    ask()
    batch = 1000 * (perf_counter() - started) / len(questions)
    p50, p95 = np.percentile(milliseconds, [50, 95]).tolist()
    tiers = {plan.tier for _, how in answers for plan in how.plans}
    return answers, Times(p50, p95, batch, tuple(sorted(tiers - {"skipped"})))


def _asking(
    index: Generation, device: DeviceScan, way: Way, queries: list[np.ndarray], where: Question
) -> Callable[[], list[Answer]]:
    wanted = make_filter(bbox=where.box_wsen)
    scan = device if way == "device" else None
    tier: Literal["auto", "exact"] = "auto" if way == "auto" else "exact"
    if len(queries) == 1:
        return lambda: [search(index, queries[0], filter=wanted, k=K, tier=tier, device=scan)]
    return lambda: search_many(index, queries, filter=wanted, k=K, tier=tier, device=scan)


def _told(hits: Sequence[Hit]) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in hits]


def _table(cases: Sequence[Case], device: str) -> str:
    lines = [
        f"| rows | filter | fraction | chips that pass | exact ms | plan ms (tier, recall@10) "
        f"| {device} ms | exact / {device} | plan / {device} "
        f"| batch: exact, plan, {device} ms per query | scored again | equal |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for case in cases:
        exact, plan, scan = (case.ways[way] for way in WAYS)
        batches = ", ".join(f"{one.batch:.2f}" for one in (exact, plan, scan))
        lines.append(
            f"| {case.rows:,} | {case.filter} | {case.selectivity:g} | {case.passed:,} "
            f"| {exact.p50:.2f} | {plan.p50:.2f} ({', '.join(plan.tiers)}, {case.recall:.3f}) "
            f"| {scan.p50:.2f} | {exact.p50 / scan.p50:.1f} | {plan.p50 / scan.p50:.1f} "
            f"| {batches} | {case.scored:,} | {'yes' if case.equal else 'NO'} |"
        )
    brought = {case.rows: case.bring_s for case in cases}
    lines.append("")
    lines += [f"{rows:,} rows were brought in {took:.1f} s." for rows, took in brought.items()]
    return "\n".join(lines)


def _heading(given: _Request, base: Base) -> str:
    import torch

    on_cuda = given.device.startswith("cuda")
    named = torch.cuda.get_device_name(given.device) if on_cuda else "the CPU: A SMOKE TEST"
    return (
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores; {named}, torch "
        f"{torch.__version__}; {base.images.shape[1]} numbers per chip, grown from {base.name}; "
        f"{given.queries} texts per case; `{command_line()}`\n"
    )


@click.command(short_help="The exact scan on a GPU, beside the CPU's ways.")
@click.option(
    "--rows", type=numbers, default="1e5,1e6", show_default=True, help="Sizes of archives."
)
@click.option(
    "--selectivities",
    type=fractions,
    default="1,0.1,0.01,0.001,0.0001",
    show_default=True,
    help="Fractions of the chips that filters leave.",
)
@click.option("--queries", default=32, show_default=True, help="Texts per case.")
@click.option(
    "--device",
    default="cuda",
    show_default=True,
    help="cuda, cuda:1; cpu for a smoke test, which measures nothing.",
)
@click.option("--folder", type=PATH, help="Where indexes go while it runs.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
@embedding_options
def device(json_file: Path | None, **options: Any) -> int:
    """Time an exact scan on a GPU beside the CPU's ways, and compare their answers.

    Exits with 2 where there is no CUDA device, with 1 if an answer differs.
    """
    given = _Request(source=take_source(options), **options)
    try:
        resolve_device(given.device)
    except GeosearchError as error:
        CONSOLE.say(f"error: {error.message}\nhint: {error.hint}; nothing was measured")
        return 2
    base = read_base(given.source)
    cases: list[Case] = []
    for count in given.rows:
        with TemporaryDirectory(dir=given.folder, prefix="bench-device-") as folder:
            cases += _archive(base, int(count), given, Path(folder))
    print(_heading(given, base))
    print(_table(cases, given.device))
    if json_file:
        found = {"about": _heading(given, base), "cases": [asdict(one) for one in cases]}
        json_file.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if all(case.equal for case in cases) else 1
