"""What every format tells of a hit, under one spelling."""

import json
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geosearch.search import Hit, places_of

_SCORE_DIGITS = 6
_LIKELY_DIGITS = 4
_METRE_DIGITS = 3


def hit_properties(hit: Hit) -> dict[str, Any]:
    """Return the properties of a hit as JSON values: all but its footprint."""
    return {
        "id": hit.id,
        "rank": hit.rank,
        "score": round(hit.score, _SCORE_DIGITS),
        "geosearch:likely": None if hit.likely is None else round(hit.likely, _LIKELY_DIGITS),
        "geosearch:rank_score": None
        if hit.rank_score is None
        else round(hit.rank_score, _SCORE_DIGITS),
        "scene": hit.scene,
        "href": hit.href,
        "window": list(hit.window),
        "size_m": [round(side, _METRE_DIGITS) for side in hit.size_m],
        "gsd_m": round(hit.gsd_m, _METRE_DIGITS),
        "datetime": hit.datetime,
        "geosearch:kind": hit.kind,
        "encoder": hit.encoder,
        "bands": list(hit.bands),
        "stretch": None if hit.stretch is None else [list(ends) for ends in hit.stretch],
        **({} if hit.place is None else {"geosearch:place": hit.place}),
        **_place_in(hit),
    }


def place_entries(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the places of hits of one query as JSON values; none where they have no numbers."""
    if any(hit.place is None for hit in hits):
        return []
    return [
        {
            "place": place.number,
            "hits": [hit.id for hit in place.hits],
            "likely": None if place.likely is None else round(place.likely, _LIKELY_DIGITS),
            "outline": geometry_value(place.outline),
        }
        for place in places_of(hits)
    ]


def geometry_value(shape: BaseGeometry) -> Any:
    """Return a shape as a GeoJSON geometry."""
    return json.loads(shapely.to_geojson(shape))


def _place_in(hit: Hit) -> dict[str, Any]:
    """Return where in a hit its query is found, if that was asked for."""
    if hit.where is None:
        return {}
    outline = hit.where.outline
    return {"geosearch:where": None if outline is None else geometry_value(outline)}
