"""What `geosearch query` found, as a user wants to have it: printed, written, explained."""

import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosearch.cli.report import count_of
from geosearch.errors import UsageError

if TYPE_CHECKING:
    from geosearch.api import Hits
    from geosearch.search import SegmentPlan

FORMATS = ("table", "geojson", "json", "png")
_FORMAT_OF_ENDING = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".jsonl": "json",
    ".png": "png",
    ".txt": "table",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found."""

    queries: list[str]
    """What was asked, or what vectors are called."""
    hits: "list[Hits]"
    """One a query."""
    several: bool
    """Whether a list was asked, even one of one query: then all that is written names queries."""


def settled_formats(
    outputs: tuple[str, ...], chosen: str | None, *, several: bool
) -> list[tuple[str, str]]:
    """Return where answers go, ``-`` for standard output, and in which format each.

    Raises:
        UsageError: A format does not follow, or cannot go there.
    """
    formats = [(output, _format_of(output, chosen)) for output in outputs or ("-",)]
    for output, kind in formats:
        if kind == "png" and several:
            raise UsageError(
                "a picture shows the hits of one query", hint="ask one text for it, or end -o in "
                ".geojson or .jsonl",
            )  # fmt: skip
        if kind == "png" and output == "-":
            raise UsageError(
                "a picture cannot go to standard output", hint="give a file: -o hits.png"
            )
    return formats


def _format_of(output: str, chosen: str | None) -> str:
    if chosen:
        return chosen
    if output == "-":
        return "table" if sys.stdout.isatty() else "geojson"
    ending = Path(output).suffix.lower()
    if ending not in _FORMAT_OF_ENDING:
        raise UsageError(
            f"no format is known by the ending of {output}",
            hint="end it in .geojson, .jsonl or .png, or choose with -f",
        )
    return _FORMAT_OF_ENDING[ending]


def write_answers(answers: Answers, output: str, kind: str) -> None:
    """Write answers to a file, or to standard output for ``-``.

    Raises:
        UsageError: The file cannot be written.
    """
    from geosearch.formats import write_text

    if kind == "png":
        answers.hits[0].to_contact_sheet(output, title=answers.queries[0])
    elif output == "-":
        click.echo(_text(answers, kind), nl=False)
    else:
        write_text(output, _text(answers, kind))


def _text(answers: Answers, kind: str) -> str:
    from geosearch.formats import answer_line, geojson_text

    pairs = list(zip(answers.queries, answers.hits, strict=True))
    if kind == "table":
        return _tables(answers)
    if kind == "json":
        return "".join(answer_line(query, hits, hits.explanation) for query, hits in pairs)
    if not answers.several:
        return geojson_text(answers.hits[0])
    named = [query for query, hits in pairs for _ in hits]
    return geojson_text(list(chain.from_iterable(answers.hits)), named)


def _tables(answers: Answers) -> str:
    from rich.console import Console
    from rich.text import Text

    from geosearch.formats import hits_table

    # a file or a pipe has no width: lines are then as long as they need to be
    console = Console(width=None if sys.stdout.isatty() else 200)
    with console.capture() as capture:
        for number, (query, hits) in enumerate(zip(answers.queries, answers.hits, strict=True)):
            if answers.several:
                console.print(Text("\n" * (number > 0) + _shown(query), style="bold"))
            console.print(hits_table(hits))
    return capture.get()


def _shown(query: str) -> str:
    # a file of texts may hold terminal control characters
    return "".join(character if character.isprintable() else " " for character in query)


def explain(answers: Answers) -> None:
    """Say on stderr how each query was answered, and how long that took."""
    for query, hits in zip(answers.queries, answers.hits, strict=True):
        if answers.several:
            click.echo(_shown(query), err=True)
        for plan in hits.explanation.plans:
            click.echo(f"segment {plan.segment}: {_plan(plan)}", err=True)
        for step, milliseconds in hits.explanation.milliseconds.items():
            click.echo(f"{step:>14}  {milliseconds:8.1f} ms", err=True)


def _plan(plan: "SegmentPlan") -> str:
    found = f"{plan.rows:,} chips, {plan.matching:,} pass the filter"
    runs = count_of(plan.runs, "run")
    if plan.tier == "skipped":
        return f"{found}, skipped"
    recall = "not measured" if plan.recall is None else f"{plan.recall:.3f}"
    looked = f"{plan.probed:.1%} of the codes, " if plan.probed else ""
    expected = "" if plan.expected_ms is None else f", {plan.expected_ms:.2g} ms expected"
    return (
        f"{found} in {runs}; {plan.tier}: {looked}{plan.candidates:,} scored, "
        f"recall {recall}{expected}"
    )
