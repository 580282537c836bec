"""What becomes of every raster of two folders, and whether it is placed right.

`pathological/expected.json` says how each broken file was made, and so where it lies; real scenes
in `scenes/` are compared with GDAL's own transformation of points inside them. Prints a Markdown
table; exits with 1 where an outcome or a place is wrong.
"""

import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from rasterio._err import CPLE_BaseError
from rasterio.transform import GCPTransformer, RPCTransformer
from rasterio.warp import transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from benchmarks.options import PATH
from geosearch import __version__
from geosearch.errors import SceneError
from geosearch.geo import footprints
from geosearch.scenes import (
    Scene,
    SceneFile,
    chip_windows,
    find_scenes,
    open_scene,
    read_chips,
    windows_with_data,
)

_SIZE_PX = 128
_POINTS = 7
_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class _Row:
    file: str
    outcome: str
    place: str
    right: bool


def _chips(scene: Scene) -> int:
    """Read all chips that can be placed; return how many."""
    windows = chip_windows(scene.width_px, scene.height_px, size_px=_SIZE_PX, stride_px=_SIZE_PX)
    windows = windows[windows_with_data(scene, windows)]
    placed = np.array([one is not None for one in footprints(scene.to_lonlat, windows)])
    return sum(len(b.valid) for b in read_chips(scene, windows[placed], size_px=_SIZE_PX))


def _outcome(file: SceneFile) -> tuple[Scene | None, str]:
    try:
        scene = open_scene(file)
        chips = _chips(scene)
        return scene, "1 chip" if chips == 1 else f"{chips} chips"
    except SceneError as error:
        return None, f"refused: {error.message}"


def _pathological(file: SceneFile, expected: dict[str, Any]) -> _Row:
    scene, outcome = _outcome(file)
    wanted = expected["outcome"]
    right = wanted == "either" or (scene is None) == (wanted == "refused")
    if scene is None:
        return _Row(file.id, outcome, "", right)
    if not expected["footprint_wgs84"]:
        told, close = _beside_gdal(file, scene)
        return _Row(file.id, outcome, told, right and close)
    off = _outline_off_px(scene, shape(expected["footprint_wgs84"]))
    return _Row(file.id, outcome, f"outline within {off:.2f} px", right and off <= 0.5)


def _outline_off_px(scene: Scene, wanted: BaseGeometry) -> float:
    """Return how far the outline and the wanted one are apart at most, in pixels."""
    parts = getattr(wanted, "geoms", [wanted])
    largest = max(parts, key=lambda part: part.area)
    at_pole = max(abs(bound) for bound in wanted.bounds[1::2]) == 90
    lon, lat = (0.0, 90.0) if at_pole else largest.centroid.coords[0]
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84", always_xy=True
    )
    ours, theirs = (_flat(one, plane) for one in (scene.outline, wanted))
    difference = ours.symmetric_difference(theirs)
    for tenths in range(11):  # least width of a seam along the wanted border that holds it all
        seam = theirs.boundary.buffer(max(tenths / 10, 0.01) * scene.gsd_m)
        if difference.difference(seam).is_empty:
            return tenths / 10
    return float("inf")


def _flat(geometry: BaseGeometry, plane: Transformer) -> BaseGeometry:
    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(plane.transform(*points.T), axis=1)

    parts = getattr(geometry, "geoms", [geometry])
    flat = [shapely.transform(shapely.segmentize(part, 0.25), project) for part in parts]
    # halves that touch at 180 degrees differ by rounding there: closed by some millimetres
    return shapely.union_all(
        [shapely.make_valid(p).buffer(0.002, join_style="mitre") for p in flat]
    )


def _real(file: SceneFile) -> _Row:
    scene, outcome = _outcome(file)
    if scene is None:
        return _Row(file.id, outcome, "", right=False)
    told, close = _beside_gdal(file, scene)
    return _Row(file.id, outcome, told, close)


def _beside_gdal(file: SceneFile, scene: Scene) -> tuple[str, bool]:
    """Compare where points inside a scene lie; say how far apart, and if that is near enough."""
    cols, rows = (
        values.ravel()
        for values in np.meshgrid(
            np.linspace(0.1, 0.9, _POINTS) * scene.width_px,
            np.linspace(0.1, 0.9, _POINTS) * scene.height_px,
        )
    )
    lon, lat = scene.to_lonlat(cols, rows)
    gdal_lon, gdal_lat, how = _by_gdal(file.href, cols, rows)
    there = np.isfinite(lon) & np.isfinite(gdal_lon)
    if not there.any():
        return "no point on the Earth by either", False
    _, _, metres = _WGS84.inv(lon[there], lat[there], gdal_lon[there], gdal_lat[there])
    off = max(float(np.max(metres)) / scene.gsd_m, 0.001)
    told = f"within {off:.3f} px of GDAL's {how}, {there.sum()} points"
    return told, off < (0.5 if how == "affine" else 2)


def _by_gdal(
    href: str, cols: NDArray[np.float64], rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    with rasterio.open(href) as dataset:
        if not dataset.transform.is_identity:
            x, y = dataset.transform * (cols, rows)
            crs, how = dataset.crs, "affine"
        elif dataset.gcps[0]:
            with GCPTransformer(dataset.gcps[0]) as fitted:
                x, y = fitted.xy(rows, cols, offset="ul")
            crs, how = dataset.gcps[1], "control points"
        else:
            with RPCTransformer(dataset.rpcs) as fitted:
                x, y = fitted.xy(rows, cols, offset="ul")
            crs, how = "EPSG:4326", "RPCs"
    try:
        lon, lat = transform(crs, "EPSG:4326", list(x), list(y))
    except (
        rasterio.errors.RasterioError,
        CPLE_BaseError,
    ):  # some point is off the Earth: one by one then
        lon, lat = zip(*(_one(crs, *point) for point in zip(x, y, strict=True)), strict=True)
    return np.asarray(lon), np.asarray(lat), how


def _one(crs: Any, x: float, y: float) -> tuple[float, float]:
    try:
        lon, lat = transform(crs, "EPSG:4326", [x], [y])
    except (rasterio.errors.RasterioError, CPLE_BaseError):
        return float("nan"), float("nan")
    return lon[0], lat[0]


def _print(title: str, rows: list[_Row], data: Path) -> None:
    print(f"\n## {title}\n\n| file | outcome | place | right |\n| --- | --- | --- | --- |")
    for row in rows:
        outcome = row.outcome.replace("|", "\\|").replace(str(data.resolve()), "DATA")
        cells = (row.file, outcome, row.place, "yes" if row.right else "NO")
        print("| " + " | ".join(cells) + " |")


@click.command(short_help="What becomes of every raster of two folders.")
@click.option("--data", type=PATH, required=True, help="Has pathological/ and scenes/.")
def rasters(data: Path) -> None:
    """Judge every raster of two folders, and whether it is placed right; print the tables.

    Exits with 1 where an outcome or a place is wrong.
    """
    book = json.loads((data / "pathological" / "expected.json").read_text())
    expected = {case["file"]: case for case in book}
    broken = [
        _pathological(file, expected[file.id])
        for file in find_scenes([data / "pathological"]).files
    ]
    real = [_real(file) for file in find_scenes([data / "scenes"]).files]
    print(
        f"By `python -m benchmarks rasters --data DATA`, {date.today().isoformat()}, geosearch "
        f"{__version__}, GDAL {rasterio.__gdal_version__}; chips of {_SIZE_PX} px, side by side."
    )
    _print("Files that break naive code", broken, data)
    _print("Real scenes", real, data)
    missing = sorted(expected.keys() - {row.file for row in broken})
    wrong = [row.file for row in (*broken, *real) if not row.right] + missing
    if wrong:
        sys.exit(f"error: wrong or missing: {', '.join(wrong)}")
