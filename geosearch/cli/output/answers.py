"""The answers of `geosearch query`: printed, written, explained."""

import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.cli.output.printing import (
    omission_mark,
    print_json_text,
    print_line,
    terminal_width,
)
from geosearch.cli.output.report import count_of
from geosearch.cli.output.reporter import CONSOLE
from geosearch.errors import Refusal, UsageError
from geosearch.outputs import (
    GEOJSON,
    JSON_LINES,
    PNG,
    TABLE,
    endings_text,
    has_ending,
    require_output,
    write_text,
)
from geosearch.text import shown

if TYPE_CHECKING:
    from geosearch.api import Hits
    from geosearch.index import SegmentPlan

_FORMATS = {"table": TABLE, "geojson": GEOJSON, "json": JSON_LINES, "png": PNG}
"""An ending of several stands for the one that comes first."""
FORMATS = tuple(_FORMATS)


@dataclass(frozen=True, slots=True)
class Answers:
    """The hits of all queries."""

    queries: list[str]
    """The texts, or the names of the vectors."""
    hits: "list[Hits]"
    """One per query."""
    several: bool
    """Whether a list was given, even one of one query: then all that is written names queries."""


def settled_formats(
    outputs: tuple[str, ...], chosen: str | None, *, several: bool
) -> list[tuple[str, str]]:
    """Return where answers go, ``-`` for standard output, and in which format each.

    Raises:
        UsageError: A format does not follow, or cannot go there; or a file cannot be written.
    """
    formats = [(output, _format_of(output, chosen)) for output in outputs or ("-",)]
    for output, kind in formats:
        if kind == "png" and several:
            raise UsageError(
                "a picture shows the hits of one query", hint="give one text for it, or end -o in "
                ".geojson or .jsonl",
            )  # fmt: skip
        if kind == "png" and output == "-":
            raise UsageError(
                "a picture cannot go to standard output", hint="give a file: -o hits.png"
            )
        if output != "-":
            require_output(output, _FORMATS[kind])
    return formats


def _format_of(output: str, chosen: str | None) -> str:
    if chosen:
        return chosen
    if output == "-":
        return "table" if sys.stdout.isatty() else "geojson"
    for name, kind in _FORMATS.items():
        if has_ending(output, kind):
            return name
    choice = "" if Path(output).suffix else ", or choose with -f"
    raise UsageError(
        f"unknown ending of {output}",
        hint=f"end it in {endings_text(*_FORMATS.values())}{choice}",
    )


def write_answers(answers: Answers, output: str, kind: str) -> tuple[Refusal, ...]:
    """Write answers to a file, or to standard output for ``-``.

    Returns:
        Scenes that cannot be read any more, and why: for pictures they are read again.

    Raises:
        UsageError: The file cannot be written.
    """
    if kind == "png":
        return answers.hits[0].to_contact_sheet(output, title=answers.queries[0])
    if output != "-":
        write_text(output, _table_text(answers) if kind == "table" else _json_text(answers, kind))
    elif kind == "table":
        for line, is_heading in _table_lines(answers, terminal_width(), omission_mark()):
            print_line(line, bold=is_heading)
    else:
        print_json_text(_json_text(answers, kind))
    return ()


def _json_text(answers: Answers, kind: str) -> str:
    from geosearch.formats import answer_line, geojson_text

    pairs = list(zip(answers.queries, answers.hits, strict=True))
    if kind == "json":
        return "".join(answer_line(query, hits) for query, hits in pairs)
    if not answers.several:
        return geojson_text(answers.hits[0])
    named = [query for query, hits in pairs for _ in hits]
    return geojson_text(list(chain.from_iterable(answers.hits)), named)


def _table_text(answers: Answers) -> str:
    # a file has no width: lines are as long as they need to be
    return "".join(f"{line}\n" for line, _ in _table_lines(answers, None, "…"))


def _table_lines(answers: Answers, width: int | None, mark: str) -> list[tuple[str, bool]]:
    """Return lines, and whether each is a heading."""
    from geosearch.formats import hits_table

    lines: list[tuple[str, bool]] = []
    for number, (query, hits) in enumerate(zip(answers.queries, answers.hits, strict=True)):
        if answers.several:
            lines += [("", False)] * (number > 0) + [(shown(query), True)]
        heading, *rows = hits_table(hits, width, mark).splitlines()
        lines += [(heading, True), *((row, False) for row in rows)]
    return lines


def explain(answers: Answers) -> None:
    """Print to stderr how each query was answered, and how long that took."""
    for query, hits in zip(answers.queries, answers.hits, strict=True):
        if answers.several:
            CONSOLE.say(query)
        how = hits.explanation
        if how.scale_m is not None:
            narrowest, widest = (f"{float(f'{width:.2g}'):,.0f}" for width in how.scale_m)
            CONSOLE.say(f"things like this are usually seen in chips of {narrowest} to {widest} m")
        elif how.scale_off is not None:
            CONSOLE.say(f"no sense of scale: {how.scale_off}")
        if hits.any is not None:
            CONSOLE.say(f"a right hit: {hits.any:.2f}; {how.phrases_aside} phrases put aside")
        for hit, compared in zip(hits, how.comparisons, strict=False):
            CONSOLE.say(
                f"hit {hit.rank}: contrast {compared.contrast:+.2f}, standing "
                f"{compared.standing:+.2f}; next: {compared.nearest}, {_below(compared.lead)}"
            )
        for plan in hits.explanation.plans:
            CONSOLE.say(f"segment {plan.segment}: {_plan(plan)}")
        for step, milliseconds in hits.explanation.milliseconds.items():
            CONSOLE.say(f"{step:>14}  {milliseconds:8.1f} ms")


def _below(lead: float) -> str:
    return f"{abs(lead):.3f} {'lower' if lead >= 0 else 'higher'}"


def _plan(plan: "SegmentPlan") -> str:
    found = f"{plan.rows:,} chips, {plan.matching:,} pass the filter"
    ranges = count_of(plan.ranges, "range")
    if plan.tier == "skipped":
        return f"{found}, skipped"
    recall = "not measured" if plan.recall is None else f"{plan.recall:.3f}"
    looked = f"{plan.probed:.1%} of the codes, " if plan.probed else ""
    expected = "" if plan.expected_ms is None else f", {plan.expected_ms:.2g} ms expected"
    return (
        f"{found} in {ranges}; {plan.tier}: {looked}{plan.candidates:,} scored, "
        f"recall {recall}{expected}"
    )
