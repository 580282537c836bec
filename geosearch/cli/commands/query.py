"""`geosearch query`: a text and filters in, ranked places out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from geosearch.cli.options import (
    PathType,
    encoder_options,
    filter_options,
    index_option,
)
from geosearch.cli.output.answers import (
    FORMATS,
    explain,
    settled_formats,
    write_answers,
)
from geosearch.cli.output.report import count_of, print_refusals
from geosearch.errors import Refusal, UsageError
from geosearch.text import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.api import EncoderChoice, Hits
    from geosearch.search import Conditions


@click.command(short_help="Find places from a text description.")
@click.argument("text", required=False)
@click.option(
    "--queries",
    "queries_file",
    metavar="FILE",
    help="Several texts: one per line, or a .json file that is a list of strings.",
)
@click.option(
    "--vector",
    "vector_file",
    metavar="FILE",
    help="Search by one or several vectors: an .npy file, or an .npz of `geosearch embed`.",
)
@click.option(
    "--not",
    "avoid",
    metavar="TEXT",
    multiple=True,
    help="What hits should not show; may be repeated.",
)
@click.option(
    "--like",
    metavar="IMAGE|CHIP_ID",
    multiple=True,
    help="What hits should look like, with or without TEXT; may be repeated.",
)
@click.option(
    "--marks",
    type=PathType(),
    metavar="FILE",
    help='Chips that are right or wrong: {"right": [ids], "wrong": [ids]}.',
)
@index_option
@click.option(
    "-k", type=int, default=10, show_default=True, help="Maximum number of hits per query."
)
@filter_options
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=PathType(),
    metavar="FILE",
    help="A file whose ending says what it holds: .geojson, .geojsonl, .csv, .parquet, .gpkg, "
    ".kml, .stac.json, .html, .png, .jsonl or .txt; or chips.zip, or chips/ for a folder of chips. "
    "May be given several times. Default: standard output.",
)
@click.option(
    "-f",
    "--format",
    "chosen",
    type=click.Choice(FORMATS),
    help="Default: by the file's ending; a table on a terminal, GeoJSON in a pipe.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Same as -f json: one line per query, with the explanation.",
)
@click.option("--distinct", is_flag=True, help="Leave out chips that overlap a better hit.")
@click.option(
    "--per-place",
    type=int,
    metavar="N",
    help="Maximum number of hits per place, whatever scenes they are of.",
)
@click.option(
    "--near-date", metavar="DATE", help="For each place, show the chip taken closest to this date."
)
@click.option("--places", is_flag=True, help="Number the places that hits show, and outline them.")
@click.option(
    "--history",
    metavar="CHIP_ID|LON,LAT",
    help="List all chips of a place by time; scores compare them with TEXT, if it is given.",
)
@click.option("--min-likely", type=float, metavar="FRACTION", help="Minimum probability of a hit.")
@click.option(
    "--false",
    type=float,
    metavar="FRACTION",
    help="Show as many hits as keep the expected fraction of false ones below this; no guarantee.",
)
@click.option(
    "--fail-if-none", is_flag=True, help="Exit with status 4 if no hit is left, or none is likely."
)
@click.option(
    "--scale/--no-scale",
    default=True,
    help="Rank chips lower if their width on the ground does not suit the text.  [default: scale]",
)
@click.option("--as-written", is_flag=True, help="Do not correct typing errors in texts.")
@click.option(
    "--where",
    is_flag=True,
    help="Outline where in each hit the query is found; reads the hits' pixels again.",
)
@click.option("--exact", is_flag=True, help="Score every matching chip.")
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Print the search plan and timings to stderr.",
)
@encoder_options()
def query(
    text: str | None,
    queries_file: str | None,
    vector_file: str | None,
    avoid: tuple[str, ...],
    like: tuple[str, ...],
    marks: str | None,
    index: str | None,
    k: int,
    conditions: "Conditions",
    outputs: tuple[str, ...],
    chosen: str | None,
    as_json: bool,
    distinct: bool,
    per_place: int | None,
    near_date: str | None,
    places: bool,
    history: str | None,
    min_likely: float | None,
    false: float | None,
    fail_if_none: bool,
    scale: bool,
    as_written: bool,
    where: bool,
    exact: bool,
    explained: bool,
    encoder: "EncoderChoice",
) -> int:
    """Find the chips that look most like TEXT.

    \b
      geosearch query "a river" --bbox "11.2,48.0,11.8,48.3" -o hits.geojson
      geosearch query "ships at anchor" --datetime 2017-03/2017-05 -o hits.png
      geosearch query "storage tanks" --like tank.png --not "a town"
      geosearch query --queries texts.txt -k 3 -o hits.geojson
    """
    from geosearch.api import open
    from geosearch.cli.output.reporter import CONSOLE
    from geosearch.formats import Answers

    if as_json and chosen not in (None, "json"):
        raise UsageError(f"--json and -f {chosen}", hint="choose one of them")
    needed = not like and marks is None and history is None
    queries = _queries(text, queries_file, vector_file, needed=needed)
    several = queries_file is not None or len(queries.names) > 1
    formats = settled_formats(outputs, "json" if as_json else chosen, several=several)
    opened = open(index, encoder=encoder, reporter=CONSOLE)
    print_refusals(queries.refused)
    with CONSOLE.step("searching", None, ""):  # loading the encoder takes its time
        search: Callable[..., Hits | list[Hits]] = opened.search
        if history is None:
            found = search(
                queries.values,
                k=k,
                avoid=avoid,
                like=like,
                marks=marks,
                min_likely=min_likely,
                false=false,
                scale=scale,
                as_written=as_written,
                exact=exact,
                distinct=distinct,
                per_place=per_place,
                near_date=near_date,
                places=places,
                where=where,
                **conditions,
            )
        else:
            found = opened.history(history, queries.values, distinct=distinct, **conditions)
    each = found if isinstance(found, list) else [found]
    names = [one.asked.named(name) or "" for one, name in zip(each, queries.names, strict=True)]
    answers = Answers(tuple(names), tuple(each), several)
    for line in dict.fromkeys(line for hits in each for line in hits.explanation.notes):
        CONSOLE.say(line)
    refused = [one for output, kind in formats for one in write_answers(answers, output, kind)]
    print_refusals(list(dict.fromkeys(refused)))
    for name, hits in zip(names, each, strict=True):
        if hits.says is not None:
            CONSOLE.say(f"{shown(name)}: {hits.says}" if several else hits.says)
        if places:
            line = _places_line(hits)
            CONSOLE.say(f"{shown(name)}: {line}" if several else line)
    if explained:
        explain(answers)
    if queries.refused or refused:
        return 3
    return 4 if fail_if_none and not any(map(_recognised, each)) else 0


def _places_line(hits: "Hits") -> str:
    expected = hits.place_count()
    if expected is not None:
        return f"about {count_of(round(expected), 'place')}, by {len(hits.marks)} marks"
    found = count_of(len(hits.places()), "place")
    return f"at least {found}, if these hits are right"


def _recognised(hits: "Hits") -> bool:
    from geosearch.search import NONE_BELOW

    return bool(hits) and (hits.any is None or hits.any >= NONE_BELOW)


@dataclass(frozen=True, slots=True)
class _Queries:
    """What to search for."""

    values: "list[str] | NDArray[np.floating] | None"
    """Texts, or vectors [q, dim]; None where images or marks alone say what is looked for."""
    names: Sequence[str | None]
    """A name for each."""
    refused: Sequence[Refusal] = ()
    """Texts or vectors that were left out."""


def _queries(
    text: str | None, queries_file: str | None, vector_file: str | None, *, needed: bool
) -> _Queries:
    given = [one for one in (text, queries_file, vector_file) if one is not None]
    if not given and not needed:
        return _Queries(None, [None])
    if len(given) != 1:
        beside = "" if given else ", or --like"
        raise UsageError(
            "no query given" if not given else "several queries given",
            hint=f"give one of TEXT, --queries FILE and --vector FILE{beside}",
        )
    if vector_file is not None:
        from geosearch.formats import read_vectors

        given_vectors = read_vectors(vector_file)
        return _Queries(given_vectors.vectors, given_vectors.names, given_vectors.refused)
    if text is not None:
        return _Queries([text], [text])
    from geosearch.api import read_queries

    read = read_queries(str(queries_file))
    return _Queries(read.texts, read.texts, read.refused)
