"""A query with its hits and how they were found, as one line of JSON."""

import json
from dataclasses import asdict
from typing import Protocol

import shapely

from geosearch.formats.hits.geojson import hit_properties, place_entries
from geosearch.json_text import json_text
from geosearch.search import Asked, Explanation, Hit
from geosearch.vocabulary import BANK_VERSION


class Answer(Protocol):
    """The hits of one query, as `geosearch.Hits` has them."""

    asked: Asked
    any: float | None
    says: str | None
    explanation: Explanation

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> Hit: ...


def answer_line(query: str | None, answer: Answer) -> str:
    """Return one JSON object and a line's end; one after the other they are JSON Lines.

    Hits are as in GeoJSON, their geometry as ``footprint``; ``explanation`` has the fields of
    `Explanation`, and ``asked`` those of `Asked`: the text as it was written, as it was embedded,
    and what else was asked.
    """
    hits = [answer[at] for at in range(len(answer))]
    line = {
        "query": query,
        "asked": answer.asked.to_plain(),
        "any": None if answer.any is None else round(answer.any, 4),
        "says": answer.says,
        "calibration": None if answer.any is None else {"bank": BANK_VERSION},
        "hits": [
            {**hit_properties(hit), "footprint": json.loads(shapely.to_geojson(hit.footprint))}
            for hit in hits
        ],
        **({"places": places} if (places := place_entries(hits)) else {}),
        "explanation": asdict(answer.explanation),
    }
    return json_text(line) + "\n"
