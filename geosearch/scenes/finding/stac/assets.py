"""Which assets of a STAC Item are its scene.

A true-colour image comes first (role ``visual``), then one file with red, green and blue, then
three files, then any other data; thumbnails, overviews, masks and metadata are none (STAC 1.1 best
practices, asset roles; ``eo:bands`` of the EO extension 1.1, ``bands`` of STAC 1.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from geosearch.errors import SceneError
from geosearch.scenes.finding.moments import Moment, read_moment
from geosearch.scenes.finding.stac.documents import StacItem, resolve
from geosearch.scenes.places.href import join_bands
from geosearch.scenes.places.raster_endings import RASTER_ENDINGS
from geosearch.text import is_readable, shown

_BAND_KEYS = ("common_name", "eo:common_name", "name")
_COLOURS = ("red", "green", "blue")
_RASTER_TYPES = ("image/tiff", "image/jp2", "image/vnd.stac.geotiff", "application/x-geotiff")
_NO_SCENE = {"thumbnail", "overview", "metadata", "cloud", "cloud-shadow", "snow-ice", "water-mask"}
_NO_SCENE |= {
    "data-mask",
    "saturation",
    "sun-azimuth",
    "sun-elevation",
    "incidence-angle",
    "azimuth",
}
_CLASSIFICATION = ("classification:classes", "classification:bitfields")
_METRES = {"m", "metre", "metres", "meter", "meters"}
_SAR = ("sar:instrument_mode", "sar:frequency_band", "sar:polarizations")


@dataclass(frozen=True, slots=True)
class ItemScene:
    """What a STAC Item says of its scene."""

    id: str
    """Collection and item, with a slash; or the item's alone."""
    href: str
    """Where the pixels are."""
    moment: Moment | None
    """When it was taken."""
    band_names: tuple[str, ...]
    """Common names of the bands of its one file; empty where nothing says."""
    stated_kind: tuple[str, str] | None
    """One of `geosearch.vocabulary.KINDS`, and what says so; None where nothing does."""
    platform: str
    """Platform, constellation and instruments, as far as it says (STAC 1.1 common metadata)."""


@dataclass(frozen=True, slots=True)
class _Asset:
    key: str
    href: object
    roles: frozenset[str]
    bands: tuple[str, ...]
    stated_kind: tuple[str, str] | None


def item_scene(item: StacItem) -> ItemScene:
    """Choose what to read of an Item.

    Raises:
        SceneError: It has no asset that is a raster, or an href that may not be followed.
    """
    assets = [asset for asset in _assets(item.content) if not asset.roles & _NO_SCENE]
    _require_text(item, assets)
    chosen = _choose(assets)
    if not chosen:
        raise SceneError(
            "none of its assets is a raster of data", hint="name the file that is to be indexed"
        )
    files = [resolve(asset.href, item.base) for asset in chosen]
    names = chosen[0].bands if len(chosen) == 1 else ()
    href = files[0] if len(files) == 1 else join_bands(files)
    return ItemScene(
        id=item_id(item),
        href=href,
        moment=_moment(item.content),
        band_names=names,
        stated_kind=chosen[0].stated_kind or _radar(item.content),
        platform=_platform(item.content),
    )


def item_id(item: StacItem) -> str:
    """Return what an Item is called: its collection and its own id; escaped if it is not text."""
    name = "/".join(part[:200] for part in _id_parts(item)) or item.base
    return name if is_readable(name) else shown(name)


def _id_parts(item: StacItem) -> list[str]:
    parts = (item.content.get("collection"), item.content.get("id"))
    return [part for part in parts if isinstance(part, str) and part]


def _require_text(item: StacItem, assets: list[_Asset]) -> None:
    """Refuse an Item with lone surrogates in what is kept of it: JSON can write them."""
    bands = (band for asset in assets for band in asset.bands)
    for text in (*_id_parts(item), *bands, _platform(item.content)):
        if not is_readable(text):
            raise SceneError(
                f"{shown(text)[:80]!r} in it is not text: it has half of a character",
                hint="correct the STAC document: \\ud83d alone is not a letter",
            )


def _choose(assets: list[_Asset]) -> list[_Asset]:
    visual = [asset for asset in assets if "visual" in asset.roles or asset.key == "visual"]
    if visual:
        return visual[:1]
    together = [asset for asset in assets if set(_COLOURS) <= set(asset.bands)]
    if together:
        return together[:1]
    apart = {
        colour: asset
        for asset in reversed(assets)  # of two reds, the one that is listed first stays
        for colour in _COLOURS
        if asset.bands == (colour,) or (not asset.bands and asset.key == colour)
    }
    if len(apart) == len(_COLOURS):
        return [apart[colour] for colour in _COLOURS]
    return [asset for asset in assets if "data" in asset.roles][:1] or assets[:1]


def _assets(content: Mapping[str, Any]) -> list[_Asset]:
    assets = content.get("assets")
    found = []
    for key, asset in (assets if isinstance(assets, dict) else {}).items():
        if isinstance(asset, dict) and _is_raster(asset):
            roles = frozenset(role for role in _list(asset.get("roles")) if isinstance(role, str))
            names, kind = _band_names(asset), _stated_kind(asset)
            found.append(_Asset(str(key), asset.get("href"), roles, names, kind))
    return found


def _stated_kind(asset: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what an asset of one band is by what it says of it.

    Classes by the classification extension (2.0), heights by the unit of the raster extension
    (1.1) or of STAC 1.1.
    """
    described = [_list(asset.get(key)) for key in ("raster:bands", "bands", "eo:bands")]
    if any(len(bands) > 1 for bands in described):
        return None
    said = [asset, *(band for bands in described for band in bands if isinstance(band, dict))]
    if any(_list(one.get(key)) for one in said for key in _CLASSIFICATION):
        return "classes", "its Item lists classes"
    units = {str(one.get("unit")).lower() for one in said}
    if unit := sorted(units & _METRES):
        return "elevation", f"one band in {unit[0]} by its Item"
    return None


def _radar(content: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return that an Item is radar, where it has a field of the SAR extension."""
    properties = content.get("properties")
    stated = isinstance(properties, dict) and any(key in properties for key in _SAR)
    return ("radar", "its Item has fields of the SAR extension") if stated else None


def _is_raster(asset: Mapping[str, Any]) -> bool:
    media, href = asset.get("type"), asset.get("href")
    if isinstance(media, str):
        return media.partition(";")[0].strip().lower() in _RASTER_TYPES
    if not isinstance(href, str):
        return False
    plain = re.split("[?#]", href, maxsplit=1)[0]
    # a file's name may have a question mark
    names = (plain,) if "://" in href else (plain, href)
    endings = (PurePosixPath(name.replace("\\", "/")).suffix for name in names)
    return any(ending[1:].lower() in RASTER_ENDINGS for ending in endings)


def _band_names(asset: Mapping[str, Any]) -> tuple[str, ...]:
    bands = _list(asset.get("eo:bands")) or _list(asset.get("bands"))
    return tuple(
        next(filter(None, map(_text, map(band.get, _BAND_KEYS))), "").lower()
        if isinstance(band, dict)
        else ""
        for band in bands
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _moment(content: Mapping[str, Any]) -> Moment | None:
    properties = content.get("properties")
    if not isinstance(properties, dict):
        return None
    when = properties.get("datetime") or properties.get("start_datetime")
    return read_moment(when, "STAC") if isinstance(when, str) else None


def _platform(content: Mapping[str, Any]) -> str:
    properties = content.get("properties")
    if not isinstance(properties, dict):
        return ""
    stated = [properties.get("platform"), properties.get("constellation")]
    stated += _list(properties.get("instruments"))[:8]
    return " ".join(text[:100] for text in stated if isinstance(text, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
