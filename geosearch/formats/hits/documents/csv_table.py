"""Hits as comma-separated values (RFC 4180), safe to open in a spreadsheet.

A spreadsheet computes a cell that begins with ``=``, ``+``, ``-`` or ``@``, and a formula may run
programs or send what is beside it (OWASP, CSV Injection). Texts that begin so get a ``'`` before
them.
"""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import shapely

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.columns import Column, Kind, columns, footprints
from geosearch.json_text import json_text
from geosearch.text import shown

# some programs take the wide forms of East Asian keyboards for the same
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_DEGREES = 7
_WKT_DEGREES = 8


def csv_text(answers: Answers) -> str:
    """Return a heading and a line a hit, with ``longitude``, ``latitude`` and ``WKT`` at the end.

    Lists are JSON. Line breaks within a text are kept, and other controls are escaped.
    """
    cells = [(one.name, _cells(one)) for one in columns(answers)]
    shapes = footprints(answers)
    # not centroids: that of a footprint cut at 180 degrees lies on the far side
    points = shapely.point_on_surface(shapes)
    for name, axis in (("longitude", shapely.get_x(points)), ("latitude", shapely.get_y(points))):
        cells.append((name, [repr(round(float(number), _DEGREES)) for number in axis]))
    cells.append(("WKT", list(shapely.to_wkt(shapes, rounding_precision=_WKT_DEGREES))))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for name, _ in cells])
    writer.writerows(zip(*(values for _, values in cells), strict=True))
    return text.getvalue()


def _cells(column: Column) -> list[str]:
    write = _WRITERS[column.kind]
    return ["" if value is None else write(value) for value in column.values]


def _defused(text: str) -> str:
    plain = shown(text, lines=True)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def _wkt(shape: Any) -> str:
    return str(shapely.to_wkt(shape, rounding_precision=_WKT_DEGREES))


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    "text": _defused,
    "moment": _defused,
    "whole": repr,
    "number": repr,
    "wholes": json_text,
    "numbers": json_text,
    "ranges": json_text,
    "shape": _wkt,
}
