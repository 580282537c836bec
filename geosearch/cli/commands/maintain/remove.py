"""`geosearch remove`: remove chips from an index."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from geosearch.cli.options import filter_options, index_option, json_option, yes_option
from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.report import count_of
from geosearch.errors import UsageError

if TYPE_CHECKING:
    from geosearch.index import Removal
    from geosearch.search import Conditions

_SCENES_SHOWN = 20


@click.command(short_help="Remove chips from an index.")
@index_option
@click.option(
    "--scene",
    "scenes",
    metavar="ID",
    multiple=True,
    help="A scene's id, or a pattern of ids in quotes, such as '2019/*'; may be repeated.",
)
@filter_options
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@yes_option
@json_option
def remove(
    index: str | None,
    scenes: tuple[str, ...],
    conditions: "Conditions",
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove from an index the chips that pass all given filters; scene files are not touched.

    Searches that are running go on. `geosearch compact` frees the space. Indexing again adds a
    scene that was removed whole, if its file is still there.

    \b
      geosearch remove --scene 2019/north.tif
      geosearch remove --bbox "11.2,48.0,11.8,48.3" --datetime ../2016 --dry-run
      geosearch remove --scene "2019/*" --min-cloud 0.8
    """
    from geosearch.api import remove
    from geosearch.cli.output.reporter import CONSOLE

    removal = remove(
        index,
        scenes=scenes,
        dry_run=dry_run,
        confirm=None if yes else _ask,
        reporter=CONSOLE,
        **conditions,
    )
    if as_json:
        numbers = {"chips": removal.chips, "whole_scenes": removal.whole_scenes}
        print_json(numbers | asdict(removal))
        return
    for line in _lines(removal, dry_run):
        print_line(line)


def _ask(removal: "Removal") -> bool:
    # with - for --intersects, the terminal is not where the answer would come from
    if not sys.stdin.isatty():
        raise UsageError(
            f"{_what(removal)} would be removed, but there is no terminal to confirm it",
            hint="add --yes, or --dry-run to see which",
        )
    return click.confirm(f"Remove {_what(removal)}?", err=True)


def _lines(removal: "Removal", dry_run: bool) -> list[str]:
    if not removal.scenes:
        return [f"no chip matches; {count_of(removal.chips_left, 'chip')} left"]
    verb = "removed" if removal.published else "would remove" if dry_run else "did not remove"
    lines = [f"{verb} {_what(removal)}"]
    for scene in removal.scenes[:_SCENES_SHOWN]:
        lines.append(f"  {scene.scene}: {count_of(scene.chips, 'chip')}, {scene.left:,} left")
    if len(removal.scenes) > _SCENES_SHOWN:
        lines.append(f"  and {len(removal.scenes) - _SCENES_SHOWN:,} more; --json names all")
    if removal.published:
        lines.append(f"{count_of(removal.chips_left, 'chip')} in the index")
    return lines


def _what(removal: "Removal") -> str:
    return (
        f"{count_of(removal.chips, 'chip')} of {count_of(len(removal.scenes), 'scene')}, "
        f"{removal.whole_scenes:,} of them whole"
    )
