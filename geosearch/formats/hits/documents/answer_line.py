"""A query with its hits and how they were found, as one line of JSON."""

from dataclasses import asdict

from geosearch.formats.hits.answers import Answer, hits_of
from geosearch.formats.hits.properties import geometry_value, hit_properties, place_entries
from geosearch.json_text import json_text
from geosearch.vocabulary import BANK_VERSION


def answer_line(query: str | None, answer: Answer) -> str:
    """Return one JSON object and a line's end; one after the other they are JSON Lines.

    Hits are as in GeoJSON, their geometry as ``footprint``; ``explanation`` has the fields of
    `Explanation`, and ``asked`` those of `Asked`: the text as it was written, as it was embedded,
    and what else was asked.
    """
    hits = hits_of(answer)
    line = {
        "query": query,
        "asked": answer.asked.to_plain(),
        "any": None if answer.any is None else round(answer.any, 4),
        "says": answer.says,
        "calibration": None if answer.any is None else {"bank": BANK_VERSION},
        "hits": [
            {**hit_properties(hit), "footprint": geometry_value(hit.footprint)} for hit in hits
        ],
        **({"places": places} if (places := place_entries(hits)) else {}),
        "explanation": asdict(answer.explanation),
    }
    return json_text(line) + "\n"
