"""A query with its hits and how they were found, as one line of JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import shapely

from geosearch.formats.hits.geojson import hit_properties
from geosearch.json_text import json_text
from geosearch.search import Explanation, Hit


def answer_line(
    query: str | None,
    hits: Sequence[Hit],
    explanation: Explanation,
    *,
    read_as: str | None = None,
) -> str:
    """Return one JSON object and a line's end; one after the other they are JSON Lines.

    Hits are as in GeoJSON, their geometry as ``footprint``; ``explanation`` has the fields of
    `Explanation`. ``read_as`` is the text that was embedded, with typing errors mended.
    """
    answer = {
        "query": query,
        "read_as": read_as,
        "hits": [
            {**hit_properties(hit), "footprint": json.loads(shapely.to_geojson(hit.footprint))}
            for hit in hits
        ],
        "explanation": asdict(explanation),
    }
    return json_text(answer) + "\n"
