"""Hits as a STAC ItemCollection: Items of STAC 1.1.0, one a chip.

Properties are those of GeoJSON. STAC has a ``bands`` of its own, which means something else, so all
that STAC does not define has the prefix ``geosearch:`` here.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.properties import geometry_value, hit_properties
from geosearch.geo import rfc7946_bbox
from geosearch.json_text import json_text
from geosearch.scenes import band_files, without_secrets
from geosearch.search import Hit

_VERSION = "1.1.0"
_PREFIX = "geosearch:"
_EARLIEST = "1900-01-01T00:00:00Z"
"""When an undated scene was taken at the earliest."""
_PLAIN_ID = re.compile(r"[^A-Za-z0-9._-]")
_COLOURS = ("red", "green", "blue")
_MEDIA_TYPES = {
    ".tif": "image/tiff; application=geotiff",
    ".tiff": "image/tiff; application=geotiff",
    ".jp2": "image/jp2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".nc": "application/netcdf",
    ".parquet": "application/vnd.apache.parquet",
}


def item_collection_text(answers: Answers, until: datetime | None = None) -> str:
    """Return an ItemCollection, an Item a line.

    Args:
        answers: What is written.
        until: When an undated scene was taken at the latest; None for now.
    """
    latest = (until or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
    items = [_item(hit, latest) for hit in answers.hits]
    for item, query in zip(items, answers.queries or (), strict=answers.several):
        item["properties"][f"{_PREFIX}query"] = query
    _number_repeated(items)
    lines = ",\n".join(json_text(item) for item in items)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def item_id(chip_id: str) -> str:
    """Return a chip's id as one that fits into a URL: each byte of another kind is ``~`` and hex.

    It can be undone: the bytes of a chip's own ``~`` are written so, too.
    """
    return _PLAIN_ID.sub(lambda found: _hex(found[0]), chip_id)


def _hex(character: str) -> str:
    return "".join(f"~{byte:02X}" for byte in character.encode(errors="surrogatepass"))


def _item(hit: Hit, latest: str) -> dict[str, Any]:
    properties = hit_properties(hit)
    moment = properties.pop("datetime")
    times = {"datetime": moment}
    if moment is None:  # then STAC wants a span
        times |= {"start_datetime": _EARLIEST, "end_datetime": latest}
    gsd_m = properties.pop("gsd_m")
    href = properties.pop("href")
    own = {
        key if key.startswith(_PREFIX) else _PREFIX + key: value
        for key, value in properties.items()
    }
    return {
        "type": "Feature",
        "stac_version": _VERSION,
        "id": item_id(hit.id),
        "bbox": list(rfc7946_bbox([hit.footprint])),
        "geometry": geometry_value(hit.footprint),
        "properties": times | ({"gsd": gsd_m} if gsd_m > 0 else {}) | own,
        "links": [],
        "assets": dict(_assets(href)),
    }


def _assets(href: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the scene's files: one, or its red, green and blue."""
    files = [without_secrets(file) for file in band_files(href)]
    for name, file in zip(_COLOURS if len(files) > 1 else ("scene",), files, strict=True):
        media_type = _MEDIA_TYPES.get(PurePosixPath(file).suffix.lower())
        yield (
            name,
            {
                "href": file,
                **({} if media_type is None else {"type": media_type}),
                "roles": ["data"],
            },
        )


def _number_repeated(items: list[dict[str, Any]]) -> None:
    """Number Items of a chip that answers several questions: an id stands once in a collection."""
    seen: dict[str, int] = {}
    for item in items:
        number = seen[item["id"]] = seen.get(item["id"], 0) + 1
        if number > 1:
            item["id"] += f"~-{number}"
