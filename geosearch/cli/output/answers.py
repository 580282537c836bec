"""The answers of `geosearch query`: printed, written, explained."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.cli.output.printing import (
    omission_mark,
    print_bytes,
    print_json_text,
    print_line,
    terminal_width,
)
from geosearch.cli.output.report import count_of
from geosearch.cli.output.reporter import CONSOLE
from geosearch.errors import Refusal, UsageError
from geosearch.message import Message
from geosearch.outputs import HIT_FORMATS, has_ending, hit_format, require_folder, require_output

if TYPE_CHECKING:
    from geosearch.formats import Answers
    from geosearch.index import SegmentPlan

FORMATS = tuple(HIT_FORMATS)


def settled_formats(
    outputs: tuple[str, ...], chosen: str | None, *, several: bool
) -> list[tuple[str, str]]:
    """Return where answers go, ``-`` for standard output, and in which format each.

    Raises:
        UsageError: A format does not follow, or cannot go there; or a file cannot be written.
    """
    formats = [(output, _format_of(output, chosen)) for output in outputs or ("-",)]
    for output, kind in formats:
        what = HIT_FORMATS[kind]
        if kind == "png" and several:
            raise UsageError(
                "a picture shows the hits of one query", hint="give one text for it, or end -o in "
                ".html or .geojson",
            )  # fmt: skip
        if output == "-" and not what.is_text:
            raise UsageError(
                f"{what.name} cannot go to standard output",
                hint=f"give a file: -o hits{what.endings[0]}",
            )
        if kind == "chips" and not has_ending(output, what):
            require_folder(Path(output))
        elif output != "-":
            require_output(output, what)
    return formats


def _format_of(output: str, chosen: str | None) -> str:
    if chosen:
        return chosen
    if output == "-":
        return "table" if sys.stdout.isatty() else "geojson"
    return hit_format(output)


def write_answers(answers: "Answers", output: str, kind: str) -> tuple[Refusal, ...]:
    """Write answers to a file, or to standard output for ``-``.

    Returns:
        Scenes that cannot be read any more, and why: for pictures they are read again.

    Raises:
        UsageError: The file cannot be written.
    """
    from geosearch.formats import hits_bytes, table_lines, write_hits

    if output != "-":
        return write_hits(output, answers, kind)
    if kind == "table":
        for line, is_heading in table_lines(answers, terminal_width(), omission_mark()):
            print_line(line, bold=is_heading)
        return ()
    data, refused = hits_bytes(answers, kind)
    if kind in ("geojson", "json", "stac"):
        print_json_text(data.decode())
    else:
        print_bytes(data)
    return refused


def explain(answers: "Answers") -> None:
    """Print to stderr how each query was answered, and how long that took."""
    from geosearch.formats import hits_of

    for query, hits in zip(answers.names, answers.each, strict=True):
        if answers.several:
            CONSOLE.say(query or "")
        how = hits.explanation
        if how.scale_m is not None:
            narrowest, widest = (f"{float(f'{width:.2g}'):,.0f}" for width in how.scale_m)
            CONSOLE.say(f"things like this are usually seen in chips of {narrowest} to {widest} m")
        elif how.scale_off is not None:
            CONSOLE.say(Message("no sense of scale: {}", how.scale_off))
        if hits.any is not None:
            CONSOLE.say(f"a right hit: {hits.any:.2f}; {how.phrases_aside} phrases put aside")
        for hit, compared in zip(hits_of(hits), how.comparisons, strict=False):
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
