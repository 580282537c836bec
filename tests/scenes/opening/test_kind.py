"""What kind of scene a raster is: files of every kind, as others write them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from geosearch.scenes import find_scenes, open_scene
from geosearch.vocabulary import NO_PICTURES

SIDE = 320


def _relief(seed: int, rough: float = 6.0) -> NDArray[np.float64]:
    """Return smooth noise of mean 0 and deviation 1."""
    noise = sum(
        gaussian_filter(np.random.default_rng(seed + at).normal(size=(SIDE, SIDE)), rough * 2**at)
        * 4**at
        for at in range(4)
    )
    standardised: NDArray[np.float64] = (noise - np.mean(noise)) / np.std(noise)
    return standardised


def _photo(seed: int) -> NDArray[np.float64]:
    """Return what a camera sees, 0..1: fields and their texture, with noise."""
    fields = np.repeat(np.repeat(np.random.default_rng(seed).random((10, 10)), 32, 0), 32, 1)
    texture = gaussian_filter(np.random.default_rng(seed + 1).normal(size=(SIDE, SIDE)), 1)
    blurred = gaussian_filter(fields, 1.5)
    return np.asarray(np.clip(0.2 + 0.5 * blurred + 0.15 * texture, 0, 1))


def _labels(count: int) -> NDArray[np.int64]:
    """Return areas of several classes, the way land cover lies."""
    layers = np.stack([_relief(100 + at, 3.0) for at in range(count)])
    return np.asarray(layers.argmax(axis=0))


def _write(path: Path, bands: NDArray[Any], *, palette: Any = None, **profile: Any) -> Path:
    bands = bands if bands.ndim == 3 else bands[None]
    described = profile.pop("descriptions", None)
    with rasterio.open(
        path, "w", driver="GTiff", count=len(bands), height=SIDE, width=SIDE, crs="EPSG:32633",
        dtype=bands.dtype, transform=from_origin(500000, 5000000, 10, 10), **profile,
    ) as dataset:  # fmt: skip
        dataset.write(bands)
        if palette is not None:
            dataset.write_colormap(1, palette)
        if described:
            dataset.descriptions = described
    return path


def kind_of(path: Path) -> str:
    (file,) = find_scenes([path]).files
    return open_scene(file).kind


def test_tiles_of_heights_are_elevation(tmp_path: Path) -> None:
    heights = (800 + 300 * _relief(1)).astype(np.int16)
    assert kind_of(_write(tmp_path / "a.tif", heights, nodata=-32768)) == "elevation"
    assert kind_of(_write(tmp_path / "srtm_39_03.tif", heights)) == "elevation"


def test_heights_as_floats_are_elevation(tmp_path: Path) -> None:
    heights = (80 + 30 * _relief(2)).astype(np.float32)
    assert kind_of(_write(tmp_path / "a.tif", heights, nodata=-9999)) == "elevation"


def test_a_name_alone_makes_no_elevation_of_a_picture(tmp_path: Path) -> None:
    grey = (4000 * _photo(3)).astype(np.uint16)
    assert kind_of(_write(tmp_path / "dem_area_north.tif", grey)) not in NO_PICTURES


@pytest.mark.parametrize("codes", [[1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60]])
def test_land_cover_is_classes(tmp_path: Path, codes: list[int]) -> None:
    cover = np.array(codes, np.uint8)[_labels(6)]
    assert kind_of(_write(tmp_path / "a.tif", cover)) == "classes"


def test_land_cover_with_a_palette_is_classes(tmp_path: Path) -> None:
    colours = [(0, 0, 255), (0, 90, 0), (230, 230, 0), (200, 0, 0), (160, 255, 110)]
    palette = {at: (*colour, 255) for at, colour in enumerate(colours)}
    cover = _labels(5).astype(np.uint8)
    path = _write(tmp_path / "a.tif", cover, palette=palette, photometric="palette")
    assert kind_of(path) == "classes"


def test_years_of_land_cover_are_classes(tmp_path: Path) -> None:
    years = np.stack([np.where(_relief(at) > 2, 9, 3 * _labels(4) + 1) for at in range(6)])
    assert kind_of(_write(tmp_path / "a.tif", years.astype(np.uint8))) == "classes"


def test_what_an_item_says_comes_before_pixels(tmp_path: Path) -> None:
    file = find_scenes([_write(tmp_path / "a.tif", (4000 * _photo(3)).astype(np.uint16))]).files[0]
    scene = open_scene(replace(file, stated_kind=("classes", "its Item lists classes")))
    assert (scene.kind, scene.kind_reason) == ("classes", "its Item lists classes")


def test_a_mask_is_classes(tmp_path: Path) -> None:
    mask = (_relief(5) > 0.5).astype(np.uint8)
    assert kind_of(_write(tmp_path / "a.tif", mask)) == "classes"


def test_a_street_map_is_a_map(tmp_path: Path) -> None:
    streets = np.full((3, SIDE, SIDE), 242, np.uint8)
    for at in range(5, SIDE, 24):
        streets[:, at : at + 3, :] = np.array([255, 200, 90])[:, None, None]
        streets[:, :, at + 7 : at + 9] = np.array([120, 120, 130])[:, None, None]
    assert kind_of(_write(tmp_path / "a.tif", streets)) == "map"


def test_bands_named_by_polarisation_are_radar(tmp_path: Path) -> None:
    power = np.random.default_rng(6).gamma(1, 0.1, (2, SIDE, SIDE)).astype(np.float32)
    assert kind_of(_write(tmp_path / "a.tif", power, descriptions=("VV", "VH"))) == "radar"


def test_one_value_is_unknown(tmp_path: Path) -> None:
    assert kind_of(_write(tmp_path / "a.tif", np.full((SIDE, SIDE), 7, np.uint8))) == "unknown"


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 1.0), (210.0, 320.0)], ids=["vegetation index", "kelvin"]
)
def test_other_quantities_stay_in(tmp_path: Path, low: float, high: float) -> None:
    values = (low + (high - low) * _photo(7)).astype(np.float32)
    assert kind_of(_write(tmp_path / "a.tif", values)) not in NO_PICTURES


def _quantised(grey: NDArray[np.float64]) -> tuple[NDArray[np.uint8], dict[int, Any]]:
    index = np.clip(255 * grey, 0, 255).astype(np.uint8)
    return index, {at: (at, min(255, at + 20), at // 2, 255) for at in range(256)}


def test_a_photograph_with_a_palette_is_a_picture(tmp_path: Path) -> None:
    index, palette = _quantised(_photo(8))
    path = _write(tmp_path / "a.tif", index, palette=palette, photometric="palette")
    assert kind_of(path) == "picture"


def _sea(levels: int) -> NDArray[np.float64]:
    return np.asarray(np.round(levels * (0.5 + 0.1 * _relief(9, 2.0))))


def _night() -> NDArray[np.float64]:
    lights = np.zeros((SIDE, SIDE))
    at = np.random.default_rng(10).integers(0, SIDE, (2, 60))
    lights[at[0], at[1]] = 4000.0
    return np.asarray(np.round(np.clip(gaussian_filter(lights, 2.0), 0, 255)))


def _half_empty(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    grey = np.round(30 * grey)
    grey[:, : SIDE * 3 // 4] = 0
    return grey


PICTURES = {
    "twelve bits": (4095 * _photo(11)).astype(np.uint16),
    "hillshade": np.clip(127 + 60 * np.gradient(8 * _relief(12, 2.0))[0], 0, 255).astype(np.uint8),
    "calm sea": _sea(40).astype(np.uint8),
    "calm sea of sixteen bits": _sea(40).astype(np.uint16),
    "night": _night().astype(np.uint8),
    "half empty": _half_empty(_photo(13)).astype(np.uint8),
    "reflectance": np.stack([_photo(at) for at in (14, 15, 16)]).astype(np.float32),
    "night in colours": np.stack([_night()] * 3).astype(np.uint8),
    "snow": np.clip(200 + 80 * np.stack([_photo(17)] * 3), 0, 255).astype(np.uint8),
    "radar amplitude": np.random.default_rng(18).gamma(1, 300, (SIDE, SIDE)).astype(np.uint16),
    "decibels": np.random.default_rng(19).normal(-12, 4, (SIDE, SIDE)).astype(np.float32),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_no_picture_is_lost(tmp_path: Path, name: str) -> None:
    assert kind_of(_write(tmp_path / "a.tif", PICTURES[name])) not in NO_PICTURES
