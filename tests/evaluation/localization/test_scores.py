"""The localisation metrics against a plain reading of them with OpenCV and scipy."""

import math
import sys
from typing import Any

import cv2
import numpy as np
import pytest
from scipy import ndimage

from geosearch.errors import UsageError
from geosearch.evaluation.localization.scores import (
    localization_scores,
    region_mask,
    require_ndimage,
)

Region = list[list[float]]


def written_out(prob: np.ndarray, regions: list[Region]) -> dict[str, float]:
    """Section by section as the authors' code does it, one region and one peak at a time."""
    mask = np.zeros(prob.shape)
    cv2.fillPoly(mask, [np.array(region, np.int32) for region in regions], 1)
    area = mask.sum()
    inside = (prob * mask).sum()
    fraction = inside / (prob.sum() - inside + 1e-7)
    rsu = 1 - math.exp(-0.707 * fraction * (prob.size - area) / area)
    grey: np.ndarray = np.asarray(prob * 255.0, np.uint8)
    for _ in range(5):
        grey = cv2.blur(grey, (50, 50))
    peaks = np.where(ndimage.maximum_filter(grey, size=1000) == grey, grey, 0) > 0
    labels, count = ndimage.label(peaks, np.ones((3, 3)))
    centres = []
    for label in range(1, count + 1):
        row, col = (int(v) for v in np.argwhere(labels == label).mean(axis=0))
        if prob[row, col] >= 0.5:
            centres.append((col, row))
    offsets: list[Any] = []
    kept: list[Any] = []
    for region in regions:
        x = int(sum(p[0] for p in region) / len(region))
        y = int(sum(p[1] for p in region) / len(region))
        radius = int(1.5 * np.mean([math.dist(p, (x, y)) for p in region]))
        near = [c for c in centres if math.dist(c, (x, y)) <= radius]
        away = [math.dist(c, (x, y)) for c in near]
        offsets.append(np.mean(away) / radius if away else 1.0)
        if len(near) < 2:
            kept.append(len(near))
        else:
            middle = np.mean(near, axis=0)
            apart = np.mean([math.dist(c, middle) for c in near])
            kept.append(0.5 * (1 - apart / radius) + math.exp(-0.5 * (len(near) + 2)))
    g = np.mean(offsets) if centres else 1.0
    ras = (math.exp(3 * g) - 1) / (math.exp(3) - 1)
    rda = float(np.mean(kept))
    return {"Rsu": rsu, "Ras": ras, "Rda": rda, "Rmi": 0.4 * rsu + 0.35 * (1 - ras) + 0.25 * rda}


def blobs(rng: np.random.Generator, height: int, width: int, count: int) -> np.ndarray:
    row, col = np.mgrid[0:height, 0:width]
    prob = np.zeros((height, width))
    for _ in range(count):
        y, x, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(60, 200)
        away = (row - y) ** 2 + (col - x) ** 2
        prob = np.maximum(prob, rng.uniform(0.5, 1) * np.exp(-away / size**2))
    return np.floor(prob * 255) / 255


@pytest.mark.parametrize("seed", range(8))
def test_all_four_are_the_reference_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = rng.integers(700, 1500, 2)
    prob = blobs(rng, int(height), int(width), int(rng.integers(1, 6)))
    regions = []
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform([200, 200], [width - 200, height - 200])
        regions.append((middle + rng.uniform(-190, 190, (int(rng.integers(3, 8)), 2))).tolist())
    found, expected = localization_scores(prob, regions), written_out(prob, regions)
    assert found == pytest.approx(expected, abs=1e-9)


def test_a_region_s_border_belongs_to_it_and_overlaps_cancel() -> None:
    square = np.array([[10, 10], [50, 10], [50, 50], [10, 50]])
    assert region_mask((100, 100), [square]).sum() == 41 * 41
    twice = region_mask((100, 100), [square, square])
    assert 0 < twice.sum() < 41 * 41  # even-odd: the inside is out again, the border stays


@pytest.mark.parametrize("seed", range(5))
def test_masks_are_opencv_s_inside_the_picture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        corners: list[Any] = [rng.integers(0, 80, (int(k), 2)) for k in rng.integers(1, 8, 2)]
        expected = np.zeros((80, 80))
        cv2.fillPoly(expected, [c.astype(np.int32) for c in corners], 1)
        np.testing.assert_array_equal(region_mask((80, 80), corners), expected > 0)


def test_a_map_without_a_peak_points_nowhere() -> None:
    found = localization_scores(np.zeros((300, 300)), [[[10, 10], [90, 10], [90, 90]]])
    assert found["Ras"] == 1.0
    assert found["Rda"] == 0.0


@pytest.mark.parametrize(
    ("prob", "regions"),
    [
        (np.zeros((4, 4, 3)), [[[0, 0], [1, 1], [2, 0]]]),
        (np.full((9, 9), 7.0), [[[0, 0], [1, 1], [2, 0]]]),
        (np.full((9, 9), np.nan), [[[0, 0], [1, 1], [2, 0]]]),
        (np.zeros((9, 9)), []),
        (np.zeros((9, 9)), [[1, 2, 3]]),
    ],
)
def test_what_is_no_map_and_no_region_is_refused(prob: np.ndarray, regions: list[Any]) -> None:
    with pytest.raises(UsageError):
        localization_scores(prob, regions)


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.ndimage", None)
    with pytest.raises(UsageError, match="scipy") as refused:
        require_ndimage()
    assert "geosearch-eo[localization]" in refused.value.hint
