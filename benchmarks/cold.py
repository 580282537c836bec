"""How long a question takes from the shell, in a process that has loaded nothing yet.

Draws geosearch's demo archive, indexes it with `mini`, and asks it one text in fresh processes.
By turns with them, in the same run: Python doing nothing, and Python importing torch. Files are in
the page cache. Wall time counts what other programs take; the processor's time (user and system, of
all threads) hardly does.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from benchmarks.machine import command_line, processor
from benchmarks.options import PATH
from geosearch.reporting import CONSOLE

_TEXT = "tennis court between two white buildings"


@dataclass(frozen=True, slots=True)
class Way:
    """What is run in fresh processes, and how long each of them took."""

    name: str
    wall_s: list[float]
    processor_s: list[float]
    """User and system time."""


def _prepare(folder: Path, given: Path | None) -> Path:
    """Return an index of `mini`: the one that is given, or one of the demo archive."""
    if given is not None:
        return given
    CONSOLE.say("drawing and indexing the demo archive")
    _geosearch("demo", folder / "archive")
    _geosearch("index", folder / "archive", "-i", folder / "index", "--encoder", "mini")
    return folder / "index"


def _geosearch(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "geosearch", *map(str, arguments)]
    subprocess.run(command, capture_output=True, check=True, env=_environment())


def _environment() -> dict[str, str]:
    """Return the environment, but that compiled modules are kept, as an installation keeps them."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _measure(commands: dict[str, Sequence[str]], runs: int) -> list[Way]:
    ways = [Way(name, [], []) for name in commands]
    for number in range(runs + 1):
        for way in ways:
            took = _timed(commands[way.name])
            if number:  # the first one fills the page cache, and compiles modules
                way.wall_s.append(took[0])
                way.processor_s.append(took[1])
    return ways


def _timed(arguments: Sequence[str]) -> tuple[float, float]:
    """Return the wall time and the processor's time of a process, seconds."""
    before = _processor_seconds()
    started = perf_counter()
    subprocess.run(
        [sys.executable, *arguments], capture_output=True, check=True, env=_environment()
    )
    return perf_counter() - started, _processor_seconds() - before


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _table(ways: Sequence[Way]) -> str:
    lines = [
        "| fresh process | wall s, median | fastest | processor s, median | least |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {way.name} | {median(way.wall_s):.2f} | {min(way.wall_s):.2f} "
        f"| {median(way.processor_s):.2f} | {min(way.processor_s):.2f} |"
        for way in ways
    ]
    return "\n".join(lines)


@click.command(short_help="One question in a fresh process.")
@click.option("--runs", default=9, show_default=True, help="Fresh processes of each kind.")
@click.option("--index", type=PATH, help="An index of `mini`. Default: one of the demo archive.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def cold(runs: int, index: Path | None, json_file: Path | None) -> None:
    """Time `geosearch query` in fresh processes, beside Python itself and importing torch."""
    with TemporaryDirectory(prefix="bench-cold-") as folder:
        asked = str(_prepare(Path(folder), index))
        CONSOLE.say(f"asking, {runs} times")
        ways = _measure(
            {
                "`python -c pass`": ["-c", "pass"],
                "`python -c 'import torch'`": ["-c", "import torch"],
                "`geosearch query`": ["-m", "geosearch", "query", _TEXT, "-i", asked],
            },
            runs,
        )  # fmt: skip
    about = (
        f"{date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, load of the machine "
        f"{os.getloadavg()[0]:.1f}; `{command_line()}`\n"
    )
    print(about)
    print(_table(ways))
    if json_file:
        found = {"about": about, "ways": [asdict(way) for way in ways]}
        json_file.write_text(json.dumps(found, indent=1) + "\n")
