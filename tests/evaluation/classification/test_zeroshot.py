"""Zero-shot classification with an encoder whose answers are known."""

import numpy as np
import pytest

from geosearch.evaluation import class_vectors, top1_accuracy


class Letters:
    """Embeds a text by how often it holds the letters a to z."""

    name = fingerprint = device = "letters"
    precision = "float32"
    dim, image_size, text_length = 26, 8, 100

    def fit(self, image: np.ndarray) -> np.ndarray:
        return image

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def encode_texts(self, texts: object) -> np.ndarray:
        assert isinstance(texts, list)
        counts = np.asarray(
            [[text.count(chr(97 + i)) for i in range(26)] for text in texts], np.float64
        )
        return np.asarray(
            (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)
        )


def test_class_vectors_are_unit_means_of_unit_prompts() -> None:
    vectors = class_vectors(Letters(), ["b", "cc"], ["{}", "a{}"])
    half = np.sqrt(0.5)
    expected = np.zeros((2, 26))
    expected[0, :2] = half / 2, (1 + half) / 2
    expected[1, [0, 2]] = 1 / np.sqrt(5) / 2, (1 + 2 / np.sqrt(5)) / 2
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_accuracy_counts_nearest_classes() -> None:
    classes = np.eye(3, dtype=np.float32)
    images = np.asarray([[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0], [0, 0, 1]], np.float32)
    assert top1_accuracy(images, np.asarray([0, 1, 1, 2]), classes) == pytest.approx(0.75)
