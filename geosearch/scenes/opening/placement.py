"""Where a raster lies: affine, ground control points, or RPCs; or why nowhere.

The affine is GDAL's, which has pixel-is-point and south-up in it already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.transform import RPCTransformer

from geosearch.errors import SceneError, UsageError
from geosearch.geo import PixelToLonLat, crs_to_lonlat
from geosearch.regular_file import open_regular
from geosearch.scenes.places.href import band_files
from geosearch.scenes.raster.gdal import gdal_errors, open_raster

Floats = NDArray[np.float64]

_LONLAT = "EPSG:4326"
_MAX_WKT_BYTES = 1 << 20
_TERMS = {1: 3, 2: 6, 3: 10}
"""Order of a polynomial in two variables to the number of its terms."""
_GAIN = 0.9
"""A higher order must lower the error at points that it was not fitted to by this much."""
_EXACT_PX = 1e-3


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a raster's pixels lie on the Earth."""

    crs: str
    """``EPSG:n`` or another authority's code where it has one, else WKT."""
    to_lonlat: PixelToLonLat
    """Columns and rows to longitudes and latitudes."""
    note: str | None
    """What is worth knowing about it, such as the residual of a fit."""


def place(dataset: Any, path: Path, *, assume_crs: str | None = None) -> Placement:
    """Find the place of an open raster.

    Args:
        dataset: An open rasterio dataset.
        path: Its file, for the ``.prj`` that may lie beside it.
        assume_crs: The CRS of its affine where nothing else says it, ``EPSG:n`` or another name.

    Raises:
        SceneError: It has no place on Earth; the message says what is missing.
    """
    affine, crs, note = dataset.transform, dataset.crs, None
    if crs is None and not affine.is_identity:
        crs, note = _crs_beside(path)
        if crs is None and assume_crs is not None and not _is_placed_otherwise(dataset):
            crs = CRS.from_user_input(assume_crs)
            note = f"it has no CRS: {assume_crs} was assumed"
    if crs is not None and not affine.is_identity:
        _require_area(affine)
        project = crs_to_lonlat(crs.to_wkt())
        return Placement(_crs_name(crs), _affine_to_lonlat(affine, project), note)
    points, points_crs = dataset.gcps
    if points and points_crs is not None:
        return _placed_by_points(points, points_crs)
    if dataset.rpcs is not None:
        note = "placed by its RPCs at height 0: off by the terrain's height where that is not 0"
        return Placement(_LONLAT, _rpcs_to_lonlat(dataset.rpcs), note)
    raise _no_place(crs is not None, not affine.is_identity, bool(points))


def pixel_places(href: str, *, assume_crs: str | None = None) -> PixelToLonLat:
    """Return where the pixels of a scene lie, without reading any.

    Args:
        href: The scene, as recorded.
        assume_crs: The CRS of its affine where nothing else says it, as recorded.

    Raises:
        SceneError: It cannot be opened, or has no place on Earth.
    """
    with gdal_errors(href), open_raster(href) as dataset:
        return place(dataset, Path(band_files(href)[0]), assume_crs=assume_crs).to_lonlat


def require_crs(assume_crs: str) -> None:
    """Refuse what is not a CRS of the Earth before any scene is opened for it.

    Raises:
        UsageError: It cannot be understood, or is of no place on Earth.
    """
    try:
        with rasterio.Env():  # else GDAL prints what it raises
            crs_to_lonlat(CRS.from_user_input(assume_crs).to_wkt())
    except (CRSError, SceneError, ValueError) as error:
        raise UsageError(
            f"`assume_crs` {assume_crs}: {error}",
            hint="use a code such as EPSG:32633; https://epsg.org lists them",
            parameter="assume_crs",
        ) from error


def _is_placed_otherwise(dataset: Any) -> bool:
    points, points_crs = dataset.gcps
    return bool(points and points_crs is not None) or dataset.rpcs is not None


def _no_place(has_crs: bool, has_affine: bool, has_points: bool) -> SceneError:
    if has_affine:
        return SceneError(
            "it has an affine but no CRS: its place on Earth is unknown",
            hint="assign the CRS: gdal_edit.py -a_srs EPSG:CODE FILE, "
            "or state the CRS of all such files: `assume_crs` EPSG:CODE",
        )
    if has_points:
        reason = "it has ground control points but no CRS for them"
    elif has_crs:
        reason = "it has a CRS but no affine"
    else:
        reason = "it has neither a CRS nor an affine"
    return SceneError(
        f"{reason}: its place on Earth is unknown",
        hint="assign its bounds: gdal_edit.py -a_srs EPSG:CODE -a_ullr LEFT TOP RIGHT BOTTOM FILE",
    )


def _require_area(affine: Any) -> None:
    numbers = np.array(affine[:6], dtype=np.float64)
    area = abs(affine.a * affine.e - affine.b * affine.d)
    if not np.isfinite(numbers).all() or not area > 0:
        raise SceneError(
            f"its pixels have no area: affine {', '.join(f'{n:g}' for n in numbers)}",
            hint="assign its bounds: gdal_edit.py -a_ullr LEFT TOP RIGHT BOTTOM FILE",
        )


def _crs_beside(path: Path) -> tuple[CRS | None, str | None]:
    """Read the ``.prj`` beside a file, which GDAL does for some formats but not for TIFF."""
    beside = path.with_suffix(".prj")
    try:
        with open_regular(beside) as opened:
            text = opened.read(_MAX_WKT_BYTES).decode(errors="replace")
        return CRS.from_wkt(text, True), f"CRS from {beside.name}"
    except (OSError, CRSError):
        return None, None  # then there is no CRS, which is said


def _crs_name(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt())


def _affine_to_lonlat(
    affine: Any, project: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> PixelToLonLat:
    a, b, c, d, e, f = affine[:6]

    def to_lonlat(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        return project(a * cols + b * rows + c, d * cols + e * rows + f)

    return to_lonlat


def _rpcs_to_lonlat(rpcs: Any) -> PixelToLonLat:
    def to_lonlat(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        with RPCTransformer(rpcs, RPC_HEIGHT=0) as transformer:
            lon, lat = transformer.xy(rows, cols, offset="ul")
        return np.asarray(lon, float).reshape(cols.shape), np.asarray(lat, float).reshape(
            cols.shape
        )

    return to_lonlat


def _placed_by_points(points: Sequence[Any], crs: CRS) -> Placement:
    pixels = np.array([(point.col, point.row) for point in points], dtype=np.float64)
    ground = np.array([(point.x, point.y) for point in points], dtype=np.float64)
    if crs.is_geographic:  # points on both sides of 180 degrees are neighbours
        turns = np.round((ground[:, 0] - ground[0, 0]) / 360)
        ground[:, 0] -= 360 * turns
    fit = fit_polynomial(pixels, ground)
    project = crs_to_lonlat(crs.to_wkt())

    def to_lonlat(cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        xy = fit(np.stack([cols, rows], axis=-1))
        return project(xy[..., 0], xy[..., 1])

    note = (
        f"placed by {len(points)} ground control points, polynomial of order {fit.order}, "
        f"residual {fit.residual_px:.2f} px (root mean square)"
    )
    return Placement(_crs_name(crs), to_lonlat, note)


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial from pixels to the ground, fitted to control points by least squares."""

    order: int
    """1, 2 or 3."""
    coefficients: Floats
    """[terms, 2]"""
    centre: Floats
    """[2], of the pixels it was fitted to."""
    scale: Floats
    """[2], half their extent."""
    residual_px: float
    """Root mean square distance of the points from the fit, pixels."""

    def __call__(self, pixels: Floats) -> Floats:
        """Return the ground coordinates [..., 2] of pixels [..., 2]."""
        flat = ((pixels - self.centre) / self.scale).reshape(-1, 2)
        return np.asarray((_terms(flat, self.order) @ self.coefficients).reshape(pixels.shape))


def fit_polynomial(pixels: Floats, ground: Floats) -> Polynomial:
    """Fit a polynomial to ground control points.

    The order is the lowest that predicts a point from the others nearly best (leave one
    out, from the diagonal of the hat matrix): a high order follows noise between points.

    Args:
        pixels: [n, 2], column and row.
        ground: [n, 2], x and y.

    Raises:
        SceneError: Fewer than three points, or all on a line.
    """
    centre = pixels.mean(axis=0) if len(pixels) else np.zeros(2)
    scale = np.maximum(np.ptp(pixels, axis=0) / 2, 1e-9) if len(pixels) else np.ones(2)
    unit = (pixels - centre) / scale
    fits = []
    for order, count in _TERMS.items():
        terms = _terms(unit, order)
        if len(pixels) < count or np.linalg.matrix_rank(terms, tol=1e-6) < count:
            break
        coefficients = np.linalg.lstsq(terms, ground, rcond=None)[0]
        hat = np.einsum("ij,ji->i", terms, np.linalg.pinv(terms))
        residual = ground - terms @ coefficients
        per_px = (coefficients[1:3] / scale[:, None]).T  # ground units per pixel, [2, 2]
        if order == 1 and not abs(np.linalg.det(per_px)) > 0:
            break
        error_px = np.linalg.norm(residual @ np.linalg.inv(per_px).T, axis=1)
        left_out = error_px / np.maximum(1 - hat, 1e-9) if len(pixels) > count else error_px
        rms = [float(np.sqrt(np.mean(values**2))) for values in (error_px, left_out)]
        exact = len(pixels) == count and order > 1  # says nothing about other points
        fit = Polynomial(order, np.asarray(coefficients), centre, scale, rms[0])
        fits.append((fit, np.inf if exact else rms[1]))
    if not fits:
        raise SceneError(
            f"its {len(pixels)} ground control points do not span an area: "
            "its place on Earth is unknown",
            hint="give it at least three that are not on a line: gdal_edit.py -gcp ... FILE",
        )
    best, min_px = fits[0]
    for fit, left_out_px in fits[1:]:
        if min_px > _EXACT_PX and left_out_px < _GAIN * min_px:
            best, min_px = fit, left_out_px
    return best


def _terms(unit: Floats, order: int) -> Floats:
    """Return the terms 1, u, v, u², uv, v² and so on of a polynomial, [n, count]."""
    u, v = unit[:, 0], unit[:, 1]
    powers = [(total - k, k) for total in range(order + 1) for k in range(total + 1)]
    return np.stack([u**i * v**j for i, j in powers], axis=1)
