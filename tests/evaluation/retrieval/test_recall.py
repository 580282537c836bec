"""Retrieval figures against counting by hand."""

import numpy as np
import pytest

from geosearch.errors import UsageError
from geosearch.evaluation import average_precision, precision_at, recalls
from geosearch.evaluation.retrieval.recall import (
    pooled_recall,
    recalls_with_ties_lost,
    retrieval_recall,
)


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


def test_recalls_are_what_sorting_each_list_gives() -> None:
    rng = np.random.default_rng(1)
    images = unit(rng.normal(size=(30, 8)))
    owner = np.repeat(np.arange(30), 5)
    texts = unit(images[owner] + rng.normal(0, 0.6, (150, 8)))
    found = recalls(images, texts, owner)
    for depth, fraction in zip((1, 5, 10), found.image_to_text, strict=True):
        right = [
            i in owner[np.argsort(-(texts @ image), kind="stable")[:depth]]
            for i, image in enumerate(images)
        ]
        assert fraction == pytest.approx(100 * np.mean(right))
    for depth, fraction in zip((1, 5, 10), found.text_to_image, strict=True):
        right = [
            owner[j] in np.argsort(-(images @ text), kind="stable")[:depth]
            for j, text in enumerate(texts)
        ]
        assert fraction == pytest.approx(100 * np.mean(right))
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


def test_pooled_recalls_are_those_of_a_loop_over_sets() -> None:
    """Step by step as SkyScript's notebook counts: a hit if the best k meet the own ones."""
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(40, 25))
    positive = rng.random((40, 25)) < 0.06
    positive[np.arange(25), np.arange(25)] = True
    positive[np.arange(40), np.arange(40) % 25] = True
    found = pooled_recall(scores, positive, (1, 5, 10, 20))
    for name, table, own in (
        ("text2image", scores, positive),
        ("image2text", scores.T, positive.T),
    ):
        means = []
        for k in (1, 5, 10, 20):
            hits = [
                bool(set(np.argsort(-line)[:k]) & set(np.flatnonzero(mine)))
                for line, mine in zip(table, own, strict=True)
            ]
            means.append(100 * np.mean(hits))
            assert found[f"retrieval-{name}-R@{k}"] == round(means[-1], 2)
        assert found[f"retrieval-{name}-mean"] == round(float(np.mean(means[:3])), 2)


def test_pooled_and_plain_recalls_agree_where_a_text_has_one_image() -> None:
    rng = np.random.default_rng(6)
    scores, owner = rng.normal(size=(60, 20)), np.repeat(np.arange(20), 3)
    pooled = pooled_recall(scores, owner[:, None] == np.arange(20), (1, 5, 10))
    plain = retrieval_recall(scores, owner)
    assert {name: pooled[name] for name in plain} == pytest.approx(plain, abs=0.011)


def test_lost_ties_are_counted_as_the_wrong_ones_first() -> None:
    rng = np.random.default_rng(7)
    scores, owner = rng.integers(0, 4, (40, 8)).astype(float), np.repeat(np.arange(8), 5)
    lost = recalls_with_ties_lost(scores, owner)
    own = owner[:, None] == np.arange(8)
    worst = scores - 1e-9 * own  # every own score a little below what it ties with
    expected = retrieval_recall(worst, owner)
    names = [f"retrieval-{way}-R@{k}" for way in ("image2text", "text2image") for k in (1, 5, 10)]
    found = [*lost.image_to_text, *lost.text_to_image]
    assert [expected[name] for name in names] == [round(value, 2) for value in found]


def test_pooled_scores_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="do not fit"):
        pooled_recall(np.zeros((3, 2)), np.zeros((2, 3), bool))
