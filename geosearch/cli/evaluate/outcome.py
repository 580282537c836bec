"""How an evaluation's report is shown: a table, or JSON."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from geosearch.cli.options import activation_option, compute_options, json_option, weights_option

if TYPE_CHECKING:
    from rich.table import Table

    from geosearch.encoders import Encoder
    from geosearch.evaluation import Breakdown, Report

Command = TypeVar("Command", bound=Callable[..., Any])

_SHORT = {"retrieval-": "", "image2text": "I2T", "text2image": "T2I", "mean-recall": "mR"}
_SHORT_MEAN = {"I2T-": "I2T ", "T2I-": "T2I "}

_output_option = click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Also write the report as JSON here."
)


def outcome_options(command: Command) -> Command:
    """Add ``--json`` and ``-o``."""
    return json_option(_output_option(command))


def encoder_options(command: Command) -> Command:
    """Add what names the encoder that is judged, and what it computes in."""
    named = click.option(
        "--encoder", required=True, help="An encoder's name; `geosearch encoders` lists them."
    )
    # the authors' figures are float32's, or half precision's by their own choice
    return named(weights_option(activation_option(compute_options("float32")(command))))


def load_encoder(
    encoder: str, weights: str | None, activation: str | None, device: str, precision: str
) -> "Encoder":
    """Load the encoder that the options name."""
    from geosearch.encoders import load, with_activation

    return load(
        with_activation(encoder, activation), weights=weights, device=device, precision=precision
    )


def show(report: "Report", *, as_json: bool, output: str | None) -> None:
    """Print a report to stdout, and write it where it is asked for."""
    from geosearch.formats import write_text

    # printed first: it took its time, and the file may not be writable
    click.echo(report.to_json() if as_json else _table_text(report))
    if output is not None:
        write_text(output, report.to_json() + "\n")


def _table_text(report: "Report") -> str:
    parts = ["\n".join(_heading(report)), _text(_figures(report))]
    parts += [f"{part.title}\n{_text(_breakdown(part))}" for part in report.breakdowns]
    return "\n\n".join(parts)


def _heading(report: "Report") -> list[str]:
    used = report.encoder
    counts = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    lines = [
        ("protocol", f"{report.protocol.name}: {report.protocol.title}"),
        ("set", f"{_plain(report.set_name)}: {counts}"),
        ("encoder", f"{used.name} ({used.fingerprint}), {used.precision}, {used.device}"),
        *(("sha256", f"{digest}  {part}") for part, digest in report.data_sha256.items()),
        ("sha256", f"{report.prompts_sha256}  prompts"),
        ("unit", report.unit),
        *(("note", note) for note in report.notes),
    ]
    return [f"{name:<9} {value}" for name, value in lines]


def _figures(report: "Report") -> "Table":
    table = _table(("", *map(_short, report.figures), *(("source",) if report.published else ())))
    ours = (_number(value) for value in report.figures.values())
    table.add_row(f"ours: {report.encoder.name}", *ours)
    for row in report.published:
        values = (row.figures.get(name) for name in report.figures)
        source = row.source + (f"; {row.remark}" if row.remark else "")
        table.add_row(
            f"theirs: {row.model}", *("" if v is None else _number(v) for v in values), source
        )
    return table


def _breakdown(breakdown: "Breakdown") -> "Table":
    table = _table(breakdown.columns)
    for row in breakdown.rows:
        table.add_row(*(_number(v) if not isinstance(v, str) else _plain(v) for v in row))
    return table


def _table(columns: tuple[str, ...]) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(columns):
        right = place > 0 and name != "source"
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table


def _text(table: "Table") -> str:
    from rich.console import Console

    # a file or a pipe has no width: lines are then as long as they need to be
    console = Console(width=None if sys.stdout.isatty() else 240)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _short(name: str) -> str:
    for long, short in (_SHORT | _SHORT_MEAN).items():
        name = name.replace(long, short)
    return name


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _plain(name: str) -> str:
    # a file name or a caption may hold terminal control characters and rich markup
    return "".join(c if c.isprintable() else "?" for c in name).replace("[", r"\[")
