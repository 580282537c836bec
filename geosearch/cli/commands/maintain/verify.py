"""`geosearch verify`: whether an index is as it was written."""

from dataclasses import asdict

import click

from geosearch.cli.options import index_option, json_option
from geosearch.cli.output.flags import with_flags
from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.report import count_of


@click.command(short_help="Check every file of an index and repair what can be repaired.")
@index_option
@click.option(
    "--repair",
    is_flag=True,
    help="Make damaged files again from intact ones where that is possible.",
)
@click.option(
    "--drop",
    is_flag=True,
    help="With --repair: drop segments that cannot be repaired, to be indexed again.",
)
@json_option
def verify(index: str | None, repair: bool, drop: bool, as_json: bool) -> int:
    """Read every file of an index: sizes, checksums, and whether all parts agree.

    The exit status is 1 if a fault was not repaired.

    \b
      geosearch verify -i indexes/coast --repair
    """
    from geosearch.api import verify
    from geosearch.cli.output.reporter import CONSOLE

    with CONSOLE.step("reading all files", None, ""):
        problems = verify(index, repair=repair, drop=drop, reporter=CONSOLE)
    left = sum(problem.outcome == "found" for problem in problems)
    if as_json:
        print_json([asdict(problem) for problem in problems])
        return 1 if left else 0
    for problem in problems:
        print_line(f"{problem.outcome}: {problem.path}: {problem.reason}")
        if problem.outcome == "found":
            print_line(f"   lost: {problem.lost}")
            print_line(f"   hint: {with_flags(problem.remedy)}")
    if any(problem.outcome == "dropped" for problem in problems):
        print_line("index the scenes again: `geosearch index FOLDER` adds what was dropped")
    print_line(
        f"{count_of(len(problems), 'fault')}, {left} left" if problems else "OK: no faults found"
    )
    return 1 if left else 0
