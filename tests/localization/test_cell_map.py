"""Where in a chip a query is found."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy.stats import mannwhitneyu

from geosearch.demo import write_archive
from geosearch.encoders import CellEncoder, load_encoder
from geosearch.localization import cell_map


@pytest.fixture(scope="module")
def mini() -> CellEncoder:
    encoder = load_encoder("mini")
    assert isinstance(encoder, CellEncoder)
    return encoder


def chip(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (128, 128, 3), np.uint8)


def test_cells_add_up_to_the_images_vector(mini: CellEncoder) -> None:
    image = chip()[None]
    mean = mini.encode_cells(image).mean(axis=(1, 2))
    np.testing.assert_allclose(mean, mini.encode_images(image), atol=1e-5)


def test_an_enlarged_image_has_more_cells(mini: CellEncoder) -> None:
    assert mini.encode_cells(np.zeros((2, 256, 256, 3), np.uint8)).shape == (2, 8, 8, 512)


def area_under_curve(scores: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    """The chance that a pixel inside has a higher score than one outside."""
    within, without = scores[inside], scores[~inside]
    return float(mannwhitneyu(within, without).statistic / len(within) / len(without))


def test_drawn_arrangements_are_marked_where_they_lie(mini: CellEncoder, tmp_path: Path) -> None:
    archive = write_archive(tmp_path, seed=3)
    areas = []
    for feature in json.loads(archive.truth.read_text())["features"]:
        about = feature["properties"]
        col, row, width, height = about["window"]
        if about["level"] != "arrangement" or max(width, height) > 80:
            continue
        with rasterio.open(tmp_path / about["scene"]) as scene:
            left = min(max(col - 8, 0), scene.width - 128)
            top = min(max(row - 30, 0), scene.height - 128)
            pixels = scene.read((1, 2, 3), window=Window(left, top, 128, 128))
        if pixels.dtype != np.uint8:
            continue
        inside = np.zeros((128, 128), bool)
        inside[row - top : row - top + height, col - left : col - left + width] = True
        image = np.ascontiguousarray(pixels.transpose(1, 2, 0))
        values = cell_map(mini, image, mini.encode_texts([about["sentence"]])[0])
        areas.append(area_under_curve(values, inside))
    assert len(areas) >= 5
    assert np.mean(areas) > 0.9  # 0.5 by chance


def test_a_map_goes_from_0_to_1(mini: CellEncoder) -> None:
    values = cell_map(mini, chip(), mini.encode_texts(["a river"])[0])
    assert values.shape == (128, 128)
    assert values.min() == 0
    assert values.max() == 1
