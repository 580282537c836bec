"""Hits as a sequence of GeoJSON Features, which is read and cut line by line.

Two forms, told apart by the file's ending as GDAL does (driver GeoJSONSeq): lines, and RFC 8142,
in which a record separator stands before each Feature.
"""

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.documents.geojson import named_features
from geosearch.json_text import json_text

_RECORD_SEPARATOR = "\x1e"


def geojson_lines(answers: Answers) -> str:
    """Return a Feature a line."""
    return "".join(f"{one}\n" for one in _features(answers))


def geojson_sequence(answers: Answers) -> str:
    """Return a GeoJSON text sequence (RFC 8142, section 2)."""
    return "".join(f"{_RECORD_SEPARATOR}{one}\n" for one in _features(answers))


def _features(answers: Answers) -> list[str]:
    return [json_text(one) for one in named_features(answers.hits, answers.queries)]
