"""Files on the disk say what took them."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geosearch.scenes import Scene, find_scenes, open_scene
from geosearch.scenes.opening.sensors import MAX_TEXT_LENGTH, find_sensor, telling_text


def write(path: Path, bands: int, **options: object) -> Path:
    profile = {"driver": "GTiff", "width": 64, "height": 48, "count": bands, "dtype": "uint16"}
    profile |= {"crs": "EPSG:32633", "transform": rasterio.Affine(10, 0, 5e5, 0, -10, 5e6)}
    with rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(np.ones((bands, 48, 64), np.uint16))
    return path


def opened(path: Path) -> Scene:
    (file,) = find_scenes([path]).files
    return open_scene(file)


def test_a_file_is_known_by_its_name(tmp_path: Path) -> None:
    scene = opened(write(tmp_path / "20200814_095817_1025_3B_AnalyticMS.tif", 4))
    assert scene.bands == (3, 2, 1)
    assert scene.band_reason == "4 bands of PlanetScope, by its name"


def test_a_file_is_known_by_its_tags(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", 8)
    assert opened(path).bands == (5, 3, 2)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(PLATFORM="PlanetScope")
    assert opened(path).bands == (6, 4, 2)


def test_a_file_is_known_by_the_platform_of_its_stac_item(tmp_path: Path) -> None:
    write(tmp_path / "x.tif", 7)
    item: dict[str, object] = {
        "type": "Feature", "stac_version": "1.0.0", "id": "x", "geometry": None, "links": [],
        "properties": {"datetime": "1995-07-04T10:00:00Z", "platform": "landsat-5"},
        "assets": {"data": {"href": "x.tif", "roles": ["data"]}},
    }  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(item))
    assert opened(tmp_path / "x.json").bands == (3, 2, 1)


def test_wavelengths_of_a_hyperspectral_file_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", 40)
    with rasterio.open(path, "r+") as dataset:
        for band in dataset.indexes:
            dataset.update_tags(band, wavelength=str(0.4 + 0.01 * band))  # micrometres
    assert opened(path).bands == (26, 16, 8)


@pytest.mark.parametrize(
    ("text", "sensor"),
    [
        ("LC08_L2SP_193028_20190704", "Landsat 8-9"),
        ("HLS.S30.T10SEG.2020001T184759.v2.0", None),
        ("planet_earth_poster", None),
        ("", None),
    ],
)
def test_hints_are_whole_words(text: str, sensor: str | None) -> None:
    found = find_sensor(text, {})
    assert (found[0].name if found else None) == sensor


def test_of_many_long_tags_of_a_stranger_a_bounded_text_is_searched() -> None:
    tags = {f"sensor{number}": "RE1x_" * 100_000 for number in range(1000)}
    assert len(telling_text(tags)) == MAX_TEXT_LENGTH
    assert find_sensor("", tags) is None


REAL = {
    "naip_nd_potholes_20170827.tif": ((1, 2, 3), "4 bands of NAIP"),
    "naip_va_forest_1m.tif": ((1, 2, 3), "colour interpretation"),
    "landsat7_olinda_6band.tif": ((3, 2, 1), "6 bands of Landsat 4-7"),
    "worldview3_8band_houses_03m.tif": ((5, 3, 2), "8 bands of WorldView"),
    "landsat_pucallpa_falsecolour_4326.tif": ((1, 2, 3), "untagged, the usual order of 4"),
    "above_31band_canada_albers.tif": ((1, 2, 3), "untagged, the usual order of 31"),
    "coast_internal_mask_4326.tif": ((1, 2, 3), "band names"),
    "rapideye_ships_sfbay_20170308.tif": ((1, 2, 3), "colour interpretation"),
    "map_palette_27700.tif": ((1, 1, 1), "one band"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_shown_so(name: str, shared_data: Path) -> None:
    scene = opened(shared_data / "scenes" / name)
    bands, reason = REAL[name]
    assert scene.bands == bands
    assert scene.band_reason.startswith(reason)
