"""Retrieval figures against counting by hand."""

import numpy as np
import pytest

from geosearch.errors import UsageError
from geosearch.evaluation import average_precision, precision_at, recalls, retrieval_recall


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


def test_recalls_by_name_are_counted_as_the_authors_count_them() -> None:
    """recall_at_k > 0 over top-k, as in CLIP_benchmark's functions that RemoteCLIP uses."""
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(60, 13))
    owner = rng.integers(0, 12, 60)  # image 12 has no caption
    found = retrieval_recall(scores, owner)
    positive = owner[:, None] == np.arange(13)[None, :]
    expected = {}
    for name, table, true in (
        ("image2text", scores.T, positive.T),
        ("text2image", scores, positive),
    ):
        for k in (1, 5, 10):
            top = np.argsort(-table, axis=1)[:, :k]
            hits = np.take_along_axis(true, top, axis=1).any(axis=1)
            expected[f"retrieval-{name}-R@{k}"] = 100 * hits.mean()
    expected["retrieval-mean-recall"] = float(np.mean(list(expected.values())))
    assert found == {name: round(value, 2) for name, value in expected.items()}


def test_scores_and_captions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="do not fit"):
        retrieval_recall(np.zeros((3, 2)), [0, 1])
    with pytest.raises(UsageError, match="image 2"):
        retrieval_recall(np.zeros((2, 2)), [0, 2])
