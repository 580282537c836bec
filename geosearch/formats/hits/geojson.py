"""Hits as GeoJSON, RFC 7946: counter-clockwise, cut at 180 degrees, with ``bbox``.

Footprints come from the index as they are: cut, wound and rounded to 1e-8
degree (about a millimetre) when the chips were placed.
"""

import json
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geosearch.geo import rfc7946_bbox
from geosearch.json_text import json_text
from geosearch.search import Hit, places_of

_SCORE_DIGITS = 6
_LIKELY_DIGITS = 4
_METRE_DIGITS = 3


def feature_collection(
    hits: Sequence[Hit], queries: Sequence[str | None] | None = None
) -> dict[str, Any]:
    """Return hits as a GeoJSON FeatureCollection; without hits there is no ``bbox``.

    Args:
        hits: Of one query, or of several, one after the other.
        queries: What each hit answers, as its property ``query``; None where all answer one.
    """
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if hits:
        collection["bbox"] = list(rfc7946_bbox([hit.footprint for hit in hits]))
    features = [_feature(hit) for hit in hits]
    for feature, query in zip(features, queries or (), strict=queries is not None):
        feature["properties"] = {"query": query} | feature["properties"]
    if queries is None and (places := place_entries(hits)):
        collection["geosearch:places"] = places
    collection["features"] = features
    return collection


def geojson_text(hits: Sequence[Hit], queries: Sequence[str | None] | None = None) -> str:
    """Return hits as GeoJSON text, one feature per line, so that it can be read and compared.

    Args:
        hits: As `feature_collection` takes them.
        queries: Likewise.
    """
    collection = feature_collection(hits, queries)
    features = collection.pop("features")
    head = "".join(f"{json_text(key)}: {json_text(value)}, " for key, value in collection.items())
    lines = ",\n".join(json_text(feature) for feature in features)
    return f'{{{head}"features": [\n{lines}\n]}}\n'


def _feature(hit: Hit) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": hit.id,
        "bbox": list(rfc7946_bbox([hit.footprint])),
        "geometry": _geometry(hit.footprint),
        "properties": hit_properties(hit),
    }


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


def _place_in(hit: Hit) -> dict[str, Any]:
    """Return where in a hit its query is found, if that was asked for."""
    if hit.where is None:
        return {}
    outline = hit.where.outline
    return {"geosearch:where": None if outline is None else _geometry(outline)}


def place_entries(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the places of hits of one query as JSON values; none where they have no numbers."""
    if any(hit.place is None for hit in hits):
        return []
    return [
        {
            "place": place.number,
            "hits": [hit.id for hit in place.hits],
            "likely": None if place.likely is None else round(place.likely, _LIKELY_DIGITS),
            "outline": _geometry(place.outline),
        }
        for place in places_of(hits)
    ]


def _geometry(shape: BaseGeometry) -> Any:
    return json.loads(shapely.to_geojson(shape))
