"""Recent texts are encoded once, and their vectors are nobody else's to change."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geosearch.encoders import mini
from geosearch.encoders.texts.recent import RecentTexts
from geosearch.errors import UsageError


class Encoding:
    """Vectors that tell a text's length and letters, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), sum(map(ord, text))] for text in texts], np.float32)


def test_equal_texts_are_encoded_once_and_come_in_their_order() -> None:
    recent, encoding = RecentTexts(2), Encoding()
    found = recent.vectors(["lake", "a", "lake"], encoding)
    again = recent.vectors(["a", "pier", "lake"], encoding)
    assert encoding.asked == ["lake", "a", "pier"]
    np.testing.assert_array_equal(found, Encoding()(["lake", "a", "lake"]))
    np.testing.assert_array_equal(again, Encoding()(["a", "pier", "lake"]))


def test_who_changes_an_answer_changes_no_later_one() -> None:
    recent, encoding = RecentTexts(2), Encoding()
    recent.vectors(["lake"], encoding)[:] = -1
    recent.vectors(["lake"], encoding)[:] = -1
    np.testing.assert_array_equal(recent.vectors(["lake"], encoding), Encoding()(["lake"]))


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    recent, encoding = RecentTexts(2, max_texts=2), Encoding()
    for text in ("a", "b", "a", "c", "a", "b"):
        recent.vectors([text], encoding)
    assert encoding.asked == ["a", "b", "c", "b"]


def test_more_texts_than_are_remembered_are_answered_all_the_same() -> None:
    recent, encoding = RecentTexts(2, max_texts=3), Encoding()
    texts = [f"text {i}" for i in range(10)]
    np.testing.assert_array_equal(recent.vectors(texts, encoding), Encoding()(texts))
    recent.vectors(texts[-3:], encoding)
    assert encoding.asked == texts


def test_no_text_gives_no_vector() -> None:
    assert RecentTexts(5).vectors([], Encoding()).shape == (0, 5)


def test_threads_get_the_vectors_of_their_own_texts() -> None:
    recent, encoding = RecentTexts(2, max_texts=5), Encoding()
    asked = [[f"{i * j % 13}" for j in range(8)] for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda texts: recent.vectors(texts, encoding), asked))
    for texts, found in zip(asked, answers, strict=True):
        np.testing.assert_array_equal(found, Encoding()(texts))


@pytest.mark.skipif(not mini.bundled_weights().exists(), reason="mini's weights are not here")
def test_the_embedded_encoder_wants_a_list_too_and_repeats_itself_exactly() -> None:
    encoder = mini.load(device="cpu", precision="float32")
    with pytest.raises(UsageError, match="a river"):
        encoder.encode_texts("a river")
    together = encoder.encode_texts(["a river", "a lake at a very long and winding road"])
    np.testing.assert_array_equal(encoder.encode_texts(["a river"])[0], together[0])
