"""An archive of drawn scenes on true places, and the truth about them.

The truth tells all courts, white buildings, car parks, pools and arrangements, all water, and
the woods and roads that were laid as such; parcels of land may hold more wood than it tells.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely import MultiPolygon, Polygon, box, segmentize
from shapely.affinity import translate
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geosearch.demo.landscapes.ground import Mark
from geosearch.demo.landscapes.landscape import Landscape, draw_landscape
from geosearch.demo.landscapes.sites import SITES, Site
from geosearch.errors import UsageError
from geosearch.text import shown

_MARK = "drawn by geosearch demo"


@dataclass(frozen=True, slots=True)
class DemoArchive:
    """What `write_archive` wrote."""

    folder: Path
    scenes: tuple[Path, ...]
    """GeoTIFFs."""
    truth: Path
    """GeoJSON of what is where; not a scene."""
    counts: dict[str, int]
    """Number of arrangements of each kind, the most frequent first."""


def write_archive(folder: Path, *, seed: int = 0) -> DemoArchive:
    """Draw the scenes of `SITES` into a folder, with ``truth.json`` beside them.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        seed: equal seeds give equal pixels.

    Raises:
        UsageError: a file that would be replaced was not drawn by geosearch.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _require_own(folder)
    features: list[dict[str, Any]] = []
    counts: Counter[str] = Counter()
    for number, site in enumerate(SITES):
        rng = np.random.default_rng([seed, number])
        drawn = draw_landscape(rng, site.width_px, site.height_px, site.contents, site.valid)
        _write_scene(folder / site.name, site, drawn)
        features.extend(_feature(site, mark) for mark in drawn.marks)
        counts.update(mark.kind for mark in drawn.marks if mark.level == "arrangement")
    truth = folder / "truth.json"
    lines = ",\n".join(json.dumps(feature) for feature in features)
    collection = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
    truth.write_text(collection, encoding="utf-8")
    scenes = tuple(folder / site.name for site in SITES)
    return DemoArchive(folder, scenes, truth, dict(counts.most_common()))


def _require_own(folder: Path) -> None:
    """Refuse to replace what somebody else put there."""
    for name in ("truth.json", *(site.name for site in SITES)):
        path = folder / name
        mark = _MARK if name != "truth.json" else '"level": "arrangement"'
        if path.exists() and mark.encode() not in path.read_bytes():
            raise UsageError(
                f"{shown(path)} was not drawn by geosearch, and would be replaced",
                hint="give another folder",
            )


def _write_scene(path: Path, site: Site, drawn: Landscape) -> None:
    """Store a scene in the way that its site asks for."""
    # imported here: drawing chips to train on needs no rasterio
    from geosearch.scenes import write_geotiff

    tags = {
        "TIFFTAG_DATETIME": site.datetime,
        "TIFFTAG_IMAGEDESCRIPTION": f"{_MARK}, shows no real place",
    }
    valid = _inside(site.valid, site.width_px, site.height_px)
    if site.storage == "uint16":
        # a sensor's numbers: 12 bits or so, dark ground above 0, so that 0 can mean nodata
        numbers = 240 + 11 * drawn.pixels.astype(np.uint16)
        numbers[~valid] = 0
        write_geotiff(path, numbers, crs=site.crs, affine=site.affine, nodata=0, tags=tags)
        return
    pixels = np.where(valid[:, :, None], drawn.pixels, 0).astype(np.uint8)
    shown = valid.astype(np.uint8) * 255
    write_geotiff(
        path,
        pixels,
        crs=site.crs,
        affine=site.affine,
        alpha=shown if site.storage == "alpha" else None,
        mask=shown if site.storage == "mask" else None,
        tags=tags,
    )


def _inside(area: Polygon, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    """Tell which pixels have their centres in a polygon, bool [height, width]."""
    import shapely

    cols, rows = np.meshgrid(np.arange(width_px) + 0.5, np.arange(height_px) + 0.5)
    return np.asarray(shapely.contains_xy(area, cols, rows))


def _feature(site: Site, mark: Mark) -> dict[str, Any]:
    """Write a mark as a GeoJSON feature."""
    first_col, first_row, last_col, last_row = (round(edge) for edge in mark.outline.bounds)
    return {
        "type": "Feature",
        "properties": {
            "level": mark.level,
            "kind": mark.kind,
            "sentence": mark.sentences[0],
            "sentences": list(mark.sentences),
            "scene": site.name,
            "window": [first_col, first_row, last_col - first_col, last_row - first_row],
        },
        "geometry": mapping(_on_earth(site, mark.outline)),
    }


def _on_earth(site: Site, outline: Polygon) -> BaseGeometry:
    """Place a polygon of pixels on Earth: longitude and latitude, cut at the antimeridian."""
    # imported here: drawing chips to train on needs no pyproj
    from geosearch.geo import crs_to_lonlat

    a, b, c, d, e, f = site.affine
    # holes are left out: the truth says where a thing is, not where it is not
    ring = np.asarray(segmentize(outline, 64).exterior.coords)
    x, y = a * ring[:, 0] + b * ring[:, 1] + c, d * ring[:, 0] + e * ring[:, 1] + f
    # 9 digits of a degree are a tenth of a millimetre
    lon, lat = (np.round(degrees, 9) for degrees in crs_to_lonlat(site.crs)(x, y))
    if np.ptp(lon) <= 180:
        return orient(Polygon(np.stack([lon, lat], axis=1)))
    whole = Polygon(np.stack([np.where(lon < 0, lon + 360, lon), lat], axis=1)).buffer(0)
    halves = [
        whole.intersection(box(0, -90, 180, 90)),
        translate(whole.intersection(box(180, -90, 540, 90)), xoff=-360),
    ]
    pieces = [piece for half in halves for piece in getattr(half, "geoms", [half])]
    return MultiPolygon([orient(piece) for piece in pieces if piece.area > 0])
