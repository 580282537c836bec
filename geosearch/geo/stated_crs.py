"""A CRS as documents state it: by a code, a URN, a URL, PROJJSON, WKT, or GeoJSON's old member.

Coordinates of documents are x, y (longitude, latitude) whatever the CRS says of its axes: so
RFC 7946, GeoParquet 1.1, Parquet and PostGIS have it.
"""

import json
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from geosearch.errors import SceneError, UsageError
from geosearch.geo.projection import crs_to_lonlat
from geosearch.text import is_readable, shown

_HINT = "write it in longitude and latitude (EPSG:4326), or name its CRS by a code: EPSG:32633"
_MAX_LETTERS = 1 << 20
_SHOWN_LETTERS = 80
_URN = re.compile(r"urn:(?:x-)?ogc:def:crs:([^:]+):(?:[^:]*:)?([^:]+)", re.IGNORECASE)
_GML = re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d+)", re.IGNORECASE)
_REFERENCE = re.compile(r"https?://(?:www\.)?(?:spatialreference\.org/ref|epsg\.io)/"
                        r"(?:(epsg|esri|iau2000)/)?(\d+)(?:[/.].*)?", re.IGNORECASE)  # fmt: skip
_CODE = re.compile(r"\d{1,9}")
_OPENS_FILES = re.compile(
    r"(?:init|grids|file|catalog)\s*[=,\[\"]+\s*@?[^,\s\"\]]*[/\\]", re.IGNORECASE
)
"""PROJ opens what such words lead to, pipes too; grids that it knows have no folder before them."""


@dataclass(frozen=True, slots=True)
class StatedCrs:
    """A CRS of the Earth that pyproj understands."""

    definition: str
    """What pyproj reads."""
    name: str
    """What to call it in a message."""
    is_lonlat: bool
    """Whether its coordinates are those of EPSG:4326 as they are."""


def read_crs(stated: Any) -> StatedCrs:
    """Return the CRS that a document states.

    Args:
        stated: A code (``EPSG:4807``, ``OGC:CRS84``, a number), a URN or URL of one, WKT, PROJ
            text, PROJJSON as text or as an object; the `crs` member of GeoJSON of 2008; whatever
            has ``to_wkt``, as the CRS of pyproj and of GeoPandas.

    Raises:
        UsageError: It is none of these, there is none of that name, or it is not of the Earth.
    """
    text = _text(stated)
    if len(text) > _MAX_LETTERS or not is_readable(text) or "\0" in text:
        raise _not_understood(text)
    return _read(text)


def same_crs(one: StatedCrs, other: StatedCrs) -> bool:
    """Return whether two names mean the same coordinates, in the order x, y."""
    if one.definition == other.definition or (one.is_lonlat and other.is_lonlat):
        return True
    if one.is_lonlat != other.is_lonlat:
        return False
    return bool(_parsed(one.definition).equals(_parsed(other.definition), ignore_axis_order=True))


def _text(stated: Any) -> str:
    if isinstance(stated, str):
        return stated.strip()
    if isinstance(stated, int) and not isinstance(stated, bool):
        return str(stated)
    if hasattr(stated, "to_wkt"):
        return str(stated.to_wkt())
    if isinstance(stated, dict):
        properties = stated.get("properties")
        if isinstance(properties, dict):  # of GeoJSON: name, link, and older still
            for key in ("name", "href", "code", "url", "urn"):
                if isinstance(properties.get(key), str | int):
                    return _text(properties[key])
        elif "type" in stated or "id" in stated:
            return _json(stated)
    raise _not_understood(_json(stated))


def _json(stated: Any) -> str:
    try:
        return json.dumps(stated)
    except (TypeError, ValueError, RecursionError):
        return type(stated).__name__


@lru_cache(maxsize=256)
def _read(text: str) -> StatedCrs:
    for definition in _definitions(text):
        try:
            crs = _parsed(definition)
        except (CRSError, ValueError):
            continue
        try:
            crs_to_lonlat(definition)
        except SceneError as error:
            raise UsageError(f"{_named(crs)}: {error.message}", hint=_HINT) from error
        return StatedCrs(definition, _named(crs), _is_lonlat(crs))
    raise _not_understood(text)


def _definitions(text: str) -> list[str]:
    """Return what pyproj may read of a text, the likeliest first."""
    if _OPENS_FILES.search(text):
        return []
    if text.upper() in ("CRS84", "CRS83", "CRS27"):
        return [f"OGC:{text.upper()}"]
    if match := _URN.fullmatch(text):
        authority, code = match.groups()
        return [f"{authority.upper()}:{code}", text]
    if match := _GML.fullmatch(text):
        return [f"EPSG:{match[1]}"]
    if match := _REFERENCE.fullmatch(text):
        return [f"{(match[1] or 'EPSG').upper()}:{match[2]}"]
    if _CODE.fullmatch(text):  # PostGIS counts ESRI's codes among its own
        return [f"EPSG:{text}", f"ESRI:{text}"]
    return [text, *_code_within(text)]


def _code_within(text: str) -> list[str]:
    """Return the code of a PROJJSON object: all that is understood of one of another version."""
    try:
        code = json.loads(text)["id"]
        return [f"{code['authority']}:{code['code']}"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


@lru_cache(maxsize=256)
def _parsed(definition: str) -> pyproj.CRS:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old ways to write a CRS
        return pyproj.CRS.from_user_input(definition)


def _is_lonlat(crs: pyproj.CRS) -> bool:
    wgs84 = _parsed("EPSG:4326")
    return bool(crs.is_geographic and crs.to_2d().equals(wgs84, ignore_axis_order=True))


def _named(crs: pyproj.CRS) -> str:
    authority = crs.to_authority(min_confidence=100)
    name = shown(crs.name)[:_SHOWN_LETTERS]
    return name if authority is None else f"{':'.join(authority)} ({name})"


def _not_understood(text: str) -> UsageError:
    short = shown(text)
    short = short if len(short) <= _SHOWN_LETTERS else f"{short[:_SHOWN_LETTERS]}..."
    return UsageError(f"its CRS is not understood: {short}", hint=_HINT)
