"""`geosearch verify`: whether an index is as it was written."""

import json
from dataclasses import asdict

import click

from geosearch.cli.options import index_option, json_option
from geosearch.cli.report import count_of


@click.command(short_help="Check every file of an index, repair what can be.")
@index_option
@click.option("--repair", is_flag=True, help="Make again what can be made from whole files.")
@click.option(
    "--drop",
    is_flag=True,
    help="With --repair: leave out what cannot be repaired, to be indexed again.",
)
@json_option
def verify(index_path: str | None, repair: bool, drop: bool, as_json: bool) -> int:
    """Read every file of an index: sizes, checksums, and whether all parts agree.

    The exit status is 1 if something is wrong and was not repaired.

    \b
      geosearch verify -i indexes/coast --repair
    """
    from geosearch.api import verify
    from geosearch.progress import say, track

    with track("reading all files", None, "", shown=True):
        problems = verify(index_path, repair=repair, drop=drop, note=say)
    left = sum(problem.outcome == "found" for problem in problems)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
        return 1 if left else 0
    for problem in problems:
        click.echo(f"{problem.outcome}: {problem.path}: {problem.reason}")
        if problem.outcome == "found":
            click.echo(f"   lost: {problem.lost}")
            click.echo(f"   hint: {problem.remedy}")
    if any(problem.outcome == "dropped" for problem in problems):
        click.echo("index the scenes again: `geosearch index FOLDER` adds what was dropped")
    click.echo(f"{count_of(len(problems), 'fault')}, {left} left" if problems else "whole")
    return 1 if left else 0
