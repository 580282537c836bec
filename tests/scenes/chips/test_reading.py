"""Chips as pixels against plain reads of each window with rasterio."""

from pathlib import Path
from threading import enumerate as enumerate_threads

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from geosearch.errors import SceneError
from geosearch.geo import PixelWindow
from geosearch.scenes import (
    ReadingMemory,
    Scene,
    SceneFile,
    chip_windows,
    find_scenes,
    open_scene,
    read_chips,
    read_window,
    reading_within,
)
from geosearch.scenes.chips import chip_blocks as chip_blocks_module
from geosearch.scenes.chips import decoding as decoding_module
from geosearch.scenes.raster.pixels import PixelSource, Valid, read_values
from geosearch.scenes.raster.stretch import to_bytes

AFFINE = rasterio.Affine(10, 0, 500000, 0, -10, 5000000)


def write(
    path: Path, values: np.ndarray, mask: np.ndarray | None = None, **options: object
) -> Scene:
    values = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff",
        "count": values.shape[0],
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": values.dtype,
        "crs": "EPSG:32633",
        "transform": AFFINE,
    }
    inside = rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True)
    with inside, rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(values)
        if mask is not None:
            dataset.write_mask(mask)
    return open_scene(SceneFile(str(path), path.name))


def gathered(scene: Scene, windows: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    blocks = list(read_chips(scene, windows, size_px=size))
    firsts = np.cumsum([0] + [len(block.pixels) for block in blocks])
    assert [block.first for block in blocks] == firsts[:-1].tolist()
    assert firsts[-1] == len(windows)
    pixels = np.concatenate([block.pixels for block in blocks])
    return pixels, np.concatenate([block.valid for block in blocks])


def plainly(scene: Scene, windows: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The same chips, each read by itself: slow, and as simple as can be."""
    chips, fractions = [], []
    with rasterio.open(scene.href) as dataset:
        for col, row, width, height in windows.tolist():
            window = Window(col, row, width, height)
            values = dataset.read(scene.bands, window=window)
            good = dataset.read_masks(scene.bands, window=window).any(axis=0)
            if values.dtype.kind == "f":
                good &= np.isfinite(values).any(axis=0)
            shown = to_bytes(values, scene.stretch).copy()
            shown[:, ~good] = 0
            chip = np.zeros((size, size, 3), np.uint8)
            chip[:height, :width] = shown.transpose(1, 2, 0)
            chips.append(chip)
            fractions.append(good.mean())
    return np.array(chips), np.array(fractions)


@pytest.mark.parametrize(
    "name",
    [
        "naip_nd_potholes_20170827.tif",
        "rapideye_ships_sfbay_20170308.tif",
        "coast_internal_mask_4326.tif",
        "aerial_colorado_extmask_015m.tif",
        "landsat5_nebraska_albers_i16.tif",
        "lidar_dsm_town_26918.tif",
        "seaice_3412_25km.tif",
        "ls5_canberra/rgb.vrt",
        "worldview_pan_vegas_u16_4326.tif",
    ],
)
@pytest.mark.parametrize(("size", "stride"), [(128, 64), (300, 299)])
def test_real_chips_are_what_a_plain_read_gives(
    shared_data: Path, name: str, size: int, stride: int
) -> None:
    path = shared_data / "scenes" / name
    scene = open_scene(SceneFile(str(path), name))
    windows = chip_windows(scene.width_px, scene.height_px, size_px=size, stride_px=stride)
    pixels, valid = gathered(scene, windows, size)
    expected, fractions = plainly(scene, windows, size)
    np.testing.assert_array_equal(pixels, expected)
    np.testing.assert_allclose(valid, fractions, atol=1e-6)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A scene in which every pixel differs, with a mask."""
    rng = np.random.default_rng(5)
    values = rng.integers(0, 256, (3, 230, 310), dtype=np.uint8)
    mask = (rng.random((230, 310)) < 0.7).astype(np.uint8) * 255
    path = tmp_path_factory.mktemp("scenes") / "noisy.tif"
    return write(path, values, mask, tiled=True, blockxsize=64, blockysize=32, photometric="RGB")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(5, 400), data=st.data())
def test_any_size_stride_and_choice_of_windows_reads_right(
    noisy: Scene, size: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(max(1, size // 3), size))
    windows = chip_windows(noisy.width_px, noisy.height_px, size_px=size, stride_px=stride)
    keep = np.random.default_rng(size).random(len(windows)) < data.draw(st.floats(0.05, 1))
    windows = windows[keep][:300]
    if not len(windows):
        assert list(read_chips(noisy, windows, size_px=size)) == []
        return
    pixels, valid = gathered(noisy, windows, size)
    expected, fractions = plainly(noisy, windows, size)
    np.testing.assert_array_equal(pixels, expected)
    np.testing.assert_allclose(valid, fractions, atol=1e-6)


@pytest.mark.parametrize("strip_bytes", [1, 64 * 90 * 4, 64 * 200 * 4])
def test_a_scene_too_wide_for_one_strip_is_read_in_spans(
    noisy: Scene, strip_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = chip_windows(noisy.width_px, noisy.height_px, size_px=64, stride_px=32)
    whole = gathered(noisy, windows, 64)
    monkeypatch.setattr(chip_blocks_module, "_BLOCK_CHIPS", 7)
    with reading_within(ReadingMemory(strip_bytes=strip_bytes, read_bytes=5000)):
        parts = gathered(noisy, windows, 64)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of a file, as they are decoded."""
    rows: list[int] = []

    def counting(source: PixelSource, window: Window) -> tuple[np.ndarray, Valid | None]:
        rows.extend(range(window.row_off, window.row_off + window.height))
        return read_values(source, window)

    monkeypatch.setattr(decoding_module, "read_values", counting)
    return rows


def test_no_row_is_read_twice(noisy: Scene, rows_read: list[int]) -> None:
    gathered(noisy, chip_windows(310, 230, size_px=64, stride_px=24), 64)
    assert sorted(rows_read) == list(range(230))


def test_rows_that_no_chip_wants_are_not_read(noisy: Scene, rows_read: list[int]) -> None:
    windows = chip_windows(310, 230, size_px=32, stride_px=32)
    gathered(noisy, windows[(windows[:, 1] < 32) | (windows[:, 1] >= 160)], 32)
    assert sorted(rows_read) == [*range(32), *range(160, 230)]


def test_who_stops_early_leaves_no_thread_behind(noisy: Scene) -> None:
    windows = chip_windows(310, 230, size_px=32, stride_px=32)
    before = set(enumerate_threads())
    with reading_within(ReadingMemory(read_bytes=40_000)):
        blocks = read_chips(noisy, windows, size_px=32)
        next(blocks)
        blocks.close()
    assert set(enumerate_threads()) == before


def test_chips_that_need_no_padding_are_not_copied(noisy: Scene) -> None:
    windows = chip_windows(310, 230, size_px=100, stride_px=50)
    blocks = list(read_chips(noisy, windows, size_px=100))
    assert np.shares_memory(blocks[0].pixels[0], blocks[0].pixels[1])
    assert not blocks[0].pixels.flags.writeable


def test_padding_is_black_and_does_not_count(tmp_path: Path) -> None:
    scene = write(tmp_path / "small.tif", np.full((3, 20, 30), 200, np.uint8), photometric="RGB")
    pixels, valid = gathered(scene, np.array([[0, 0, 30, 20]], np.int32), 64)
    assert (pixels[0, :20, :30] == 200).all()
    assert pixels[0, 20:].max() == pixels[0, :, 30:].max() == 0
    assert valid[0] == 1


def test_a_palette_is_shown_in_its_colours_but_for_its_clear_entries(
    tmp_path: Path,
) -> None:
    path = tmp_path / "palette.tif"
    values = np.repeat(np.arange(4, dtype=np.uint8), 100).reshape(20, 20)
    write(path, values, photometric="palette")
    colours = {0: (0, 0, 0, 0), 1: (250, 10, 20, 255), 2: (1, 2, 3, 255), 3: (255, 255, 255, 255)}
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, colours)
    scene = open_scene(SceneFile(str(path), "palette"))
    assert (scene.bands, scene.stretch) == ((1, 1, 1), None)
    pixels, _ = gathered(scene, np.array([[0, 0, 20, 20]], np.int32), 20)
    with rasterio.open(path) as dataset:
        table = np.array([dataset.colormap(1)[value][:3] for value in range(4)], np.uint8)
        clear = [value for value in range(4) if dataset.colormap(1)[value][3] == 0]
    expected = table[values]
    expected[np.isin(values, clear)] = 0
    np.testing.assert_array_equal(pixels[0], expected)


@pytest.mark.parametrize("nodata", [-9999.0, float("nan"), np.finfo(np.float32).min])
def test_nodata_nan_and_infinity_are_left_out(tmp_path: Path, nodata: float) -> None:
    values = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    values[:5] = nodata
    values[5, 0], values[5, 1], values[5, 2] = np.inf, -np.inf, np.nan
    scene = write(tmp_path / "x.tif", values, nodata=nodata)
    seen = values[5:][np.isfinite(values[5:])]
    assert scene.stretch is not None
    assert list(scene.stretch) == [pytest.approx(tuple(np.percentile(seen, [2, 98])))] * 3
    pixels, valid = gathered(scene, np.array([[0, 0, 20, 20]], np.int32), 20)
    assert valid[0] == pytest.approx((400 - 103) / 400)
    assert pixels[0, :5].max() == pixels[0, 5, :3].max() == 0


def test_alpha_hides_what_lies_under_it(tmp_path: Path) -> None:
    values = np.full((4, 20, 20), 90, np.uint8)
    values[3, :, :5] = 0
    values[3, :, 5:10] = 1  # barely seen is seen
    scene = write(tmp_path / "x.tif", values, photometric="RGB", alpha="YES")
    pixels, valid = gathered(scene, np.array([[0, 0, 20, 20]], np.int32), 20)
    assert valid[0] == pytest.approx(0.75)
    assert pixels[0, :, :5].max() == 0
    assert (pixels[0, :, 5:] == 90).all()


def test_complex_values_are_shown_by_their_magnitude(tmp_path: Path) -> None:
    real = np.linspace(1, 2, 400).reshape(20, 20)
    turning = np.exp(1j * np.linspace(0, 6, 400)).reshape(20, 20)
    scene = write(tmp_path / "x.tif", (real * turning).astype(np.complex64))
    plain = write(tmp_path / "y.tif", real.astype(np.float32))
    windows = np.array([[0, 0, 20, 20]], np.int32)
    one, other = gathered(scene, windows, 20)[0], gathered(plain, windows, 20)[0]
    assert np.abs(one.astype(int) - other).max() <= 1
    assert scene.band_reason.endswith("; magnitudes of complex values")


def test_a_window_read_again_is_the_chip_that_was_embedded(noisy: Scene) -> None:
    windows = chip_windows(noisy.width_px, noisy.height_px, size_px=100, stride_px=100)
    pixels, _ = gathered(noisy, windows, 100)
    for window, chip in zip(windows.tolist(), pixels, strict=True):
        again = read_window(
            noisy.href, PixelWindow(*window), bands=noisy.bands, stretch=noisy.stretch
        )
        np.testing.assert_array_equal(again, chip)


def test_a_window_of_a_file_that_has_shrunk_is_refused(noisy: Scene, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="not the raster that was indexed"):
        read_window(noisy.href, PixelWindow(300, 0, 64, 64), bands=(1, 2, 3), stretch=None)
    with pytest.raises(SceneError, match="cannot be read"):
        read_window(
            str(tmp_path / "gone.tif"), PixelWindow(0, 0, 64, 64), bands=(1, 2, 3), stretch=None
        )


def test_a_file_that_breaks_off_is_refused_by_name(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    path = tmp_path / "broken.tif"
    scene = write(path, rng.integers(0, 256, (3, 200, 200), dtype=np.uint8), compress="deflate")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SceneError, match=r"broken.tif cannot be read: .+"):
        gathered(scene, chip_windows(200, 200, size_px=64, stride_px=64), 64)


def test_the_demo_writers_files_come_back_as_they_were(tmp_path: Path) -> None:
    from geosearch.scenes import write_geotiff

    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    write_geotiff(tmp_path / "x.tif", picture, crs="EPSG:32633", affine=tuple(AFFINE)[:6])
    scene = open_scene(find_scenes([tmp_path]).files[0])
    pixels, valid = gathered(scene, np.array([[0, 0, 300, 200]], np.int32), 300)
    np.testing.assert_array_equal(pixels[0, :200], picture)
    assert valid[0] == 1
