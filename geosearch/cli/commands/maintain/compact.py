"""`geosearch compact`: few segments, and no chips that were removed."""

from dataclasses import asdict

import click

from geosearch.cli.options import index_option, json_option
from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.report import count_of


@click.command(short_help="Merge an index's segments and free what was removed.")
@index_option
@click.option(
    "--max-memory",
    metavar="SIZE",
    help="Maximum memory, such as 8GB: more makes larger segments. Default: half the machine's.",
)
@json_option
def compact(index: str | None, max_memory: str | None, as_json: bool) -> None:
    """Merge an index's segments, and free the space of chips that were removed.

    Nothing is embedded again, and searches answer as before. Files of older generations are
    deleted: a program that has had the index open since before may have to open it again.

    \b
      geosearch compact -i indexes/coast
      geosearch compact -i indexes/coast --max-memory 8GB
    """
    from geosearch.api import compact
    from geosearch.cli.output.reporter import CONSOLE

    with CONSOLE.step("compacting", None, ""):
        done = compact(index, max_memory=max_memory, reporter=CONSOLE)
    if as_json:
        print_json(asdict(done))
        return
    print_line(
        f"{count_of(done.segments_before, 'segment')} before, {done.segments:,} now: "
        f"{count_of(done.chips, 'chip')}; {done.freed_bytes / 1e6:,.1f} MB freed"
    )
    if done.held_segments:
        print_line(f"{count_of(done.held_segments, 'segment')} kept: this process reads them")
    if done.waiting_scenes:
        print_line(
            f"{count_of(done.waiting_scenes, 'finished scene')} of an interrupted run kept: "
            "`geosearch index` publishes them"
        )
