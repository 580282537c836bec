"""Long texts: sentences weighed by how far their best chip stands out."""

import numpy as np

from geosearch.search.queries.sentence_weights import weighed


def unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths)


def test_it_is_the_published_sum() -> None:
    rng = np.random.default_rng(3)
    texts = unit(rng.normal(size=(4, 32))).astype(np.float32)
    chips = unit(rng.normal(size=(300, 32))).astype(np.float32)
    scores = chips.astype(np.float64) @ texts.astype(np.float64).T
    weights = [(column.max() - np.median(column)) ** 3 for column in scores.T]
    expected = unit(sum(w * t for w, t in zip(weights, texts.astype(np.float64), strict=True)))
    np.testing.assert_allclose(weighed(texts, chips), expected, atol=1e-5)


def test_one_sentence_stays_what_it_is() -> None:
    text = unit(np.ones((1, 8))).astype(np.float32)
    assert weighed(text, np.eye(8, dtype=np.float32)).tobytes() == text[0].tobytes()


def test_sentences_that_tell_nothing_apart_give_the_first() -> None:
    texts = unit(np.array([[1.0, 2.0], [2.0, 1.0]])).astype(np.float32)
    chips = np.tile(np.array([[0.6, 0.8]], np.float32), (10, 1))
    np.testing.assert_allclose(weighed(texts, chips), texts[0], atol=1e-6)
