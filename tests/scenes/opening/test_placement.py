"""Where rasters lie: affine, control points and RPCs against GDAL's and PROJ's own answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.transform import RPCTransformer
from rasterio.warp import transform

from geosearch.errors import SceneError, UsageError
from geosearch.scenes.opening.placement import Placement, fit_polynomial, place, require_crs

UTM = "EPSG:32633"

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def at(affine: rasterio.Affine, col: float, row: float) -> tuple[float, float]:
    a, b, c, d, e, f = tuple(affine)[:6]
    return a * col + b * row + c, d * col + e * row + f


def write(path: Path, **options: object) -> Path:
    profile = {"driver": "GTiff", "width": 64, "height": 48, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(np.ones((1, 48, 64), np.uint8))
    return path


def with_points(
    path: Path,
    ground: Callable[[float, float], tuple[float, float]],
    crs: str = UTM,
    side: int = 4,
) -> Path:
    write(path)
    points = [
        GroundControlPoint(row=r, col=c, x=ground(c, r)[0], y=ground(c, r)[1], z=0)
        for r in np.linspace(0, 48, side)
        for c in np.linspace(0, 64, side)
    ]
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (points, rasterio.crs.CRS.from_string(crs))
    return path


def placed(path: Path, assume_crs: str | None = None) -> Placement:
    with rasterio.open(path) as dataset:
        return place(dataset, path, assume_crs=assume_crs)


def test_an_affine_places_corners_where_gdal_does(tmp_path: Path) -> None:
    affine = rasterio.Affine(8, 6, 500000, 6, -8, 5000000)
    placement = placed(write(tmp_path / "x.tif", crs=UTM, transform=affine))
    lon, lat = placement.to_lonlat(np.array([0.0, 64, 64]), np.array([0.0, 0, 48]))
    corners = [at(affine, *corner) for corner in [(0, 0), (64, 0), (64, 48)]]
    expected = transform(UTM, "EPSG:4326", *zip(*corners, strict=True))
    np.testing.assert_allclose([lon, lat], expected, atol=1e-9)
    assert placement.crs == UTM
    assert placement.note is None


def test_control_points_of_an_affine_give_it_back(tmp_path: Path) -> None:
    affine = rasterio.Affine(9.8, 2, 500000, 2, -9.8, 5000000)
    points = placed(with_points(tmp_path / "p.tif", lambda c, r: at(affine, c, r)))
    exact = placed(write(tmp_path / "a.tif", crs=UTM, transform=affine))
    pixels = np.array([0.0, 13.7, 64]), np.array([48.0, 1.2, 0])
    np.testing.assert_allclose(points.to_lonlat(*pixels), exact.to_lonlat(*pixels), atol=1e-9)
    assert points.note is not None
    assert "16 ground control points, polynomial of order 1, residual 0.00 px" in points.note


def test_control_points_across_180_are_neighbours(tmp_path: Path) -> None:
    path = with_points(
        tmp_path / "p.tif",
        lambda c, r: ((179.97 + c * 0.001 + 180) % 360 - 180, 10 - r * 0.001),
        crs="EPSG:4326",
    )
    lon, lat = placed(path).to_lonlat(np.array([0.0, 60]), np.array([0.0, 48]))
    np.testing.assert_allclose(lon % 360, [179.97, 180.03], atol=1e-9)
    np.testing.assert_allclose(lat, [10, 9.952], atol=1e-9)


def test_the_order_of_the_polynomial_follows_the_ground() -> None:
    pixels = np.stack(np.meshgrid(np.linspace(0, 1000, 7), np.linspace(0, 800, 6)), -1)
    pixels = pixels.reshape(-1, 2)
    c, r = pixels.T
    quadratic = np.stack([10 * c + 0.002 * r * c, -10 * r + 0.003 * c**2], axis=1)
    fit = fit_polynomial(pixels, quadratic)
    assert fit.order == 2
    np.testing.assert_allclose(fit(pixels), quadratic, atol=1e-6)
    noise = np.random.default_rng(0).normal(0, 5, pixels.shape)  # half a pixel
    noisy = fit_polynomial(pixels, np.stack([10 * c, -10 * r], axis=1) + noise)
    assert noisy.order == 1
    assert noisy.residual_px == pytest.approx(0.5 * np.sqrt(2), rel=0.2)


@pytest.mark.parametrize("pixels", [[], [(0, 0)], [(0, 0), (5, 5)], [(0, 0), (5, 5), (9, 9)]])
def test_points_that_span_no_area_are_refused(pixels: list[tuple[int, int]]) -> None:
    points = np.array(pixels, dtype=float).reshape(-1, 2)
    with pytest.raises(SceneError, match=f"{len(pixels)} ground control points do not span"):
        fit_polynomial(points, points * 10)


def test_real_control_points_are_met_within_a_pixel_and_like_gdals_fit(shared_data: Path) -> None:
    path = shared_data / "scenes" / "sentinel1_grd_gcps.tif"
    placement = placed(path)
    with rasterio.open(path) as dataset:
        points, crs = dataset.gcps
        with rasterio.transform.GCPTransformer(points) as gdal:
            x, y = gdal.xy([10, 400, 800], [10, 600, 1200], offset="ul")
    lon, lat = placement.to_lonlat(np.array([10.0, 600, 1200]), np.array([10.0, 400, 800]))
    assert crs.to_epsg() == 4326
    np.testing.assert_allclose(lon, x, atol=0.002)  # a pixel is 0.0018 degrees
    np.testing.assert_allclose(lat, y, atol=0.002)
    assert placement.note is not None
    assert "residual 0." in placement.note


def test_rpcs_place_by_their_own_formula_at_height_0(shared_data: Path) -> None:
    """RPC00B of the NITF compendium (STDI-0002, appendix E): ground to pixel, and back again."""
    path = shared_data / "pathological" / "rpc_only.tif"
    with rasterio.open(path) as dataset:
        rpcs = dataset.rpcs
        placement = place(dataset, path)
    cols, rows = np.array([0.0, 100, 232]), np.array([0.0, 150, 274])
    lon, lat = placement.to_lonlat(cols, rows)
    back = [ground_to_pixel(rpcs, *place, 0.0) for place in zip(lon, lat, strict=True)]
    # RPCs count from the centre of the first pixel, we from its corner
    np.testing.assert_allclose(np.array(back).T + 0.5, [cols, rows], atol=0.01)
    assert placement.note is not None
    assert "height 0" in placement.note
    with RPCTransformer(rpcs, RPC_HEIGHT=0) as gdal:
        np.testing.assert_allclose([lon, lat], gdal.xy(rows, cols, offset="ul"), atol=1e-9)


def ground_to_pixel(
    rpcs: rasterio.rpc.RPC, lon: float, lat: float, height: float
) -> tuple[float, float]:
    p = (lat - rpcs.lat_off) / rpcs.lat_scale
    l = (lon - rpcs.long_off) / rpcs.long_scale  # noqa: E741  the standard's letter
    h = (height - rpcs.height_off) / rpcs.height_scale
    terms = np.array(
        [
            *(1, l, p, h, l * p, l * h, p * h, l * l, p * p, h * h, p * l * h, l**3, l * p * p),
            *(l * h * h, l * l * p, p**3, p * h * h, l * l * h, p * p * h, h**3),
        ]
    )
    line = terms @ rpcs.line_num_coeff / (terms @ rpcs.line_den_coeff)
    sample = terms @ rpcs.samp_num_coeff / (terms @ rpcs.samp_den_coeff)
    return sample * rpcs.samp_scale + rpcs.samp_off, line * rpcs.line_scale + rpcs.line_off


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "neither a CRS nor an affine"),
        ({"crs": UTM}, "a CRS but no affine"),
        ({"transform": rasterio.Affine(1, 0, 5, 0, -1, 9)}, "an affine but no CRS"),
        (
            {"transform": rasterio.Affine(1, 0, 5, 0, -1, 9), "crs": "IAU_2015:30100"},
            "of the Earth",
        ),
    ],
)
def test_what_has_no_place_says_what_is_missing(
    tmp_path: Path, options: dict[str, object], reason: str
) -> None:
    with pytest.raises(SceneError, match=reason) as caught:
        placed(write(tmp_path / "x.tif", **options))
    assert caught.value.hint


def test_a_prj_beside_a_tiff_is_read_where_it_has_no_crs(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", transform=rasterio.Affine(10, 0, 5e5, 0, -10, 5e6))
    (tmp_path / "x.prj").write_text(rasterio.crs.CRS.from_string(UTM).to_wkt(version="WKT1_ESRI"))
    placement = placed(path)
    lon, lat = placement.to_lonlat(np.array([0.0]), np.array([0.0]))
    assert (lon[0], lat[0]) == pytest.approx((15, 45.15347718))
    assert placement.note == "CRS from x.prj"


def test_a_crs_is_assumed_where_a_raster_has_none(tmp_path: Path) -> None:
    affine = rasterio.Affine(10, 0, 5e5, 0, -10, 5e6)
    placement = placed(write(tmp_path / "x.tif", transform=affine), assume_crs=UTM)
    lon, lat = placement.to_lonlat(np.array([0.0]), np.array([0.0]))
    assert (lon[0], lat[0]) == pytest.approx((15, 45.15347718))
    assert (placement.crs, placement.note) == (UTM, f"it has no CRS: {UTM} was assumed")


def test_an_assumed_crs_does_not_override_one_that_is_there(tmp_path: Path) -> None:
    affine = rasterio.Affine(10, 0, 5e5, 0, -10, 5e6)
    own = write(tmp_path / "own.tif", transform=affine, crs="EPSG:32632")
    beside = write(tmp_path / "beside.tif", transform=affine)
    (tmp_path / "beside.prj").write_text(rasterio.crs.CRS.from_epsg(32632).to_wkt())
    points = with_points(tmp_path / "p.tif", lambda c, r: (5e5 + c, 5e6 - r), crs="EPSG:32632")
    for path in (own, beside, points):
        assert placed(path, assume_crs=UTM).crs == "EPSG:32632"


def test_an_assumed_crs_gives_no_place_without_an_affine(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="neither a CRS nor an affine"):
        placed(write(tmp_path / "x.tif"), assume_crs=UTM)


@pytest.mark.parametrize("name", ["EPSG:99999", "banana", "", "4326", "IAU_2015:30100"])
def test_what_is_no_crs_of_the_earth_cannot_be_assumed(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match=f"`assume_crs` {name}") as caught:
        require_crs(name)
    assert caught.value.hint is not None
    assert "EPSG:32633" in caught.value.hint
    assert capfd.readouterr().err == ""
