"""Hits as GeoJSON, RFC 7946: counter-clockwise, cut at 180 degrees, with ``bbox``.

Footprints come from the index as they are: cut, wound and rounded to 1e-8
degree (about a millimetre) when the chips were placed.
"""

from collections.abc import Sequence
from typing import Any

from geosearch.formats.hits.properties import geometry_value, hit_properties, place_entries
from geosearch.geo import rfc7946_bbox
from geosearch.json_text import json_text
from geosearch.search import Hit


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
    features = named_features(hits, queries)
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


def named_features(
    hits: Sequence[Hit], queries: Sequence[str | None] | None
) -> list[dict[str, Any]]:
    """Return hits as GeoJSON Features; the arguments are those of `feature_collection`."""
    features = [feature(hit) for hit in hits]
    for one, query in zip(features, queries or (), strict=queries is not None):
        one["properties"] = {"query": query} | one["properties"]
    return features


def feature(hit: Hit) -> dict[str, Any]:
    """Return a hit as a GeoJSON Feature."""
    return {
        "type": "Feature",
        "id": hit.id,
        "bbox": list(rfc7946_bbox([hit.footprint])),
        "geometry": geometry_value(hit.footprint),
        "properties": hit_properties(hit),
    }
