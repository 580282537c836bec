"""geosearch beside other engines: the same rows, queries and filters, at equal recall.

Each engine is set up as its own documentation says, built with all cores and then asked by a
process that is kept to one core, with its files in the page cache. Of its settings, the table has
for each selectivity the fastest that finds 0.99 of the true answer, or the one that finds most.
One that is not installed, fails or takes too long says so. What they need is installed by

    GEOSEARCH_VENV=.venv-peers scripts/environment peers

in an environment of its own. Prints a table; with --json also the figures of all settings.
"""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from benchmarks.cases.archive import Base
from benchmarks.cases.embeddings import (
    EmbeddingSource,
    embedding_options,
    read_base,
    take_source,
)
from benchmarks.cases.questions import (
    Kind,
    Question,
    Rows,
    first_rows,
    kinds,
    make_questions,
    write_rows,
)
from benchmarks.engines import ENGINES, SLOW_ROWS, Engine, Geosearch
from benchmarks.engines.process import ONE_CORE, Answered, Built, ask, build
from benchmarks.machine import command_line, processor
from benchmarks.options import PATH, count, fractions
from geosearch import __version__
from geosearch.errors import UsageError
from geosearch.reporting import CONSOLE

_EQUAL_RECALL = 0.99


@dataclass(frozen=True, slots=True)
class _Request:
    """The command's options."""

    rows: int
    selectivities: tuple[float, ...]
    correlated: bool
    queries: int
    engine: tuple[str, ...]
    limit: float
    cell: float
    folder: Path | None
    source: EmbeddingSource


@dataclass(frozen=True, slots=True)
class Figures:
    """How one setting of an engine answered one kind of question."""

    setting: str
    recall: float
    p50_ms: float
    p95_ms: float
    asked: int
    """Questions: fewer than there are where it was too slow."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: an engine and a kind of question."""

    engine: str
    setup: str
    versions: dict[str, str]
    rows: int
    filter: str
    selectivity: float
    passed: int
    """Rows that pass, the median."""
    threads: str
    build_s: float
    open_s: float
    bytes: int
    problem: str
    best: Figures | None
    settings: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Race:
    """Engines that are asked the same."""

    rows: Rows
    folder: Path
    """Of the rows."""
    engines: tuple[type[Engine], ...]
    ways: list[Kind]
    questions: list[Question]


def _races(given: _Request, base: Base, work: Path) -> Iterator[Race]:
    """Yield all engines together, and those apart that are slow, with geosearch beside them."""
    chosen = [one for one in ENGINES if not given.engine or _named(one, given.engine)]
    quick = tuple(one for one in chosen if (one.max_rows or given.rows) >= given.rows)
    slow = tuple(one for one in chosen if one not in quick)
    CONSOLE.say(f"growing {given.rows:,} rows from {base.name}")
    rows = write_rows(work / "rows", base, given.rows)
    queries = np.resize(base.texts, (given.queries, base.texts.shape[1]))
    ways = kinds(given.selectivities, far=given.correlated)
    if quick:
        questions = make_questions(rows, queries, ways)
        yield Race(rows, work / "rows", quick, ways, questions)
    if slow:
        few = first_rows(work / "few", rows, SLOW_ROWS)
        beside = (Geosearch,) if Geosearch in chosen else ()
        yield Race(few, work / "few", (*beside, *slow), ways, make_questions(few, queries, ways))


def _named(engine: type[Engine], wanted: Sequence[str]) -> bool:
    return any(engine.name.lower().startswith(one.lower()) for one in wanted)


def _run(race: Race, engine: type[Engine], work: Path, limit_s: float, cell_s: float) -> list[Case]:
    """Build an engine and ask it, if that can be done."""
    CONSOLE.say(f"{engine.name}, {race.rows.count:,} rows")
    shape = len(engine.settings), len(race.questions)
    answered = Answered(np.nan, np.zeros((*shape, 0), np.int64), np.full(shape, np.nan))
    missing = engine.missing()
    if missing:
        built = Built(np.nan, 0, f"not installed: {', '.join(missing)}")
        return _cases(race, engine, built, answered)
    built = build(engine, race.folder, work, limit_s)
    if not built.problem:
        answered = ask(engine, race.folder, work, race.questions, limit_s, cell_s)
    return _cases(race, engine, built, answered)


def _cases(race: Race, engine: type[Engine], built: Built, answered: Answered) -> list[Case]:
    cases = []
    for number, way in enumerate(race.ways):
        cell = [at for at, one in enumerate(race.questions) if one.kind == number]
        figures = tuple(_figures(race, engine, answered, cell))
        best = _best(figures)
        cases.append(
            Case(
                engine=engine.name,
                setup=engine.setup,
                versions=engine.versions(),
                rows=race.rows.count,
                filter=way.name,
                selectivity=way.selectivity,
                passed=int(np.median([race.questions[at].passed for at in cell])),
                threads="1" if ONE_CORE else "all",
                build_s=built.seconds,
                open_s=answered.open_seconds,
                bytes=built.bytes,
                problem=built.problem or ("" if best else answered.problem or "not asked"),
                best=best,
                settings=figures,
            )
        )
    return cases


def _figures(
    race: Race, engine: type[Engine], answered: Answered, cell: Sequence[int]
) -> Iterator[Figures]:
    for number, setting in enumerate(engine.settings):
        asked = [at for at in cell if not np.isnan(answered.seconds[number, at])]
        if not asked:
            continue
        recalls = [race.questions[at].recall(answered.found[number, at].tolist()) for at in asked]
        times = 1000 * answered.seconds[number, asked]
        p50, p95 = np.percentile(times, [50, 95]).tolist()
        yield Figures(setting.name, float(np.mean(recalls)), p50, p95, len(asked))


def _best(figures: Sequence[Figures]) -> Figures | None:
    """Return the fastest that finds enough, else the one that finds most."""
    enough = [one for one in figures if one.recall >= _EQUAL_RECALL]
    if enough:
        return min(enough, key=lambda one: one.p50_ms)
    return max(figures, key=lambda one: (one.recall, -one.p50_ms), default=None)


def _table(cases: Sequence[Case]) -> str:
    ours = {
        (one.rows, one.filter, one.selectivity): one.best
        for one in cases
        if one.engine == Geosearch.name
    }
    lines = [
        "| rows | filter | fraction | engine | recall@10 | p50 ms | p95 ms | times geosearch "
        "| threads | build s | MB | setting |",
        "| ---: | --- | ---: | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for case in sorted(cases, key=lambda one: (-one.rows, one.filter == "far", -one.selectivity)):
        lines.append(_line(case, ours.get((case.rows, case.filter, case.selectivity))))
    return "\n".join(lines)


def _line(case: Case, ours: Figures | None) -> str:
    start = f"| {case.rows:,} | {case.filter} | {case.selectivity:g} | {case.engine} "
    seconds, size = (f"{case.build_s:,.0f}", f"{case.bytes / 1e6:,.0f}")
    if case.best is None:
        return f"{start}| - | - | - | - | {case.threads} | - | - | {case.problem} |"
    best = case.best
    times = "-" if ours is None else f"{best.p50_ms / ours.p50_ms:.1f}"
    return (
        f"{start}| {best.recall:.3f} | {best.p50_ms:.2f} | {best.p95_ms:.2f} | {times} "
        f"| {case.threads} | {seconds} | {size} | {best.setting} |"
    )


def _heading(given: _Request, base: Base, cases: Sequence[Case]) -> str:
    versions = {"geosearch": __version__}
    versions |= {name: one for case in cases for name, one in case.versions.items()}
    return (
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {', '.join(f'{k} {v}' for k, v in versions.items())}\n"
        f"`{command_line()}`: rows grown from {base.name}; {given.queries} texts asked in each "
        f"case, fewer by an engine that is slow\n"
    )


def _measure(given: _Request, base: Base) -> list[Case]:
    cases: list[Case] = []
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=given.folder, prefix="bench-peers-") as folder:
        for race in _races(given, base, Path(folder)):
            for engine in race.engines:
                # one engine's files at a time: a million rows take gigabytes in each
                with TemporaryDirectory(dir=folder) as work:
                    cases += _run(race, engine, Path(work), given.limit, given.cell)
    if not cases:
        raise UsageError(
            f"no engine begins with {' or '.join(given.engine)}",
            hint=f"they are {', '.join(one.name for one in ENGINES)}",
        )
    return cases


@click.command(short_help="geosearch beside other engines, at equal recall.")
@click.option("--rows", type=count, default="1e6", show_default=True, help="Size of the archive.")
@click.option(
    "--selectivities",
    type=fractions,
    default="1,0.1,0.01,0.001",
    show_default=True,
    help="Fractions of the rows that filters leave.",
)
@click.option("--correlated", is_flag=True, help="Also boxes that hold least of what is asked.")
@click.option("--queries", type=count, default="64", show_default=True, help="Texts per case.")
@click.option("--engine", multiple=True, help="Only those whose names begin so; repeatable.")
@click.option("--limit", default=300.0, show_default=True, help="Seconds to build, and to ask.")
@click.option("--cell", default=15.0, show_default=True, help="Seconds per setting and case.")
@click.option("--folder", type=PATH, help="Where indexes go while it runs.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
@embedding_options
def peers(json_file: Path | None, **options: Any) -> None:
    """Ask geosearch and other engines the same, of the same rows, and compare at equal recall.

    An engine that is not installed, fails or takes too long says so.
    """
    given = _Request(source=take_source(options), **options)
    base = read_base(given.source)
    cases = _measure(given, base)
    heading = _heading(given, base, cases)
    print(heading)
    print(_table(cases))
    if json_file:
        found = {"about": heading, "cases": [asdict(one) for one in cases]}
        json_file.write_text(json.dumps(found, indent=1, default=str) + "\n")
