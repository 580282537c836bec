"""Retrieval figures against counting by hand."""

import numpy as np
import pytest

from geosearch.evaluation import average_precision, precision_at, recalls


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_recalls_are_what_sorting_each_list_gives() -> None:
    rng = np.random.default_rng(1)
    images = unit(rng.normal(size=(30, 8)))
    owner = np.repeat(np.arange(30), 5)
    texts = unit(images[owner] + rng.normal(0, 0.6, (150, 8)))
    found = recalls(images, texts, owner)
    for depth, share in zip((1, 5, 10), found.image_to_text, strict=True):
        right = [
            i in owner[np.argsort(-(texts @ image), kind="stable")[:depth]]
            for i, image in enumerate(images)
        ]
        assert share == pytest.approx(100 * np.mean(right))
    for depth, share in zip((1, 5, 10), found.text_to_image, strict=True):
        right = [
            owner[j] in np.argsort(-(images @ text), kind="stable")[:depth]
            for j, text in enumerate(texts)
        ]
        assert share == pytest.approx(100 * np.mean(right))
    assert found.mean == pytest.approx(np.mean([*found.image_to_text, *found.text_to_image]))


def test_precision_and_average_precision_by_hand() -> None:
    scores = np.asarray([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    right = np.asarray([True, False, True, False, True])
    assert precision_at(2, scores, right) == 0.5
    assert average_precision(scores, right) == pytest.approx((1 / 1 + 2 / 3 + 3 / 5) / 3)
