"""Hits in any format, by its name: what a file, a pipe or a server hands out.

What needs Pillow, GDAL or Arrow is imported when it is first used: a query in a pipe must not wait
for it.
"""

from collections.abc import Callable

from geosearch.errors import Refusal, UsageError
from geosearch.formats.hits.answers import Answers, hits_of
from geosearch.formats.hits.documents.answer_line import answer_line
from geosearch.formats.hits.documents.csv_table import csv_text
from geosearch.formats.hits.documents.geojson import geojson_text
from geosearch.formats.hits.documents.geojson_sequence import geojson_lines, geojson_sequence
from geosearch.formats.hits.documents.kml import kml_text
from geosearch.formats.hits.documents.table import table_lines
from geosearch.message import Message
from geosearch.outputs import HIT_FORMATS, has_ending, hit_format, output_file, require_output
from geosearch.paths import PathLike

Refusals = tuple[Refusal, ...]
_BOM = "\ufeff"
"""Without it, spreadsheets take UTF-8 for another encoding."""


def write_hits(path: PathLike, answers: Answers, kind: str | None = None) -> Refusals:
    """Write hits to a file, which is there whole or as it was before.

    Args:
        path: The file; for ``chips`` it may be a folder.
        answers: What is written.
        kind: A name of `HIT_FORMATS`; None for what the path's ending says.

    Returns:
        Scenes that cannot be read any more, each once: what shows pixels reads them again.

    Raises:
        UsageError: No format has such an ending, the format has no room for several questions, or
            the file cannot be written.
    """
    kind = hit_format(path) if kind is None else kind
    if kind not in HIT_FORMATS:
        raise UsageError(
            Message("`format` is {}", repr(kind)),
            hint=f"choose {', '.join(HIT_FORMATS)}",
            parameter="format",
        )
    if kind == "chips":
        return _write_chips(path, answers)
    require_output(path, HIT_FORMATS[kind])
    with output_file(path) as file:
        data, refused = hits_bytes(answers, kind, spreadsheet=True)
        file.write(data)
        return refused


def hits_bytes(answers: Answers, kind: str, *, spreadsheet: bool = False) -> tuple[bytes, Refusals]:
    """Return hits as what a file of a format holds: any but ``chips``, which may be large.

    Args:
        answers: What is written.
        kind: A name of `HIT_FORMATS`.
        spreadsheet: Begin CSV with a byte order mark, without which spreadsheets take it for
            another encoding; what reads a pipe would take it for a part of the first heading.
    """
    if kind in _TEXTS:
        text = _TEXTS[kind](answers)
        mark = _BOM if spreadsheet and kind == "csv" else ""
        return (mark + text).encode(), ()
    return _OTHERS[kind](answers)


def _write_chips(path: PathLike, answers: Answers) -> Refusals:
    from geosearch.formats.hits.chip_files import write_chips, write_chips_zip

    if not has_ending(path, HIT_FORMATS["chips"]):
        return write_chips(path, answers)
    require_output(path, HIT_FORMATS["chips"])
    with output_file(path) as file:
        return write_chips_zip(file, answers)


def _geojson(answers: Answers) -> str:
    return geojson_text(answers.hits, answers.queries)


def _json_lines(answers: Answers) -> str:
    pairs = zip(answers.names, answers.each, strict=True)
    return "".join(answer_line(name, answer) for name, answer in pairs)


def _table(answers: Answers) -> str:
    # a file has no width: lines are as long as they need to be
    return "".join(f"{line}\n" for line, _ in table_lines(answers))


def _contact_sheet(answers: Answers) -> tuple[bytes, Refusals]:
    from geosearch.formats.hits.pictures.contact_sheet import contact_sheet

    if len(answers.each) != 1:
        raise UsageError(
            "a picture shows the hits of one query",
            hint="search for one text, or write another format",
            parameter="path",
        )
    return contact_sheet(hits_of(answers.each[0]), answers.names[0] or "")


def _report(answers: Answers) -> tuple[bytes, Refusals]:
    from geosearch.formats.hits.pictures.report import report

    return report(answers)


def _geopackage(answers: Answers) -> tuple[bytes, Refusals]:
    from geosearch.formats.hits.tables.geopackage import geopackage

    return geopackage(answers)


def _geoparquet(answers: Answers) -> tuple[bytes, Refusals]:
    from geosearch.formats.hits.tables.geoparquet import geoparquet

    return geoparquet(answers), ()


def _stac_text(answers: Answers) -> str:
    from geosearch.formats.hits.documents.stac_items import item_collection_text  # with scenes

    return item_collection_text(answers)


_TEXTS: dict[str, Callable[[Answers], str]] = {
    "table": _table,
    "geojson": _geojson,
    "geojsonl": geojson_lines,
    "geojsons": geojson_sequence,
    "json": _json_lines,
    "csv": csv_text,
    "kml": kml_text,
    "stac": _stac_text,
}
_OTHERS: dict[str, Callable[[Answers], tuple[bytes, Refusals]]] = {
    "html": _report,
    "png": _contact_sheet,
    "gpkg": _geopackage,
    "parquet": _geoparquet,
}
