"""Batches: repeatable by number, with true matches, from pictures in memory."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from geosearch.encoders import mini
from geosearch.reporting import SILENT
from workshop.mini.pictures.corpus import UNPICTURED_COUNT, Corpus, SetShare, join
from workshop.mini.pictures.datasets import Pictures
from workshop.mini.pictures.negatives import draw_negatives

CAPTIONED = Pictures(
    np.random.default_rng(1).integers(0, 256, (6, 64, 64, 3), dtype=np.uint8),
    tuple((f"picture {i}", "a shared sentence") for i in range(6)),
    ("forest", "forest", "river", "river", "beach", "beach"),
    {"forest": ("forest", "wood"), "river": ("river", "water"), "beach": ("beach", "water")},
    ("a photo of a {}", "{}"),
)
UNPICTURED = [f"a word {i}" for i in range(UNPICTURED_COUNT + 8)]
CLASSES = replace(CAPTIONED, captions=tuple(() for _ in range(6)))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    torch.manual_seed(0)
    shares = (
        SetShare(CAPTIONED, 4, (0.5, 1.0), of_class=0.3, joined=0.5, widened=0.5),
        SetShare(CLASSES, 3, (0.7, 1.0), of_class=1.0),
    )
    nothing = draw_negatives(8, 64, seed=1)
    sentences = mini.SentenceEncoder(30522).eval()
    return Corpus(shares, nothing, 2, UNPICTURED, sentences, seed=3, reporter=SILENT)


def test_a_batch_is_a_function_of_its_number(corpus: Corpus) -> None:
    first, again, other = corpus.batch(5), corpus.batch(5), corpus.batch(6)
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.sentences, again.sentences)
    assert torch.equal(first.matches, again.matches)
    assert not torch.equal(first.images, other.images)


def test_shapes_and_matches_of_a_batch(corpus: Corpus) -> None:
    batch = corpus.batch(0)
    assert batch.images.shape == (9, 3, 128, 128)
    assert batch.sentences.shape == (7, 384)
    assert batch.matches.shape == (7, 9)
    assert batch.unpictured.shape == (UNPICTURED_COUNT, 384)
    assert batch.matches.diagonal().all()
    assert not batch.matches[:, 7:].any()


def test_every_picture_is_seen_once_before_any_is_seen_again(corpus: Corpus) -> None:
    # 3 a batch of 6: two batches make a round
    for first in (0, 6, 12):
        rows = [*corpus._rows(1, 6, first, 3), *corpus._rows(1, 6, first + 3, 3)]
        assert sorted(rows) == list(range(6))


def test_pictures_of_nothing_differ_and_repeat() -> None:
    drawn = draw_negatives(12, 48, seed=2)
    assert drawn.shape == (12, 48, 48, 3)
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn, draw_negatives(12, 48, seed=2))
    assert len({picture.tobytes() for picture in drawn}) == 12


def test_joined_captions_say_nothing_twice() -> None:
    assert join(["a pond .", "trees", "a pond ."]) == "a pond . trees"


def test_a_name_of_two_classes_is_true_of_both(corpus: Corpus) -> None:
    water, true_of = corpus._name_ids["water"], corpus._truth()
    labels = {label for label, column in corpus._label_ids.items() if true_of[water, column]}
    assert labels == {"river", "beach"}
    assert not true_of[-1].any()
    assert not true_of[:, -1].any()
