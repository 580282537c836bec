"""How an evaluation's report is shown: a table, or JSON."""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from geosearch.cli.output.flags import with_flags
from geosearch.cli.output.printing import print_json_text, print_text, terminal_width
from geosearch.outputs import write_text
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.evaluation import Breakdown, Report

_NO_WIDTH = 1 << 20
"""Columns: practically unlimited."""
_GAP, _MIN_WORDS = 2, 16
"""Columns between two of a table, and of the narrowest that words are folded into."""
_SHORT = {"retrieval-": "", "image2text": "I2T", "text2image": "T2I", "mean-recall": "mR"}
_SHORT_MEAN = {"I2T-": "I2T ", "T2I-": "T2I "}


def show(report: "Report", *, as_json: bool, output: str | None) -> None:
    """Print a report to stdout, and write it to a file if one is given."""
    # printed first: it took its time, and the file may not be writable
    if as_json:
        print_json_text(report.to_json() + "\n")
    else:
        print_text(_table_text(report) + "\n")
    if output is not None:
        write_text(output, report.to_json() + "\n")


def _table_text(report: "Report") -> str:
    parts = ["\n".join(_heading(report)), _figures(report)]
    parts += [f"{shown(part.title)}\n{_breakdown(part)}" for part in report.breakdowns]
    return "\n\n".join(parts)


def _heading(report: "Report") -> list[str]:
    used = report.encoder
    counts = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    lines = [
        ("protocol", f"{report.protocol.name}: {report.protocol.title}"),
        ("set", f"{report.set_name}: {counts}"),
        ("encoder", f"{used.name} ({used.fingerprint}), {used.precision}, {used.device}"),
        *(("sha256", f"{digest}  {part}") for part, digest in report.data_sha256.items()),
        ("sha256", f"{report.prompts_sha256}  prompts"),
        ("unit", report.unit),
        *(("note", with_flags(note)) for note in report.notes),
    ]
    return [f"{name:<9} {shown(value)}" for name, value in lines]


def _figures(report: "Report") -> str:
    names = [*map(_short, report.figures)]
    sources = ["source"] if report.published else []
    ours = [f"ours: {report.encoder.name}", *map(_number, report.figures.values())]
    rows = [[*ours, *("" for _ in sources)]]
    for row in report.published:
        values = (row.figures.get(name) for name in report.figures)
        figures = ("" if value is None else _number(value) for value in values)
        source = row.source + (f"; {row.remark}" if row.remark else "")
        rows.append([f"theirs: {row.model}", *figures, source])
    words = {0, len(names) + 1}
    return _table(["", *names, *sources], rows, words)


def _breakdown(breakdown: "Breakdown") -> str:
    rows = [[v if isinstance(v, str) else _number(v) for v in row] for row in breakdown.rows]
    words = {at for row in breakdown.rows for at, value in enumerate(row) if isinstance(value, str)}
    return _table(breakdown.columns, rows, words)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], words: Set[int]) -> str:
    """Return a table in which words are folded where a terminal is narrow, and numbers never.

    Args:
        headings: One per column.
        rows: One cell per column.
        words: Which columns hold words.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    min_width = 0
    for at, heading in enumerate(headings):
        # as texts: plain ones could hold what rich takes for markup
        cells = [Text(shown(cell)) for cell in (heading, *(row[at] for row in rows))]
        widest = max(cell.cell_len for cell in cells)
        min_width += _GAP + (min(widest, _MIN_WORDS) if at in words else widest)
        table.add_column(
            cells[0],
            justify="left" if at == 0 or heading == "source" else "right",
            overflow="fold",
            width=None if at in words else widest,
        )
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    # a file or a pipe has no width: lines are then as long as they need to be; and where a
    # terminal is too narrow for the numbers, they are rather too long for it
    console = Console(
        width=max(terminal_width() or _NO_WIDTH, min_width), color_system=None, force_terminal=False
    )
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _short(name: str) -> str:
    for long, short in (_SHORT | _SHORT_MEAN).items():
        name = name.replace(long, short)
    return name


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
