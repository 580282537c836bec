"""Chips of several ground resolutions against GDAL's average and its own overviews."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geosearch.geo import PixelWindow
from geosearch.scenes import (
    ChipLayout,
    ReadingMemory,
    Scene,
    SceneFile,
    cut_levels,
    level_gsds,
    open_scene,
    read_chips,
    read_window,
    reading_within,
)
from geosearch.scenes.chips import chip_blocks as chip_blocks_module
from geosearch.scenes.chips import decoding as decoding_module
from geosearch.scenes.chips.levels import level_at
from geosearch.scenes.raster.pixels import PixelSource, Valid, read_values

AFFINE = rasterio.Affine(10, 0, 500000, 0, -10, 5000000)


def write(
    path: Path,
    values: np.ndarray,
    mask: np.ndarray | None = None,
    overviews: Sequence[int] = (),
    **options: object,
) -> Scene:
    profile = {
        "driver": "GTiff",
        "count": values.shape[0],
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": values.dtype,
        "crs": "EPSG:32633",
        "transform": AFFINE,
        "photometric": "RGB",
    }
    inside = rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True)
    with inside, rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(values)
        if mask is not None:
            dataset.write_mask(mask)
    if overviews:
        with inside, rasterio.open(path, "r+") as dataset:
            dataset.build_overviews(overviews, Resampling.average)
    return open_scene(SceneFile(str(path), path.name))


def smooth(height: int, width: int, seed: int = 4) -> np.ndarray:
    """Return uint8 [3, height, width] that differs everywhere."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (3, height, width), dtype=np.uint8)


def cut(
    scene: Scene, size: int, stride: int, gsd: float | None, scales: tuple[int, ...]
) -> ChipLayout:
    return cut_levels(
        scene.width_px,
        scene.height_px,
        level_gsds(scene.gsd_m, gsd, scales),
        pixel_m=(scene.gsd_m, scene.gsd_m) if gsd is None else scene.pixel_m,
        size_px=size,
        stride_px=stride,
    )


def gathered(
    scene: Scene, chips: ChipLayout, size: int, pixel_m: tuple[float, float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    blocks = list(
        read_chips(scene, chips.windows, size_px=size, gsd_m=chips.gsd_m, pixel_m=pixel_m)
    )
    firsts = np.cumsum([0] + [len(block.pixels) for block in blocks])
    assert [block.first for block in blocks] == firsts[:-1].tolist()
    assert firsts[-1] == len(chips)
    pixels = np.concatenate([block.pixels for block in blocks])
    return pixels, np.concatenate([block.valid for block in blocks])


def block_means(values: np.ndarray, valid: np.ndarray, factor: int) -> np.ndarray:
    """Return means of valid pixels in blocks [rows, cols, 3], rounded half up."""
    blocks = (values.shape[1] // factor, factor, values.shape[2] // factor, factor)
    count = valid.reshape(blocks).sum(axis=(1, 3))
    sums = (values * valid).reshape(3, *blocks).sum(axis=(2, 4), dtype=float)
    means: np.ndarray = np.floor(sums / np.maximum(count, 1) + 0.5 + 1e-6)
    return means.transpose(1, 2, 0)


def test_each_scale_holds_the_means_of_its_blocks(tmp_path: Path) -> None:
    values = smooth(256, 384)
    scene = write(tmp_path / "x.tif", values, tiled=True, blockxsize=64, blockysize=32)
    chips = cut(scene, 64, 32, None, (1, 2, 4))
    pixels, valid = gathered(scene, chips, 64)
    assert (valid == 1).all()
    assert sorted(chips.gsd_m.tolist()) == pytest.approx(
        [scene.gsd_m] * 77 + [2 * scene.gsd_m] * 15 + [4 * scene.gsd_m] * 2
    )
    for (col, row, wide, high), found in zip(chips.windows.tolist(), pixels, strict=True):
        part = values[:, row : row + high, col : col + wide]
        expected = block_means(part, np.ones(part.shape[1:], bool), wide // 64)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("gsd", [13.0, 25.0, 40.0])
def test_a_ground_resolution_is_gdals_average(tmp_path: Path, gsd: float) -> None:
    scene = write(tmp_path / "x.tif", smooth(300, 400))
    chips = cut(scene, 4096, 4096, gsd, (1,))
    pixels, _ = gathered(scene, chips, 4096, pixel_m=scene.pixel_m)
    level = level_at(400, 300, pixel_m=scene.pixel_m, gsd_m=gsd)
    rows, cols = level.rows, level.cols
    with (
        rasterio.open(scene.href) as dataset,
        WarpedVRT(
            dataset,
            resampling=Resampling.average,
            width=cols,
            height=rows,
            transform=dataset.transform @ rasterio.Affine.scale(400 / cols, 300 / rows),
        ) as warped,
    ):
        expected = warped.read().transpose(1, 2, 0)
    assert not pixels[0, rows:].any()
    assert not pixels[0, :, cols:].any()
    apart = np.abs(pixels[0, :rows, :cols].astype(int) - expected)
    assert apart.max() <= 1


def test_nodata_does_not_bleed_into_what_was_seen(tmp_path: Path) -> None:
    values = np.clip(smooth(256, 256), 100, 120)
    values[:, :, 90:] = 255
    values[:, 97:, :] = 255
    values[:, ::7, ::5] = 255
    scene = write(tmp_path / "x.tif", values, nodata=255)
    chips = cut(scene, 64, 64, None, (4,))
    pixels, valid = gathered(scene, chips, 64)
    good = (values != 255).any(axis=0)
    expected = block_means(values, good, 4)
    np.testing.assert_array_equal(pixels[0], expected)
    seen = good.reshape(64, 4, 64, 4).any(axis=(1, 3))
    assert valid[0] == pytest.approx(seen.mean())
    assert pixels[0][seen].min() >= 100
    assert pixels[0].max() <= 120


@pytest.mark.parametrize("masked", [False, True])
def test_a_coarse_scale_is_the_files_own_overview(tmp_path: Path, masked: bool) -> None:
    mask = np.full((513, 387), 255, np.uint8)
    mask[:100, 30:90] = 0
    scene = write(tmp_path / "x.tif", smooth(513, 387), mask if masked else None, overviews=[2, 4])
    chips = cut(scene, 128, 128, None, (4,))
    pixels, valid = gathered(scene, chips, 128)
    assert len(chips) == 2
    with rasterio.open(scene.href, OVERVIEW_LEVEL=1) as overview:
        expected = overview.read().transpose(1, 2, 0)
        seen = overview.dataset_mask() > 0
    assert expected.shape == (129, 97, 3)
    expected = expected * seen[..., None]
    np.testing.assert_array_equal(pixels[0][:, :97], expected[:128])
    np.testing.assert_array_equal(pixels[1][:, :97], expected[1:])
    assert valid[0] == pytest.approx(seen[:128].mean())
    assert (valid[0] < 1) == masked


def test_full_pixels_are_not_read_where_an_overview_is_as_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = write(tmp_path / "x.tif", smooth(520, 520), overviews=[2, 4, 8])
    seen: list[tuple[tuple[int, int], int, int]] = []

    def watching(source: PixelSource, window: Window) -> tuple[np.ndarray, Valid | None]:
        seen.append((source.dataset.shape, int(window.row_off), int(window.height)))
        return read_values(source, window)

    monkeypatch.setattr(decoding_module, "read_values", watching)
    gathered(scene, cut(scene, 32, 16, 50.0, (1, 2)), 32, pixel_m=scene.pixel_m)
    assert {shape for shape, _, _ in seen} == {(130, 130), (65, 65)}


@pytest.mark.parametrize("gsd", [None, 17.0])
def test_one_pass_over_a_file_without_overviews_serves_all_scales(
    tmp_path: Path, gsd: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = write(tmp_path / "x.tif", smooth(300, 210))
    rows: list[int] = []

    def watching(source: PixelSource, window: Window) -> tuple[np.ndarray, Valid | None]:
        rows.extend(range(int(window.row_off), int(window.row_off + window.height)))
        return read_values(source, window)

    monkeypatch.setattr(decoding_module, "read_values", watching)
    chips = cut(scene, 24, 12, gsd, (1, 2, 3))
    assert len(np.unique(chips.gsd_m)) == 3
    gathered(scene, chips, 24, pixel_m=scene.pixel_m)
    assert sorted(rows) == list(range(300))


@pytest.fixture(scope="module", params=[(), (2, 4)], ids=["plain", "overviews"])
def noisy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A scene in which every pixel differs, with a mask."""
    mask = (np.random.default_rng(5).random((230, 310)) < 0.7).astype(np.uint8) * 255
    mask[:, 150:] = 255  # some chips have no pixel that is not valid
    path = tmp_path_factory.mktemp("scenes") / "noisy.tif"
    return write(path, smooth(230, 310), mask, overviews=request.param, tiled=True, blockxsize=64,
                 blockysize=32)  # fmt: skip


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(8, 200),
    gsd=st.one_of(st.none(), st.floats(10, 200)),
    scales=st.sets(st.integers(1, 6), min_size=1, max_size=3),
    data=st.data(),
)
def test_a_chip_read_again_is_the_chip_that_was_embedded(
    noisy: Scene, size: int, gsd: float | None, scales: set[int], data: st.DataObject
) -> None:
    stride = data.draw(st.integers(max(1, size // 3), size))
    chips = cut(noisy, size, stride, gsd, tuple(sorted(scales)))
    keep = np.random.default_rng(size).random(len(chips)) < min(1, 60 / len(chips))
    chips = chips.only(np.flatnonzero(keep) if keep.any() else np.array([0]))
    pixel_m = (noisy.gsd_m, noisy.gsd_m) if gsd is None else noisy.pixel_m
    pixels, _ = gathered(noisy, chips, size, pixel_m=pixel_m)
    for window, chip_gsd, chip in zip(chips.windows, chips.gsd_m, pixels, strict=True):
        again = read_window(
            noisy.href,
            PixelWindow(*window.tolist()),
            bands=noisy.bands,
            stretch=noisy.stretch,
            gsd_m=float(chip_gsd),
            pixel_m=pixel_m,
        )
        np.testing.assert_array_equal(again, chip[: again.shape[0], : again.shape[1]])
        assert not chip[again.shape[0] :].any()
        assert not chip[:, again.shape[1] :].any()


def test_strips_of_any_width_and_pieces_of_any_height_give_the_same_chips(
    noisy: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    chips = cut(noisy, 32, 16, 11.0, (1, 2, 3))
    whole = gathered(noisy, chips, 32, pixel_m=noisy.pixel_m)
    for strip_bytes, read_bytes in ((1, 1), (4 * 32 * 200, 5000)):
        monkeypatch.setattr(chip_blocks_module, "_BLOCK_CHIPS", 7)
        with reading_within(ReadingMemory(strip_bytes=strip_bytes, read_bytes=read_bytes)):
            again = gathered(noisy, chips, 32, pixel_m=noisy.pixel_m)
        for one, other in zip(whole, again, strict=True):
            np.testing.assert_array_equal(one, other)
