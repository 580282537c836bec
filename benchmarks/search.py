"""How well and how fast a large index is searched, filter by filter.

Grows an archive from real embeddings, stages and publishes it as geosearch
does, and asks it texts that it was not measured with, in a process of their own: without a filter,
in boxes around a chip, in the emptiest of several boxes for what is asked, and in spans of time.
The truth is numpy's, over all vectors. Prints a table of recall@10 and milliseconds, filter and
records included, and what building, opening and memory cost.
"""

import json
import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from benchmarks.cases.archive import Base
from benchmarks.cases.embeddings import embedding_options, read_base, take_source
from benchmarks.machine import command_line, processor
from benchmarks.options import PATH, count
from benchmarks.searching.asking import ask_apart
from benchmarks.searching.building import build
from benchmarks.searching.filtered import Case, draw_cases
from geosearch.index import memory_budget


@click.command(short_help="A large index, filter by filter.")
@click.option("--rows", type=count, default="1e6", show_default=True, help="Size of the index.")
@click.option("--queries", default=32, show_default=True, help="Texts per filter.")
@click.option("--widths", default=1, show_default=True, help="Resolutions that scenes have.")
@click.option(
    "--max-memory",
    metavar="SIZE",
    help="What building may take, such as 400MB: codes are half as long where it is little.",
)
@click.option("--work", type=PATH, help="Folder for temporary files, on a large disk.")
@click.option("--keep", type=PATH, help="Keep the index there, and ask what is there.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
@embedding_options
def search(
    rows: int,
    queries: int,
    widths: int,
    max_memory: str | None,
    work: Path | None,
    keep: Path | None,
    json_file: Path | None,
    **source: Any,
) -> None:
    """Build a large index, ask it texts under many filters, and print recall and times."""
    with TemporaryDirectory(dir=work) as temporary:
        folder = keep or Path(temporary) / "index"
        base = read_base(take_source(source))
        calibrated, asked = base.texts[::2], base.texts[1::2][:queries]
        memory_bytes = None if max_memory is None else memory_budget(max_memory)
        built = build(base, calibrated, folder, rows, memory_bytes=memory_bytes, widths=widths)
        cases = draw_cases(folder, asked, rows)
        found = {threads: ask_apart(folder, asked, cases, threads) for threads in (1, 2)}
    print(_heading(base, rows, queries))
    print(_building(built, found[1]["memory"], rows))
    print(_table(cases, found))
    if json_file:
        document = {"built": built, "memory": found[1]["memory"], "cases": _rows(cases, found)}
        json_file.write_text(json.dumps(document, indent=1) + "\n")


def _rows(cases: list[Case], found: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each kind of filter and selectivity."""
    rows = []
    for key in dict.fromkeys((case.kind, case.selectivity) for case in cases):
        which = [at for at, case in enumerate(cases) if (case.kind, case.selectivity) == key]
        row: dict[str, Any] = {"filter": key[0], "selectivity": key[1]}
        row["matching"] = int(np.median([cases[at].matching for at in which]))
        for threads, result in found.items():
            answers = [result["answers"][at] for at in which]
            for clock in ("wall_ms", "cpu_ms", "scale_ms"):
                times = [one[clock] for one in answers]
                row[f"{clock}_{threads}"] = [float(np.percentile(times, p)) for p in (50, 95)]
            row["recall"] = float(np.mean([one["recall"] for one in answers]))
            row["least"] = float(np.min([one["recall"] for one in answers]))
            row["tiers"] = sorted({tier for one in answers for tier in one["tier"]})
        rows.append(row)
    return rows


def _heading(base: Base, rows: int, queries: int) -> str:
    return (
        f"{rows:,} x {base.images.shape[1]} grown from {base.name}; {queries} texts a "
        f"row; {date.today().isoformat()}, {processor()}, {os.cpu_count()} cores; "
        f"`{command_line()}`\n"
    )


def _building(built: dict[str, float], memory: dict[str, float], rows: int) -> str:
    lines = ["| what | value |", "| --- | --- |"]
    if built:
        lines += [
            f"| staging, publishing | {built['staging_s']:.0f} s, {built['publishing_s']:.0f} s |",
            f"| peak memory while building | {built['peak_bytes'] / 2**30:.1f} GiB |",
            f"| on disk | {built['disk_bytes'] / rows:.0f} bytes per chip |",
        ]
    lines += [
        f"| opening; with the first answer | {memory['open_ms']:.0f} ms; "
        f"{memory['first_ms']:.0f} ms |",
        f"| resident after all queries, vectors not counted | "
        f"{memory['resident_bytes'] / rows:.0f} bytes per chip |",
        "| of that, private to the process | "
        f"{memory['private_bytes'] / rows:.0f} bytes per chip |",
    ]
    return "\n".join(lines) + "\n"


def _table(cases: list[Case], found: dict[int, dict[str, Any]]) -> str:
    lines = [
        "| filter | selectivity | chips that pass | tier | recall@10 (least) | "
        "one thread p50 / p95 ms | its processor ms | with the sense of scale | "
        "two threads p50 / p95 ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in _rows(cases, found):
        one, two, cpu = row["wall_ms_1"], row["wall_ms_2"], row["cpu_ms_1"]
        scale = row["scale_ms_1"]
        lines.append(
            f"| {row['filter']} | {row['selectivity']:g} | {row['matching']:,} | "
            f"{', '.join(row['tiers'])} | {row['recall']:.3f} ({row['least']:.1f}) | "
            f"{one[0]:.1f} / {one[1]:.1f} | {cpu[0]:.1f} | "
            f"{scale[0]:.1f} / {scale[1]:.1f} | {two[0]:.1f} / {two[1]:.1f} |"
        )
    return "\n".join(lines)
