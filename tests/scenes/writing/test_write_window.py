"""Windows of scenes: their own values and place, in files that are cloud optimized."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC
from rasterio.transform import RPCTransformer

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow, footprint
from geosearch.scenes import pixel_places, write_window

ROWS, COLS = 90, 130
WINDOW = PixelWindow(40, 20, 64, 48)
AFFINE = Affine(10, 0, 600_000, 0, -10, 5_100_000)


def pixels(dtype: str, bands: int = 4) -> Any:
    values = np.random.default_rng(3).integers(0, 120, (bands, ROWS, COLS))
    return (values + 1j * values if dtype.startswith("complex") else values).astype(dtype)


def scene(path: Path, data: Any, **profile: Any) -> Path:
    size = {"count": len(data), "height": data.shape[1], "width": data.shape[2]}
    place = {} if {"gcps", "rpcs"} & profile.keys() else {"transform": AFFINE, "crs": "EPSG:32632"}
    with rasterio.open(
        path, "w", driver="GTiff", dtype=data.dtype, **size, **place | profile
    ) as file:
        file.write(data)
    return path


def cut(data: Any) -> Any:
    return data[:, 20:68, 40:104]


@pytest.mark.parametrize(
    "dtype",
    ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64", "complex64"],
)
def test_all_bands_keep_values_and_type(tmp_path: Path, dtype: str) -> None:
    data = pixels(dtype)
    path = scene(tmp_path / "a.tif", data)
    write_window(tmp_path / "chip.tif", str(path), WINDOW)
    with rasterio.open(tmp_path / "chip.tif") as chip:
        assert set(chip.dtypes) == {dtype}
        assert np.array_equal(chip.read(), cut(data))


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_a_pixel_lies_where_it_lay_in_the_scene(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("place")
    col, row = data.draw(st.integers(0, COLS - 1)), data.draw(st.integers(0, ROWS - 1))
    width, height = data.draw(st.integers(1, COLS - col)), data.draw(st.integers(1, ROWS - row))
    turned = AFFINE * Affine.rotation(data.draw(st.sampled_from([0.0, 30.0, 180.0])))
    path = scene(folder / "a.tif", pixels("uint8", 1), transform=turned)
    write_window(folder / "chip.tif", str(path), PixelWindow(col, row, width, height))
    with rasterio.open(folder / "chip.tif") as chip:
        assert chip.shape == (height, width)
        assert np.allclose(np.array(chip.transform @ (3, 5)), np.array(turned @ (col + 3, row + 5)))


def test_nodata_colours_names_and_tags_of_bands_are_kept(tmp_path: Path) -> None:
    path = scene(tmp_path / "a.tif", pixels("int16"), nodata=-9999)
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp[name] for name in ("blue", "green", "red", "undefined")]
        file.descriptions = ("B02", "B03", "B04", "B08")
        file.scales = (0.0001,) * 4
        file.update_tags(4, wavelength="0.842", STATISTICS_MEAN="5")
    write_window(
        tmp_path / "chip.tif", str(path), WINDOW, tags={"TIFFTAG_DATETIME": "2020:01:02 00:00:00"}
    )
    with rasterio.open(tmp_path / "chip.tif") as chip:
        assert chip.nodata == -9999
        assert [one.name for one in chip.colorinterp] == ["blue", "green", "red", "undefined"]
        assert chip.descriptions == ("B02", "B03", "B04", "B08")
        assert chip.scales == (0.0001,) * 4
        assert chip.tags(4)["wavelength"] == "0.842"
        assert "STATISTICS_MEAN" not in chip.tags(4)
        assert chip.tags()["TIFFTAG_DATETIME"] == "2020:01:02 00:00:00"


def test_a_palette_is_kept(tmp_path: Path) -> None:
    path = scene(tmp_path / "a.tif", pixels("uint8", 1))
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {7: (200, 10, 20, 255)})
    write_window(tmp_path / "chip.tif", str(path), WINDOW)
    with rasterio.open(tmp_path / "chip.tif") as chip:
        assert chip.colormap(1)[7] == (200, 10, 20, 255)


def test_a_mask_is_kept(tmp_path: Path) -> None:
    path = scene(tmp_path / "a.tif", pixels("uint8", 3))
    mask = np.zeros((ROWS, COLS), np.uint8)
    mask[30:, 60:] = 255
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(mask)
    write_window(tmp_path / "chip.tif", str(path), WINDOW)
    with rasterio.open(tmp_path / "chip.tif") as chip:
        assert np.array_equal(chip.dataset_mask() > 0, cut(mask[None])[0] > 0)


def points() -> list[GroundControlPoint]:
    at = [(row, col) for row in (0, 45, 90) for col in (0, 65, 130)]
    return [
        GroundControlPoint(row=row, col=col, x=10 + col * 1e-4, y=50 - row * 1e-4)
        for row, col in at
    ]


def test_control_points_are_moved_and_all_kept(tmp_path: Path) -> None:
    path = scene(tmp_path / "a.tif", pixels("uint8"), gcps=points(), crs="EPSG:4326")
    write_window(tmp_path / "chip.tif", str(path), WINDOW)
    with rasterio.open(tmp_path / "chip.tif") as chip:
        moved, crs = chip.gcps
    assert crs.to_epsg() == 4326
    assert [(p.row + 20, p.col + 40, p.x, p.y) for p in moved] == [
        (p.row, p.col, p.x, p.y) for p in points()
    ]
    whole = footprint(pixel_places(str(path)), *WINDOW)
    part = footprint(pixel_places(str(tmp_path / "chip.tif")), 0, 0, 64, 48)
    assert whole is not None
    assert part is not None
    assert whole.hausdorff_distance(part) < 1e-9


def test_rpcs_are_moved(tmp_path: Path) -> None:
    one = [1.0, *[0.0] * 19]
    rpc = RPC(
        height_off=0, height_scale=1, lat_off=50, lat_scale=0.01, line_off=45, line_scale=45,
        long_off=10, long_scale=0.01, samp_off=65, samp_scale=65, line_den_coeff=one,
        line_num_coeff=[0, 0, -1, *[0] * 17], samp_den_coeff=one, samp_num_coeff=[0, 1, *[0] * 18],
    )  # fmt: skip
    path = scene(tmp_path / "a.tif", pixels("uint8"), rpcs=rpc)
    write_window(tmp_path / "chip.tif", str(path), WINDOW)
    with (
        rasterio.open(path) as whole,
        rasterio.open(tmp_path / "chip.tif") as chip,
        RPCTransformer(whole.rpcs) as before,
        RPCTransformer(chip.rpcs) as after,
    ):
        assert np.allclose(before.xy(25, 47), after.xy(5, 7))


def test_a_crs_that_was_assumed_is_written(tmp_path: Path) -> None:
    path = scene(tmp_path / "a.tif", pixels("uint8"), crs=None)
    with pytest.raises(SceneError, match="does not say where"):
        write_window(tmp_path / "chip.tif", str(path), WINDOW)
    write_window(tmp_path / "chip.tif", str(path), WINDOW, crs="EPSG:32633")
    with rasterio.open(tmp_path / "chip.tif") as chip:
        assert chip.crs.to_epsg() == 32633


@pytest.mark.parametrize("window", [(100, 0, 64, 64), (0, 60, 64, 64), (-1, 0, 4, 4)])
def test_a_window_that_the_scene_has_no_more_is_refused(
    tmp_path: Path, window: tuple[int, int, int, int]
) -> None:
    path = scene(tmp_path / "a.tif", pixels("uint8"))
    with pytest.raises(SceneError, match="not the raster that was indexed"):
        write_window(tmp_path / "chip.tif", str(path), PixelWindow(*window))
    assert not (tmp_path / "chip.tif").exists()


@pytest.mark.parametrize("side", [10, 300, 1500])
def test_rio_cogeo_finds_no_fault(tmp_path: Path, side: int) -> None:
    rio_cogeo = pytest.importorskip("rio_cogeo", reason="the extra `test` brings rio-cogeo")
    data = np.random.default_rng(2).integers(0, 900, (2, side, side), dtype=np.uint16)
    path = scene(tmp_path / "a.tif", data)
    write_window(tmp_path / "chip.tif", str(path), PixelWindow(0, 0, side, side))
    is_valid, errors, warnings = rio_cogeo.cog_validate(tmp_path / "chip.tif", strict=True)
    assert (is_valid, errors, warnings) == (True, [], [])
