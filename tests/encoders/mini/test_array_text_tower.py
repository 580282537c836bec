"""The text tower in NumPy against the one in torch, with the weights that ship."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch.nn import functional

from geosearch.encoders import mini
from geosearch.encoders.mini.array_text_tower import ArrayTextTower
from geosearch.encoders.mini.arrays import StoredArrays, arrays_in, read_content
from geosearch.encoders.mini.weights import text_tower
from geosearch.errors import WeightsError
from geosearch.vocabulary import bank

if not mini.bundled_weights().exists():
    pytest.skip("the embedded weights are not in this checkout", allow_module_level=True)

PHRASES = [phrase.text for phrase in bank()]
AWKWARD = [
    "",
    " ",
    ".",
    "\x00\t",
    "a",
    "Forêt d'Orléans 東京の港 🏟️ МОСТ через реку",
    "tennis court between two white buildings",
    "x" * 101,  # longer than any word that is looked up
    "storage tanks beside a harbour, with ships at anchor; two of them are moored. " * 8,
]


@pytest.fixture(scope="module")
def stored() -> StoredArrays:
    path = mini.bundled_weights()
    return arrays_in(read_content(path), path)


@pytest.fixture(scope="module")
def arrays(stored: StoredArrays) -> ArrayTextTower:
    return ArrayTextTower(stored.text)


@pytest.fixture(scope="module")
def tensors(stored: StoredArrays) -> mini.TextTower:
    return text_tower(stored.text)


def distance(arrays: ArrayTextTower, tensors: mini.TextTower, texts: Sequence[str]) -> float:
    """Return the largest difference between unit vectors."""
    tokens = mini.tokenize(texts)
    with torch.inference_mode():
        expected = tensors(torch.from_numpy(tokens.ids), torch.from_numpy(tokens.present))
    found = torch.from_numpy(arrays(tokens.ids, tokens.present))
    apart = functional.normalize(found, dim=1) - functional.normalize(expected, dim=1)
    return float(apart.abs().max())


def test_the_phrases_of_the_bank_are_equal_together(
    arrays: ArrayTextTower, tensors: mini.TextTower
) -> None:
    assert distance(arrays, tensors, PHRASES) < 1e-5


def test_the_phrases_of_the_bank_are_equal_one_by_one(
    arrays: ArrayTextTower, tensors: mini.TextTower
) -> None:
    assert max(distance(arrays, tensors, [phrase]) for phrase in PHRASES) < 1e-5


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_equal(
    arrays: ArrayTextTower, tensors: mini.TextTower, text: str
) -> None:
    assert distance(arrays, tensors, [text]) < 1e-5


@pytest.mark.parametrize("words", [253, 254, 255, 400])
def test_texts_around_the_limit_of_tokens_are_equal(
    arrays: ArrayTextTower, tensors: mini.TextTower, words: int
) -> None:
    assert distance(arrays, tensors, ["river " * words]) < 1e-5


def test_long_and_short_texts_are_equal_in_one_batch(
    arrays: ArrayTextTower, tensors: mini.TextTower
) -> None:
    assert distance(arrays, tensors, [*AWKWARD, "many trees " * 200, *PHRASES[:10]]) < 1e-5


def test_the_arrays_stay_as_they_are(stored: StoredArrays, arrays: ArrayTextTower) -> None:
    before = {key: array.copy() for key, array in stored.text.items()}
    tokens = mini.tokenize(AWKWARD)
    arrays(tokens.ids, tokens.present)
    for key, array in stored.text.items():
        np.testing.assert_array_equal(array, before[key])


def test_a_word_that_the_weights_lack_is_refused(stored: StoredArrays) -> None:
    table = {key: stored.text[f"sentences.words.{key}"][:50] for key in ("values", "scale")}
    few = {f"sentences.words.{key}": array for key, array in table.items()}
    tower = ArrayTextTower(stored.text | few)
    with pytest.raises(WeightsError, match="50 words"):
        tower(np.array([[1, 50]]), np.ones((1, 2), bool))


def test_arrays_that_do_not_fit_are_named(stored: StoredArrays) -> None:
    key = "sentences.layers.3.query.weight"
    others = {name: array for name, array in stored.text.items() if name != key}
    with pytest.raises(ValueError, match=r"layers\.3\.query\.weight is missing"):
        ArrayTextTower(others)
    with pytest.raises(ValueError, match="odd is unknown"):
        ArrayTextTower(stored.text | {"odd": stored.text[key]})
    for wrong in (stored.text[key][:, :5], stored.text[key].astype(np.float64)):
        with pytest.raises(ValueError, match=r"384, 384\] expected"):
            ArrayTextTower(others | {key: wrong})
